"""The first run of a shape, in which OpenVINO compiles it, is nobody else's at the same time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from embeddings import openvino_runtime
from embeddings.openvino_runtime import _Batch, _Request


class Compiled:
    """A compiled graph that notes by shape how many run it at once, at the most."""

    def __init__(self) -> None:
        self.running = 0
        self.most: dict[tuple[int, ...], int] = {}
        self.lock = threading.Lock()

    def create_infer_request(self) -> "Compiled":
        return self

    def infer(self, inputs: list[np.ndarray]) -> list[np.ndarray]:
        ids = inputs[0]
        with self.lock:
            self.running += 1
            self.most[ids.shape] = max(self.most.get(ids.shape, 0), self.running)
        time.sleep(0.05)
        with self.lock:
            self.running -= 1
        return [np.zeros((len(ids), 4), dtype=np.float32)]


def run_by_two(requests: list[_Request], length: int) -> None:
    together = threading.Barrier(len(requests))

    def run(request: _Request) -> None:
        together.wait()
        request.infer([[1] * length], _Batch(length, [0]))

    with ThreadPoolExecutor(len(requests)) as pool:
        list(pool.map(run, requests))


def test_first_runs_wait_for_each_other_and_later_ones_do_not() -> None:
    compiled = Compiled()
    requests = [_Request(compiled), _Request(compiled)]
    for length in (8, 16):
        run_by_two(requests, length)
        assert compiled.most[1, length] == 1
    run_by_two(requests, 8)
    assert compiled.most[1, 8] == 2


def test_a_run_that_fails_lets_others_go_on() -> None:
    class Failing(Compiled):
        def infer(self, inputs: list[np.ndarray]) -> list[np.ndarray]:
            raise RuntimeError("no memory")

    request = _Request(Failing())
    for _ in range(2):
        try:
            request.infer([[1]], _Batch(8, [0]))
        except RuntimeError as error:
            assert "no memory" in str(error)
        assert not openvino_runtime._COMPILING.locked()
