"""What the encoders' graphs are written with."""

from typing import Any

import numpy as np
from openvino import opset13 as ops


def integers(*values: int) -> Any:
    """A constant of int64, which axes, shapes and orders are given as."""
    return ops.constant(np.array(values, dtype=np.int64))
