"""Training: one loop, seeds, schedules, a history, checkpoints that resume."""

from vae_lib.training.checkpoints import load_checkpoint, save_checkpoint
from vae_lib.training.fit import fit
from vae_lib.training.history import History
from vae_lib.training.player import Player
from vae_lib.training.schedules import constant, cyclical, linear_warmup
from vae_lib.training.seeding import seed_everything

__all__ = [
    "History",
    "Player",
    "constant",
    "cyclical",
    "fit",
    "linear_warmup",
    "load_checkpoint",
    "save_checkpoint",
    "seed_everything",
]
