"""BERT (Devlin et al. 2019) as OpenVINO operations over a model's own weights.

MiniLM and the multilingual E5 are of this one shape, in six layers and in twelve.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset13 as ops

from .graph_parts import integers

DIM = 384
_HEADS = 12
_HEAD_DIM = DIM // _HEADS
_NORM_EPSILON = 1e-12
_MASKED = np.float32(1e9)  # taken off a padded key's attention score

Node = Any


class Bert:
    """The model's weights, by their names in the published checkpoints, and what repeats."""

    def __init__(self, weights: Mapping[str, npt.NDArray[np.float32]]) -> None:
        self.weights = weights

    def constant(self, name: str) -> Node:
        # shared: the graph reads the array's own memory instead of a second 90 MB.
        return ops.constant(self.weights[name], shared_memory=True)

    def norm(self, x: Node, name: str) -> Node:
        x = ops.mvn(x, integers(-1), True, _NORM_EPSILON, "INSIDE_SQRT")
        x = ops.multiply(x, self.constant(f"{name}.weight"))
        return ops.add(x, self.constant(f"{name}.bias"))

    def linear(self, x: Node, name: str) -> Node:
        product = ops.matmul(x, self.constant(f"{name}.weight"), False, True)
        return ops.add(product, self.constant(f"{name}.bias"))

    def placed(self, words: Node, most_tokens: int) -> Node:
        """Embedded words (rows, length, DIM) with their places, normed."""
        # Every token is of segment 0, so its row is added to the positions once and for all.
        places = (
            self.weights["embeddings.position_embeddings.weight"][:most_tokens]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        length = ops.gather(ops.shape_of(words), integers(1), integers(0))
        places = ops.slice(ops.constant(places), integers(0), length, integers(1), integers(0))
        return self.norm(ops.add(words, places), "embeddings.LayerNorm")

    def layers(self, x: Node, mask: Node, count: int) -> Node:
        """What the first `count` layers make of `x` (rows, length, DIM)."""
        padding = ops.subtract(mask, ops.constant(np.float32(1)))
        bias = ops.unsqueeze(ops.multiply(padding, ops.constant(_MASKED)), integers(1, 2))
        for number in range(count):
            x = self._layer(x, bias, f"encoder.layer.{number}")
        return x

    def _layer(self, x: Node, bias: Node, name: str) -> Node:
        query, key, value = (
            _split_heads(self.linear(x, f"{name}.attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        seen = ops.scaled_dot_product_attention(query, key, value, bias)
        seen = ops.reshape(ops.transpose(seen, integers(0, 2, 1, 3)), integers(0, 0, DIM), True)
        seen = self.linear(seen, f"{name}.attention.output.dense")
        x = self.norm(ops.add(seen, x), f"{name}.attention.output.LayerNorm")
        inner = ops.gelu(self.linear(x, f"{name}.intermediate.dense"), "ERF")
        inner = self.linear(inner, f"{name}.output.dense")
        return self.norm(ops.add(inner, x), f"{name}.output.LayerNorm")


def masks() -> Node:
    """The input that tells tokens, 1, from padding, 0: (rows, length)."""
    return ops.parameter([-1, -1], openvino.Type.f32, name="mask")


def mean(x: Node, mask: Node) -> Node:
    """The direction of the mean over each row's tokens (Reimers and Gurevych 2019)."""
    # The mean's divisor is dropped: the row is brought to length 1 anyway.
    return unit(
        ops.squeeze(ops.matmul(ops.unsqueeze(mask, integers(1)), x, False, False), integers(1))
    )


def unit(x: Node) -> Node:
    """`x` (rows, dim) with rows of length 1."""
    return ops.normalize_l2(x, integers(1), _NORM_EPSILON, "max")


def _split_heads(x: Node) -> Node:
    """(rows, length, DIM) to (rows, heads, length, DIM / heads)."""
    heads = ops.reshape(x, integers(0, 0, _HEADS, _HEAD_DIM), True)
    return ops.transpose(heads, integers(0, 2, 1, 3))
