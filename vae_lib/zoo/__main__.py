"""`python -m vae_lib.zoo NAME ...`: train models of the zoo and write their cards."""

import argparse
import json
import sys
from pathlib import Path

from vae_lib.models import CVAE, VAE, StandardNormal
from vae_lib.zoo.load import load_model
from vae_lib.zoo.posteriors import write_posteriors
from vae_lib.zoo.recipes import RECIPES
from vae_lib.zoo.train import train


def main() -> None:
    """Train each model named on the command line, in turn."""
    parser = argparse.ArgumentParser(prog="python -m vae_lib.zoo", description=__doc__)
    parser.add_argument("names", nargs="+", choices=sorted(RECIPES), metavar="NAME")
    parser.add_argument("--folder", type=Path, help="write there, not over the zoo's")
    parser.add_argument("--device", default="cpu", help="where to train, e.g. cuda")
    parser.add_argument(
        "--posteriors",
        action="store_true",
        help="do not train: write where the model puts its test images",
    )
    arguments = parser.parse_args()
    for name in arguments.names:
        if not arguments.posteriors:
            made = train(name, arguments.folder, arguments.device)
            json.dump(made["metrics"], sys.stdout, indent=2)
            print()
        # A page shows the codes of a plane; the images behind them do not ship.
        if arguments.posteriors or (arguments.folder is None and _on_a_plane(name)):
            print(f"{name}: {len(write_posteriors(name).labels)} posteriors")


def _on_a_plane(name: str) -> bool:
    model = load_model(name)
    if not isinstance(model, VAE | CVAE) or not isinstance(model.prior, StandardNormal):
        return False
    return tuple(model.prior().event_shape) == (2,)


if __name__ == "__main__":
    main()
