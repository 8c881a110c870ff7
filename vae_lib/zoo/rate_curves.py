"""What bytes buy on photographs that a page may not ship.

`python -m vae_lib.zoo.rate_curves` measures the codes of `vq_vae_cifar10`, and JPEG, on
CIFAR-10's test images, and writes what it finds.
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
MODEL, PRIOR = "vq_vae_cifar10", "code_prior_cifar10"
IMAGES = 1_000
QUALITIES = (1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95)


def load_rate_curves(path: Path = RATE_CURVES) -> dict[str, Any]:
    """What was measured: "codes" by prior, and "jpeg" with its "scan" alone.

    Returns:
        The number of images, what they are, and lists of points, each with bytes a
        picture, PSNR in decibels and SSIM.

    Raises:
        ValueError: if it was measured with other weights than those that ship.
    """
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
    model = load_model(MODEL)
    priors = {
        "a fixed length": None,
        "independent codes": load_code_prior(MODEL),
        "each given those before": load_model(PRIOR),
    }
    return {
        "data": f"the first {IMAGES:,} test images of CIFAR-10",
        "images": IMAGES,
        "weights": {name: card(name)["weights"]["sha256"] for name in (MODEL, PRIOR)},
        "codes": {
            name: _rounded(code_point(images, model, prior))
            for name, prior in priors.items()
        },
        "qualities": list(QUALITIES),
        "jpeg": [_rounded(it) for it in jpeg_curve(images, QUALITIES)],
        "scan": [_rounded(it) for it in jpeg_curve(images, QUALITIES, headers=False)],
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
