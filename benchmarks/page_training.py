"""How fast the page trains: the beta lab in a browser against PyTorch, one thread each.

`python benchmarks/page_training.py` needs the built book (`make book`) and a Chromium.
The page and PyTorch take turns. A step of the lab is a step of both of its models; the
table counts models, so that a row is comparable with a loop that trains one.
"""

import argparse
import functools
import http.server
import os
import shutil
import statistics
import threading
import time
from pathlib import Path

import torch
from playwright.sync_api import Locator, sync_playwright

from vae_lib.objectives import BetaVAE
from vae_lib.widgets.lab_data import lab_data
from vae_lib.widgets.lab_functions import BATCH_SIZE, lab_model

ROOT = Path(__file__).parents[1]
PAGE = "book/disentanglement/exercise_9_1.html"
FLAGS = ["--no-sandbox", "--disable-gpu"]
SETUPS = (("digits", 4), ("digits", 10), ("sprites", 10))


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the site without a word."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Print both speeds and their ratio, by rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--site", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--page", default=PAGE)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    program = os.environ.get("BOOK_BROWSER") or shutil.which("chromium")
    handler = functools.partial(Quiet, directory=str(arguments.site))
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/{arguments.page}")
        lab = page.locator(".vae-live .vae-lab")
        lab.wait_for()
        print(f"load average {os.getloadavg()[0]:.1f}; medians of rounds")
        print("| data | latents | page, lab steps/s | page, model steps/s | "
              "PyTorch, model steps/s | ratio |")  # fmt: skip
        print("|---|---|---|---|---|---|")
        for data, latents in SETUPS:
            rounds = [
                (in_page(lab, data, latents, arguments.steps),
                 in_pytorch(data, latents, arguments.steps))
                for _ in range(arguments.rounds)
            ]  # fmt: skip
            page_speed, torch_speed = (
                statistics.median(it) for it in zip(*rounds, strict=True)
            )
            ratio = statistics.median(2 * a / b for a, b in rounds)
            print(f"| {data} | {latents} | {page_speed:.0f} | {2 * page_speed:.0f} | "
                  f"{torch_speed:.0f} | {ratio:.2f} |", flush=True)  # fmt: skip
        browser.close()
        server.shutdown()


def in_page(lab: Locator, data: str, latents: int, steps: int) -> float:
    """Steps of the lab (both models) a second, in bursts of 20 as a run has."""
    milliseconds = lab.evaluate(
        """async (lab, [steps, settings]) => {
          const { ask } = lab.learner;
          await ask("begin", settings);
          await ask("advance", { count: 20 });
          const start = performance.now();
          for (let k = 0; k < steps; k += 20) await ask("advance", { count: 20 });
          return performance.now() - start;
        }""",
        [steps, {"data": data, "latents": latents, "beta": 1, "anneal": 0, "seed": 0}],
    )
    return 1e3 * steps / milliseconds


def in_pytorch(data: str, latents: int, steps: int) -> float:
    """Steps of one model a second, in the loop of `fit` without its bookkeeping."""
    images = lab_data(data).images(range(len(lab_data(data))))
    model = lab_model(lab_data(data), latents)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    objective = BetaVAE(1.0)
    for step in range(20 + steps):
        if step == 20:
            start = time.perf_counter()
        x = images[torch.randint(len(images), (BATCH_SIZE,))]
        loss = objective(model, x)
        optimizer.zero_grad(set_to_none=True)
        loss.value.backward()
        optimizer.step()
    return steps / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
