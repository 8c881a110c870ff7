/** Fetch each file once for the whole page, and tell everyone who waits how far it is. */

const downloads = new Map(); // address -> {bytes, loaded, watchers, contents: Promise}

/**
 * @param {{url: string, bytes: number}[]} files with their uncompressed sizes, which a
 *   server that compresses does not tell
 * @param {(state: {loaded: number, total: number}) => void} report called as bytes come
 * @returns {Promise<Uint8Array[]>} their contents, in order
 */
export async function fetchAll(files, report) {
  const wanted = files.map(download);
  const tell = () => {
    report({
      loaded: wanted.reduce((sum, { loaded }) => sum + loaded, 0),
      total: wanted.reduce((sum, { bytes }) => sum + bytes, 0),
    });
  };
  for (const { watchers } of wanted) watchers.add(tell);
  tell();
  try {
    return await Promise.all(wanted.map(({ contents }) => contents));
  } finally {
    for (const { watchers } of wanted) watchers.delete(tell);
  }
}

function download({ url, bytes }) {
  if (!downloads.has(url)) {
    const state = { bytes, loaded: 0, watchers: new Set() };
    state.contents = read(url, state).catch((error) => {
      downloads.delete(url); // whoever asks next tries again
      throw error;
    });
    downloads.set(url, state);
  }
  return downloads.get(url);
}

async function read(url, state) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const contents = new Uint8Array(state.bytes);
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (state.loaded + value.length > state.bytes) {
      throw new Error(`${url} is longer than ${state.bytes} bytes`);
    }
    contents.set(value, state.loaded);
    state.loaded += value.length;
    for (const tell of state.watchers) tell();
  }
  if (state.loaded !== state.bytes) {
    throw new Error(`${url} ended after ${state.loaded} of ${state.bytes} bytes`);
  }
  return contents;
}
