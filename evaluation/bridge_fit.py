"""A bridge between two spaces of vectors: a linear map and one hidden layer beside it.

In: unit vectors of the same texts in both. Out: the arrays of `embeddings.e5_graph.build`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from embeddings.e5_file import Floats
from embeddings.face import Vectors

HIDDEN = 1024
EPOCHS = 8
BATCH = 1024
RATE = 2e-3
SCALE = 8.0
"""What vectors less their mean are multiplied by: so much makes their components about 0.4."""
TEMPERATURE = 0.05
CONTRAST = 0.1
"""The weight of telling a text's own vector from the others of its batch, beside being close."""
SAME = 0.9
"""Vectors of a batch that are closer than this are not told apart: they say the same."""

Bridge = dict[str, Floats]


def fit(theirs: Vectors, ours: Vectors, tell: Callable[[int, int], None]) -> Bridge:
    """Lead `theirs` (n, a) to `ours` (n, b): the same on every run on one machine."""
    torch.manual_seed(0)
    given, wanted = torch.from_numpy(theirs), torch.from_numpy(ours)
    middle = given.mean(0)
    direct = nn.Linear(theirs.shape[1], ours.shape[1])
    hidden = nn.Linear(theirs.shape[1], HIDDEN)
    out = nn.Linear(HIDDEN, ours.shape[1], bias=False)
    nn.init.zeros_(out.weight)
    parts = nn.ModuleList([direct, hidden, out])
    each = max(1, len(given) // BATCH)
    steps = EPOCHS * each
    descent = torch.optim.AdamW(parts.parameters(), RATE, weight_decay=1e-4)
    pace = torch.optim.lr_scheduler.OneCycleLR(descent, RATE, total_steps=steps, pct_start=0.1)
    for epoch in range(EPOCHS):
        order = torch.randperm(len(given))
        for step in range(each):
            chosen = order[step * BATCH : (step + 1) * BATCH]
            x = (given[chosen] - middle) * SCALE
            led = functional.normalize(direct(x) + out(functional.gelu(hidden(x))), dim=1)
            descent.zero_grad()
            loss: Any = _loss(led, wanted[chosen])
            loss.backward()
            descent.step()
            pace.step()
        tell(epoch + 1, EPOCHS)
    # The scale goes into what it is multiplied with.
    found = {
        "middle": middle,
        "direct": direct.weight * SCALE,
        "shift": direct.bias,
        "hidden": hidden.weight * SCALE,
        "bent": hidden.bias,
        "out": out.weight,
    }
    return {name: value.detach().numpy().astype(np.float32) for name, value in found.items()}


def _loss(led: Tensor, wanted: Tensor) -> Tensor:
    likeness = led @ wanted.T
    same = (wanted @ wanted.T > SAME) & ~torch.eye(len(led), dtype=torch.bool)
    told = functional.cross_entropy(
        likeness.masked_fill(same, -1.0) / TEMPERATURE, torch.arange(len(led))
    )
    return (1 - likeness.diagonal()).mean() + CONTRAST * told


def crossed(bridge: Bridge, theirs: Vectors) -> Vectors:
    """`theirs` (n, a) led over: unit vectors (n, b), as the encoder's graph does it."""
    x = torch.from_numpy(theirs - bridge["middle"])
    parts = {name: torch.from_numpy(value) for name, value in bridge.items()}
    bent = functional.gelu(x @ parts["hidden"].T + parts["bent"]) @ parts["out"].T
    led: Vectors = functional.normalize(
        x @ parts["direct"].T + parts["shift"] + bent, dim=1
    ).numpy()
    return led
