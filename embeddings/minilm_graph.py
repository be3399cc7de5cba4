"""all-MiniLM-L6-v2 (BERT, 6 layers) as an OpenVINO graph, straight from its safetensors file.

BERT: Devlin et al. 2019; mean pooling over the tokens: Reimers and Gurevych 2019.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset13 as ops
from safetensors.numpy import load_file

from embeddings.graph_parts import integers

DIM = 384
MOST_TOKENS = 256  # what the model was trained with (sentence_bert_config.json)
_LAYERS = 6
_HEADS = 12
_HEAD_DIM = DIM // _HEADS
_NORM_EPSILON = 1e-12
_MASKED = np.float32(1e9)  # taken off a padded key's attention score

_Node = Any


class _Builder:
    """The model's weights and the few operations it repeats."""

    def __init__(self, weights: dict[str, npt.NDArray[np.float32]]) -> None:
        self.weights = weights

    def constant(self, name: str) -> _Node:
        # shared: the graph reads the array's own memory instead of a second 90 MB.
        return ops.constant(self.weights[name], shared_memory=True)

    def norm(self, x: _Node, name: str) -> _Node:
        x = ops.mvn(x, integers(-1), True, _NORM_EPSILON, "INSIDE_SQRT")
        x = ops.multiply(x, self.constant(f"{name}.weight"))
        return ops.add(x, self.constant(f"{name}.bias"))

    def linear(self, x: _Node, name: str) -> _Node:
        product = ops.matmul(x, self.constant(f"{name}.weight"), False, True)
        return ops.add(product, self.constant(f"{name}.bias"))

    def embed(self, ids: _Node) -> _Node:
        words = ops.gather(self.constant("embeddings.word_embeddings.weight"), ids, integers(0))
        # Every token is of segment 0, so its row is added to the positions once and for all.
        places = (
            self.weights["embeddings.position_embeddings.weight"][:MOST_TOKENS]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        length = ops.gather(ops.shape_of(ids), integers(1), integers(0))
        places = ops.slice(ops.constant(places), integers(0), length, integers(1), integers(0))
        return self.norm(ops.add(words, places), "embeddings.LayerNorm")

    def layer(self, x: _Node, bias: _Node, name: str) -> _Node:
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


def build(weights: Path) -> openvino.Model:
    """The graph over `weights`, a safetensors file: ids and mask (rows, length) -> unit rows.

    Raises
    ------
    KeyError : the file lacks a weight of this model.
    safetensors.SafetensorError : the file is damaged.
    """
    bert = _Builder(load_file(weights))
    ids = ops.parameter([-1, -1], openvino.Type.i32, name="ids")
    mask = ops.parameter([-1, -1], openvino.Type.f32, name="mask")
    padding = ops.subtract(mask, ops.constant(np.float32(1)))
    bias = ops.unsqueeze(ops.multiply(padding, ops.constant(_MASKED)), integers(1, 2))
    x = bert.embed(ids)
    for number in range(_LAYERS):
        x = bert.layer(x, bias, f"encoder.layer.{number}")
    # The mean's divisor is dropped: the row is brought to length 1 anyway.
    total = ops.squeeze(ops.matmul(ops.unsqueeze(mask, integers(1)), x, False, False), integers(1))
    unit = ops.normalize_l2(total, integers(1), _NORM_EPSILON, "max")
    return openvino.Model([ops.result(unit)], [ids, mask], "all-minilm-l6-v2")


def _split_heads(x: _Node) -> _Node:
    """(rows, length, DIM) to (rows, heads, length, DIM / heads)."""
    heads = ops.reshape(x, integers(0, 0, _HEADS, _HEAD_DIM), True)
    return ops.transpose(heads, integers(0, 2, 1, 3))
