"""What somebody waits for goes before work in bulk, and neither changes a vector."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from embeddings import openvino_runtime, precedence
from embeddings.minilm import MiniLM
from embeddings.precedence import PRECEDENCE, Precedence

MANY = [f"lamp {number} over the door " * (1 + number % 30) for number in range(48)]


def test_bulk_waits_while_something_is_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "LONGEST_WAIT_S", 60.0)
    order = Precedence()
    order.give_way()
    through = threading.Event()

    def bulk() -> None:
        order.give_way()
        through.set()

    with order.urgent():
        with order.urgent():
            worker = threading.Thread(target=bulk)
            worker.start()
        assert not through.wait(0.05)
    assert through.wait(10)
    worker.join()


def test_bulk_goes_on_however_long_something_is_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "LONGEST_WAIT_S", 0.01)
    order = Precedence()
    with order.urgent():
        order.give_way()


def test_bulk_waits_while_another_process_is_busy_and_a_moment_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(precedence, "LONGEST_BEHIND_S", 60.0)
    monkeypatch.setattr(precedence, "QUIET_S", 0.05)
    order, busy, through = Precedence(), threading.Event(), threading.Event()
    busy.set()

    def bulk() -> None:
        order.give_way()
        through.set()

    with order.behind(busy.is_set):
        worker = threading.Thread(target=bulk)
        worker.start()
        assert not through.wait(0.05)
        ended = time.monotonic()
        busy.clear()
        assert through.wait(10)
        assert time.monotonic() - ended >= 0.04
        worker.join()
        # But not for ever, and not at all where nobody was busy lately.
        busy.set()
        monkeypatch.setattr(precedence, "LONGEST_BEHIND_S", 0.01)
        order.give_way()
        busy.clear()
        monkeypatch.setattr(precedence, "LONGEST_BEHIND_S", 60.0)
        time.sleep(0.06)
        monkeypatch.setattr(precedence.time, "sleep", lambda _: pytest.fail("waits for nobody"))
        order.give_way()
    busy.set()
    order.give_way()


def test_what_fails_is_urgent_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "LONGEST_WAIT_S", 60.0)
    order = Precedence()
    with pytest.raises(ValueError, match="lost"), order.urgent():
        raise ValueError("lost")
    order.give_way()


def test_a_query_is_answered_while_an_import_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "LONGEST_WAIT_S", 60.0)
    encoder = MiniLM()
    begun = threading.Event()
    give_way = PRECEDENCE.give_way

    def told() -> None:
        begun.set()
        give_way()

    monkeypatch.setattr(openvino_runtime.PRECEDENCE, "give_way", told)
    with ThreadPoolExecutor(1) as pool:
        with PRECEDENCE.urgent():
            bulk = pool.submit(encoder.encode, MANY)
            assert begun.wait(30)
            query = encoder.encode(["where is the lamp"])
            assert not bulk.done()
        found = bulk.result(60)
    np.testing.assert_array_equal(encoder.encode(["where is the lamp"]), query)
    np.testing.assert_array_equal(found[7], encoder.encode([MANY[7]])[0])


def test_streams_and_all_processors_together_give_equal_bits() -> None:
    encoder = MiniLM()
    together = encoder.encode(MANY)
    alone = np.concatenate([encoder.encode([text]) for text in MANY])
    np.testing.assert_array_equal(together, alone)
    assert encoder.encode(MANY[::-1])[::-1].tobytes() == together.tobytes()
