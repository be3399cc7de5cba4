"""The multilingual E5 (BERT, 12 layers over a vocabulary of many scripts) as an OpenVINO graph.

The table of pieces, which would be 400 MB, stays outside, packed in its file: `E5File.words`
unpacks the rows that a text needs.
"""

from collections.abc import Mapping

import openvino
from openvino import opset13 as ops

from . import bert_graph
from .bert_graph import DIM, Node
from .e5_file import LAYERS, E5File, Floats

MOST_TOKENS = 128


def build(file: E5File, bridge: Mapping[str, Floats] | None = None) -> openvino.Model:
    """The graph over `file`: words (rows, length, DIM) and mask (rows, length) -> unit rows.

    `bridge`: what leads them into another space, unit rows there; its `middle` (DIM,) is taken
    off, then `direct` (n, DIM) and, over `hidden` units (m, DIM) with `bent` (m,) added and the
    Gaussian error linear unit, `out` (n, m) give sums that `shift` (n,) is added to.
    """
    bert = bert_graph.Bert(file.weights())
    words = ops.parameter([-1, -1, DIM], openvino.Type.f32, name="words")
    mask = bert_graph.masks()
    x = bert.placed(words, MOST_TOKENS)
    found = bert_graph.mean(bert.layers(x, mask, LAYERS), mask)
    if bridge is not None:
        found = _led(found, {name: ops.constant(value) for name, value in bridge.items()})
    return openvino.Model([ops.result(found)], [words, mask], "multilingual-e5-small")


def _led(x: Node, bridge: Mapping[str, Node]) -> Node:
    x = ops.subtract(x, bridge["middle"])
    hidden = ops.gelu(ops.add(ops.matmul(x, bridge["hidden"], False, True), bridge["bent"]), "ERF")
    bent = ops.matmul(hidden, bridge["out"], False, True)
    straight = ops.add(ops.matmul(x, bridge["direct"], False, True), bridge["shift"])
    return bert_graph.unit(ops.add(straight, bent))
