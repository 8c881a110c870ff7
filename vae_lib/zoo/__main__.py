"""`python -m vae_lib.zoo NAME ...`: train models of the zoo and write their cards."""

import argparse
import json
import sys
from pathlib import Path

from vae_lib.zoo.recipes import RECIPES
from vae_lib.zoo.train import train


def main() -> None:
    """Train each model named on the command line, in turn."""
    parser = argparse.ArgumentParser(prog="python -m vae_lib.zoo", description=__doc__)
    parser.add_argument("names", nargs="+", choices=sorted(RECIPES), metavar="NAME")
    parser.add_argument("--folder", type=Path, help="write there, not over the zoo's")
    arguments = parser.parse_args()
    for name in arguments.names:
        json.dump(train(name, arguments.folder)["metrics"], sys.stdout, indent=2)
        print()


if __name__ == "__main__":
    main()
