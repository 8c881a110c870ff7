"""A small causal transformer over grids of code indices."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_lib.networks.checks import check_grid, check_labels, check_sizes
from vae_lib.networks.code_steps import CodeSteps
from vae_lib.networks.residual import residual_blocks

__all__ = ["CodeTransformer"]

SPREAD = 0.02  # standard deviation of fresh embeddings, as in GPT-2
BLOCKS_ABOVE = 2  # residual blocks: a place is told of 5 x 5 classes of a coarser grid


class CodeTransformer(nn.Module):
    """Logits of each code of a grid, given the codes before it in raster order.

    Every place has a query, which knows where it is (and the class) but not its own
    code, and a memory, which knows the code as well. In each layer a query asks the
    memories of the places before it. So no place ever sees itself or what follows; its
    logits' gradient there is exactly zero.

    Classes may be a coarser grid themselves, such as the codes of a level above. Then
    each place is told what a few convolutions make of the classes that lie above and
    around it, those of places after it included: they are all known before it is drawn.

    Trained for as long on 7 x 7 codes of MNIST's patches, it took a fifth of a bit a
    code less than gated PixelCNNs (van den Oord et al. 2016, arXiv:1606.05328) of as
    many weights or more.

    Args:
        num_codes: size K of the codebook.
        grid: height H and width W.
        num_classes: classes Y to condition on; None for none.
        class_grid: height and width of the grid of classes, which divide the grid's;
            None if the whole grid has one class.
        width: features a place; a multiple of heads.
        layers: how often each place asks.
        heads: questions asked at a time.
        window: ask only places at most so many rows and columns away; None for all.
            Asking again carries further: `layers` times `window` places in all.

    Raises:
        ValueError: if a size is not positive, heads does not divide width, the grid of
            classes does not divide the grid, or indices or labels do not fit.

    Source: Vaswani et al. (2017), arXiv:1706.03762; layers normalised before, not
    after (Xiong et al. 2020, arXiv:2002.04745). Queries without their own content are
    the second stream of Yang et al. (2019), arXiv:1906.08237, section 2.3. The
    convolutions over a coarser grid are the conditioning stack of Razavi et al. (2019),
    arXiv:1906.00446, section 3.2.

    >>> network = CodeTransformer(512, (7, 7))
    >>> network(torch.zeros(2, 7, 7, dtype=torch.int64)).shape
    torch.Size([2, 512, 7, 7])
    """

    def __init__(
        self,
        num_codes: int,
        grid: tuple[int, int],
        num_classes: int | None = None,
        *,
        class_grid: tuple[int, int] | None = None,
        width: int = 64,
        layers: int = 2,
        heads: int = 4,
        window: int | None = None,
    ) -> None:
        super().__init__()
        height, across = grid
        check_sizes(
            num_codes=num_codes,
            height=height,
            width_of_grid=across,
            num_classes=1 if num_classes is None else num_classes,
            width=width,
            layers=layers,
            heads=heads,
            window=1 if window is None else window,
        )
        if width % heads:
            raise ValueError(f"heads must divide width {width}, got {heads}")
        if class_grid is not None:
            _check_class_grid(class_grid, grid, num_classes)
        self.num_codes, self.grid, self.num_classes = num_codes, grid, num_classes
        self.class_grid = class_grid
        self.codes = nn.Embedding(num_codes, width)
        self.places = nn.Parameter(SPREAD * torch.randn(height * across, width))
        if num_classes is not None:
            self.classes = nn.Embedding(num_classes, width)
            nn.init.normal_(self.classes.weight, std=SPREAD)
        if class_grid is not None:
            self.above = _above(width, height // class_grid[0], across // class_grid[1])
        nn.init.normal_(self.codes.weight, std=SPREAD)
        mask = _before(height, across, window)
        self.layers = nn.ModuleList(_Layer(width, heads, mask) for _ in range(layers))
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, num_codes))

    def forward(self, indices: Tensor, labels: Tensor | None = None) -> Tensor:
        """Logits (B, K, H, W) of indices (B, H, W) int64 and classes int64.

        Classes are (B,), or (B, H', W') if they have a grid of their own.
        """
        check_grid(indices, self.grid)
        codes = self.codes(indices.flatten(1))
        asking = self.asking(indices.shape[0], labels)
        for layer in self.layers:
            asking = layer(asking, codes)
        # Under autocast the head answers in bfloat16; log_prob needs float32.
        logits = self.head(asking).to(self.places.dtype)
        return logits.transpose(1, 2).unflatten(2, self.grid)

    def steps(self, count: int, labels: Tensor | None = None) -> CodeSteps:
        """The same logits place by place, for grids that are being drawn.

        Args:
            count: number of grids B.
            labels: their classes, as `forward` takes them.
        """
        return CodeSteps(self.codes, self.asking(count, labels), self.layers, self.head)

    def asking(self, count: int, labels: Tensor | None) -> Tensor:
        """What the places of count grids know before they ask: (B, H W, width)."""
        check_labels(labels, count, self.num_classes, self.class_grid or ())
        asking = self.places.expand(count, -1, -1)
        return asking if labels is None else asking + self._told(labels)

    def _told(self, labels: Tensor) -> Tensor:
        """What classes tell the places: (B, 1 or H W, width)."""
        classes = self.classes(labels)
        if self.class_grid is None:
            return classes[:, None]
        return self.above(classes.permute(0, 3, 1, 2)).flatten(2).transpose(1, 2)


def _above(width: int, down: int, across: int) -> nn.Sequential:
    """Features of a coarser grid, each repeated down x across times."""
    return nn.Sequential(
        *residual_blocks(width, BLOCKS_ABOVE),
        nn.Conv2d(width, width, 1),
        nn.Upsample(scale_factor=(down, across), mode="nearest"),
    )


class _Layer(nn.Module):
    """Ask the memories of earlier places, then think about the answers."""

    def __init__(self, width: int, heads: int, mask: Tensor) -> None:
        super().__init__()
        self.heads = heads
        self.register_buffer("mask", mask, persistent=False)
        self.query_norm, self.memory_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key_and_value = nn.Linear(width, 2 * width)
        # The first place has nobody to ask: there is one more memory, of nothing.
        self.nothing = nn.Parameter(SPREAD * torch.randn(width))
        self.answer = nn.Linear(width, width)
        self.think = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
        )

    def forward(self, asking: Tensor, codes: Tensor) -> Tensor:
        """Both (B, H W, width); a place's memory is what it knows and its code."""
        nothing = self.nothing.expand(codes.shape[0], 1, -1)
        memory = torch.cat([nothing, asking + codes], 1)
        return self.ask(asking, *self.remember(memory), self.mask)

    def remember(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values (B, heads, places, width / heads) of memories."""
        both = self.key_and_value(self.memory_norm(memory))
        key, value = map(self._split, both.chunk(2, -1))
        return key, value

    def ask(self, asking: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
        """What places know after they asked: (B, places, width)."""
        query = self._split(self.query(self.query_norm(asking)))
        heard = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        asking = asking + self.answer(heard.transpose(1, 2).flatten(2))
        return asking + self.think(asking)

    def _split(self, features: Tensor) -> Tensor:
        """(B, places, width) by heads: (B, heads, places, width / heads)."""
        return features.unflatten(2, (self.heads, -1)).transpose(1, 2)


def _before(height: int, across: int, window: int | None) -> Tensor:
    """Who may be asked, (H W, 1 + H W) bool: nothing, and earlier places nearby."""
    place = torch.arange(height * across)
    row, column = place // across, place % across
    reach = height + across if window is None else window
    near = (row[:, None] - row).abs().maximum((column[:, None] - column).abs()) <= reach
    return F.pad((place < place[:, None]) & near, (1, 0), value=True)


def _check_class_grid(
    class_grid: tuple[int, int], grid: tuple[int, int], num_classes: int | None
) -> None:
    if num_classes is None:
        raise ValueError(f"num_classes must be given for the classes of {class_grid}")
    sides = zip(grid, class_grid, strict=True)
    if any(coarse < 1 or fine % coarse for fine, coarse in sides):
        raise ValueError(f"class_grid must divide the grid {grid}, got {class_grid}")
