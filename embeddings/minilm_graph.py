"""all-MiniLM-L6-v2 (BERT, 6 layers) as an OpenVINO graph, straight from its safetensors file."""

from pathlib import Path

import openvino
from openvino import opset13 as ops
from safetensors.numpy import load_file

from . import bert_graph
from .bert_graph import DIM
from .graph_parts import integers

__all__ = ["DIM", "MOST_TOKENS", "build"]

MOST_TOKENS = 256  # what the model was trained with (sentence_bert_config.json)
_LAYERS = 6


def build(weights: Path) -> openvino.Model:
    """The graph over `weights`, a safetensors file: ids and mask (rows, length) -> unit rows.

    Raises
    ------
    KeyError : the file lacks a weight of this model.
    safetensors.SafetensorError : the file is damaged.
    """
    bert = bert_graph.Bert(load_file(weights))
    ids = ops.parameter([-1, -1], openvino.Type.i32, name="ids")
    mask = bert_graph.masks()
    table = bert.constant("embeddings.word_embeddings.weight")
    x = bert.placed(ops.gather(table, ids, integers(0)), MOST_TOKENS)
    found = bert_graph.mean(bert.layers(x, mask, _LAYERS), mask)
    return openvino.Model([ops.result(found)], [ids, mask], "all-minilm-l6-v2")
