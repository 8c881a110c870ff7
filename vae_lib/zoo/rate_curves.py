"""What bytes buy on photographs that a page may not ship.

`python -m vae_lib.zoo.rate_curves` measures codes and JPEG on CIFAR-10's test images,
and writes what it finds.
"""

import json
from pathlib import Path
from typing import Any

from vae_lib.codec import RatePoint, code_point, jpeg_curve
from vae_lib.data import load
from vae_lib.training.checkpoints import write_atomically
from vae_lib.zoo.code_counts import load_code_prior
from vae_lib.zoo.load import card, load_model

__all__ = ["RATE_CURVES", "load_rate_curves", "measure_rate_curves"]

RATE_CURVES = Path(__file__).parent / "rate_curves" / "cifar10.json"
MODELS = ("vq_vae_cifar10_p8", "vq_vae_cifar10")  # the coarser grid first
IMAGES = 1_000
QUALITIES = (1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95)


def load_rate_curves(path: Path | None = None) -> dict[str, Any]:
    """What was measured: codes, JPEG files, and JPEG's scans alone.

    Args:
        path: of the measurements; by default those that come with the library.

    Returns:
        "images" counts them and "data" says what they are; "fixed", "coded", "jpeg" and
        "scan" are lists of points, each with bytes a picture, PSNR in decibels and
        SSIM: of the models' codes, coarsest first, at a fixed length and
        entropy-coded as independent codes; and of JPEG at each of "qualities".

    Raises:
        ValueError: if it was measured with other weights than those that ship.
    """
    path = path or RATE_CURVES
    found = json.loads(path.read_text("utf-8"))
    for name, sha256 in found["weights"].items():
        expected = card(name)["weights"]["sha256"]
        if sha256 != expected:
            raise ValueError(
                f"{path.name} was measured with other weights of {name}: expected "
                f"sha256 {expected}, got {sha256}"
            )
    return found


def measure_rate_curves() -> dict[str, Any]:
    """Measure on the first 1,000 test images of CIFAR-10."""
    images = load("cifar10", split="test").images(range(IMAGES))
    models = {name: load_model(name) for name in MODELS}
    points = {
        "fixed": [code_point(images, model) for model in models.values()],
        "coded": [
            code_point(images, model, load_code_prior(name))
            for name, model in models.items()
        ],
        "jpeg": jpeg_curve(images, QUALITIES),
        "scan": jpeg_curve(images, QUALITIES, headers=False),
    }
    return {
        "data": f"the first {IMAGES:,} test images of CIFAR-10",
        "images": IMAGES,
        "weights": {name: card(name)["weights"]["sha256"] for name in MODELS},
        "qualities": list(QUALITIES),
        **{name: [_rounded(it) for it in curve] for name, curve in points.items()},
    }


def _rounded(point: RatePoint) -> dict[str, float]:
    return {
        "bytes": round(point.size, 2),
        "psnr": round(point.psnr, 3),
        "ssim": round(point.ssim, 4),
    }


if __name__ == "__main__":
    content = json.dumps(measure_rate_curves(), indent=2) + "\n"
    write_atomically(RATE_CURVES, content.encode())
