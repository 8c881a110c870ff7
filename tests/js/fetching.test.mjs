import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";

import { fetchAll } from "../../book/_runtime/src/fetching.js";

async function served(answer, use) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  try {
    await use((path, bytes) => ({ url: `http://127.0.0.1:${port}${path}`, bytes }), asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("files come whole and in order, and every byte is reported", async () => {
  const answer = (request, response) => response.end(request.url.slice(1));
  await served(answer, async (file) => {
    const states = [];
    const files = [file("/abc", 3), file("/defgh", 5)];
    const contents = await fetchAll(files, (state) => states.push(state));
    assert.deepEqual(contents.map(String), ["97,98,99", "100,101,102,103,104"]);
    assert.deepEqual(states[0], { loaded: 0, total: 8 });
    assert.deepEqual(states.at(-1), { loaded: 8, total: 8 });
  });
});

test("a file that several widgets need is fetched once", async () => {
  const answer = (_request, response) => setTimeout(() => response.end("xy"), 20);
  await served(answer, async (file, asked) => {
    const both = await Promise.all([
      fetchAll([file("/shared", 2)], () => {}),
      fetchAll([file("/shared", 2), file("/other", 2)], () => {}),
    ]);
    assert.equal(both[0][0], both[1][0]);
    assert.deepEqual(asked.sort(), ["/other", "/shared"]);
  });
});

test("a failure names the file, and the next call tries again", async () => {
  let broken = true;
  const answer = (_request, response) => {
    response.statusCode = broken ? 503 : 200;
    response.end("ok");
  };
  await served(answer, async (file) => {
    const wanted = [file("/flaky", 2)];
    await assert.rejects(fetchAll(wanted, () => {}), /flaky answered 503/);
    broken = false;
    const [contents] = await fetchAll(wanted, () => {});
    assert.equal(contents.length, 2);
  });
});

test("a file of another length than announced is refused", async () => {
  const answer = (_request, response) => response.end("four");
  await served(answer, async (file) => {
    await assert.rejects(fetchAll([file("/a", 3)], () => {}), /longer than 3 bytes/);
    await assert.rejects(fetchAll([file("/b", 5)], () => {}), /ended after 4 of 5/);
  });
});
