"""How fast the page trains: the labs in a browser against PyTorch, one thread each.

`python benchmarks/page_training.py` needs the built book (`make book`) and a Chromium.
The page and PyTorch take turns. A step of the beta lab is a step of both of its models;
the table counts models, so that a row is comparable with a loop that trains one.
"""

import argparse
import functools
import http.server
import os
import shutil
import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from playwright.sync_api import Locator, Page, sync_playwright
from torch import nn

from vae_lib.objectives import BetaVAE, VectorQuantized
from vae_lib.widgets.lab_data import lab_data
from vae_lib.widgets.lab_functions import BATCH_SIZE, lab_model
from vae_lib.widgets.vq_functions import vq_model

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu"]
LABS = {
    "beta": "book/disentanglement/exercise_9_1.html",
    "vq": "book/discrete/exercise_9_2.html",
}


@dataclass(frozen=True)
class Setup:
    """What one row of the table trains.

    Args:
        lab: "beta" or "vq".
        settings: as the lab's learner takes them.
        models: how many models a step of the lab trains.
    """

    lab: str
    settings: dict[str, Any]
    models: int

    def __str__(self) -> str:
        sizes = ("latents", "codes", "dim")
        told = [f"{self.settings[k]} {k}" for k in sizes if k in self.settings]
        return f"{self.lab} lab, {self.settings['data']}, {', '.join(told)}"

    def model(self) -> tuple[nn.Module, Any]:
        """The lab's model and what judges it, untrained."""
        data = lab_data(self.settings["data"])
        if self.lab == "beta":
            return lab_model(data, self.settings["latents"]), BetaVAE(1.0)
        codes, dim = self.settings["codes"], self.settings["dim"]
        model = vq_model(data, dim, codes, commitment=0.25, decay=0.99)
        return model, VectorQuantized()


def beta(data: str, latents: int) -> Setup:
    """A row of the beta lab."""
    given = {"data": data, "latents": latents, "beta": 1, "anneal": 0, "seed": 0}
    return Setup("beta", given, models=2)


def vq(data: str, codes: int, dim: int) -> Setup:
    """A row of the VQ lab."""
    given = {
        "data": data,
        "codes": codes,
        "dim": dim,
        "commitment": 0.25,
        "decay": 0.99,
    }
    more = {"k_means": False, "restarts": False, "seed": 0}
    return Setup("vq", given | more, models=1)


SETUPS = (
    beta("digits", 4),
    beta("digits", 10),
    beta("sprites", 10),
    vq("digits", 64, 2),
    vq("digits", 256, 8),
    vq("sprites", 64, 8),
)


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
    parser.add_argument("--lab", choices=LABS, help="one lab only")
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
        print(f"load average {os.getloadavg()[0]:.1f}; medians of rounds")
        print("| lab | page, lab steps/s | page, model steps/s | "
              "PyTorch, model steps/s | ratio |")  # fmt: skip
        print("|---|---|---|---|---|")
        for setup in SETUPS:
            if arguments.lab not in (None, setup.lab):
                continue
            lab = opened(page, server.server_port, LABS[setup.lab])
            rounds = [
                (in_page(lab, setup, arguments.steps),
                 in_pytorch(setup, arguments.steps))
                for _ in range(arguments.rounds)
            ]  # fmt: skip
            page_speed, torch_speed = (
                statistics.median(it) for it in zip(*rounds, strict=True)
            )
            ratio = statistics.median(setup.models * a / b for a, b in rounds)
            print(f"| {setup} | {page_speed:.0f} | {setup.models * page_speed:.0f} | "
                  f"{torch_speed:.0f} | {ratio:.2f} |", flush=True)  # fmt: skip
        browser.close()
        server.shutdown()


def opened(page: Page, port: int, path: str) -> Locator:
    """The live lab of a page."""
    address = f"http://127.0.0.1:{port}/{path}"
    if page.url != address:
        page.goto(address)
    lab = page.locator(".vae-live .vae-lab")
    lab.wait_for()
    return lab


def in_page(lab: Locator, setup: Setup, steps: int) -> float:
    """Steps of the lab a second, in bursts of 20 as a run has."""
    milliseconds = lab.evaluate(
        """async (lab, [steps, settings]) => {
          const { ask } = lab.learner;
          await ask("begin", settings);
          await ask("advance", { count: 20 });
          const start = performance.now();
          for (let k = 0; k < steps; k += 20) await ask("advance", { count: 20 });
          return performance.now() - start;
        }""",
        [steps, setup.settings],
    )
    return 1e3 * steps / milliseconds


def in_pytorch(setup: Setup, steps: int) -> float:
    """Steps of one model a second, in the loop of `fit` without its bookkeeping."""
    data = lab_data(setup.settings["data"])
    images = data.images(range(len(data)))
    model, objective = setup.model()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
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
