"""Start Jupyter as Binder does and see that a page opens as a notebook."""

import json
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import quote

PORT = 18888
SETTINGS = "lab/api/settings/@jupyterlab/docmanager-extension:plugin"


def main() -> None:
    """Ask a server for JupyterLab's settings and for the page named as argument.

    Raises:
        SystemExit: if a click on the page would not open a notebook with cells.
    """
    (page,) = sys.argv[1:]
    token = secrets.token_hex()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", f"--port={PORT}"]
    options = [f"--IdentityProvider.token={token}", "--allow-root"]
    server = subprocess.Popen([*command, *options, "--ServerApp.port_retries=0"])
    try:
        settings = ask(SETTINGS, token)["schema"]["properties"]["defaultViewers"]
        viewers = settings["default"]
        if viewers.get("myst") != "Jupytext Notebook":
            sys.exit(f"MyST pages open with {viewers}, not as notebooks")
        content = ask(f"api/contents/{quote(page)}?type=notebook", token)["content"]
        if not any(cell["cell_type"] == "code" for cell in content["cells"]):
            sys.exit(f"{page} opens as a notebook without code")
    finally:
        server.terminate()
        server.wait()


def ask(address: str, token: str, seconds: float = 120) -> dict:
    """The server's answer as JSON, waiting until it is up."""
    url = f"http://127.0.0.1:{PORT}/{address}"
    request = urllib.request.Request(url, headers={"Authorization": f"token {token}"})
    give_up = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            if time.monotonic() > give_up:
                raise
            time.sleep(1)


if __name__ == "__main__":
    main()
