"""A task beside its caller: one run at a time, none lost, errors told."""

import threading
import time

import pytest

from api.alongside import Alongside


def test_the_caller_is_one_run_ahead_at_most() -> None:
    done: list[int] = []
    running = threading.Semaphore(1)

    def task() -> None:
        assert running.acquire(blocking=False), "two runs at once"
        time.sleep(0.005)
        done.append(len(done))
        running.release()

    with Alongside(task) as beside:
        for number in range(8):
            beside.again()
            assert len(done) >= number - 1
    assert done == list(range(8))


def test_an_error_is_told_at_the_next_word() -> None:
    def fail() -> None:
        raise ValueError("lost")

    with pytest.raises(ValueError, match="lost"), Alongside(fail) as beside:
        beside.again()
        beside.again()
        pytest.fail("the second run began although the first had failed")
    with pytest.raises(ValueError, match="lost"), Alongside(fail) as beside:
        beside.again()


def test_the_caller_s_own_error_comes_first_and_waits_for_the_run() -> None:
    ended = threading.Event()

    def fail() -> None:
        time.sleep(0.01)
        ended.set()
        raise ValueError("lost")

    with pytest.raises(KeyError, match="own"), Alongside(fail) as beside:
        beside.again()
        raise KeyError("own")
    assert ended.is_set()
