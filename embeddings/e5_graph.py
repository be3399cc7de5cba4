"""The multilingual E5 (BERT, 12 layers over a vocabulary of many scripts) as an OpenVINO graph.

The table of pieces stays packed, 60 MB for 400: the graph unpacks the rows that a text needs.
"""

from collections.abc import Mapping

import numpy as np
import openvino
from openvino import opset13 as ops

from . import bert_graph
from .bert_graph import DIM, Node
from .e5_file import LAYERS, E5File, Floats
from .graph_parts import integers

MOST_TOKENS = 128


def build(file: E5File, bridge: Mapping[str, Floats] | None = None) -> openvino.Model:
    """The graph over `file`: ids and mask (rows, length) -> unit rows.

    `bridge`: what leads them into another space, unit rows there; its `middle` (DIM,) is taken
    off, then `direct` (n, DIM) and, over `hidden` units (m, DIM) with `bent` (m,) added and the
    Gaussian error linear unit, `out` (n, m) give sums that `shift` (n,) is added to.
    """
    bert = bert_graph.Bert(file.weights())
    ids, mask = bert_graph.inputs()
    x = bert.placed(_words(file, ids), ids, MOST_TOKENS)
    found = bert_graph.mean(bert.layers(x, mask, LAYERS), mask)
    if bridge is not None:
        found = _led(found, {name: ops.constant(value) for name, value in bridge.items()})
    return openvino.Model([ops.result(found)], [ids, mask], "multilingual-e5-small")


def _led(x: Node, bridge: Mapping[str, Node]) -> Node:
    x = ops.subtract(x, bridge["middle"])
    hidden = ops.gelu(ops.add(ops.matmul(x, bridge["hidden"], False, True), bridge["bent"]), "ERF")
    bent = ops.matmul(hidden, bridge["out"], False, True)
    straight = ops.add(ops.matmul(x, bridge["direct"], False, True), bridge["shift"])
    return bert_graph.unit(ops.add(straight, bent))


def _words(file: E5File, ids: Node) -> Node:
    """The embedded pieces (rows, length, DIM) of `ids`."""
    pairs, scales = (
        ops.gather(ops.constant(part), ids, integers(0)) for part in file.packed("emb.word", DIM)
    )
    pairs = ops.convert(pairs, openvino.Type.f32)
    upper = ops.floor(ops.multiply(pairs, ops.constant(np.float32(1 / 16))))
    lower = ops.subtract(pairs, ops.multiply(upper, ops.constant(np.float32(16))))
    numbers = ops.subtract(ops.concat([lower, upper], 3), ops.constant(np.float32(8)))
    words = ops.multiply(numbers, ops.unsqueeze(scales, integers(3)))
    return ops.reshape(words, integers(0, 0, DIM), True)
