"""What the command line says: plain sentences, readable help, lines that scripts can read."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from api.cli import app
from api.commands.opening import BadSettings, read_settings
from api.commands.showing import chance_in_words, show_experts, show_feed
from api.commands.showing_topics import show_topics
from api.terminal import progress
from data.database import Database
from data.errors import StoreError
from data.server import sentence_of

WEB = Path(__file__).parents[1] / "api" / "web"
COMMANDS = "demo import ask similar feed peers topics figures learn replay".split()
LONG = "a reason of more than eighty characters, which was broken in two where nobody reads it: so"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", f"sqlite:///{tmp_path / 'w.db'}")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, arguments)


def answer(reason: str | None) -> dict[str, Any]:
    part = {
        "kind": "post",
        "points": 1.0,
        "reason": LONG,
        "excerpt": "lamp " * 40,
        "at": "2026-01-01",
    }
    candidate = {
        "person": {"id": "p", "title": "t" * 90},
        "score": 1.0,
        "probability": 0.2,
        "contributions": [part, part | {"points": -0.5}],
    }
    return {"candidates": [candidate], "answerable": 0.61, "reason": reason, "took_ms": 1.0}


def test_nobody_knows_stands_beside_no_chance_that_somebody_replies(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """ "Nobody here has shown knowledge of this" ended in a chance that anyone replies: 61 %."""
    show_experts(answer(None))
    assert "Chance that anyone replies within 30 days: 61%." in capsys.readouterr().out
    show_experts(answer("nobody here has shown knowledge of this"))
    told = capsys.readouterr().out
    assert "Nobody here has shown" in told and "replies" not in told


def test_what_is_piped_is_neither_broken_nor_padded(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines were broken at 80 columns and filled with spaces up to there."""
    show_experts(answer(None))
    lines = capsys.readouterr().out.splitlines()
    assert any(line.endswith(LONG) for line in lines)
    assert any("t" * 90 in line for line in lines)
    assert not [line for line in lines if line != line.rstrip()]


def test_an_untitled_post_is_cut_at_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    """It was cut at 80 characters, within a word, without a sign."""
    post = {"id": "p", "author": "a", "created": "2026-01-01", "body_format": "html"}
    post["body"] = f"<p>{'moonlight ' * 20}</p>"
    item = {"post": post, "author": None, "reasons": ["near"]}
    show_feed({"items": [item]})
    assert capsys.readouterr().out.splitlines()[0] == f"1. {'moonlight ' * 7}moonlight…"


def test_who_told_nothing_yet_is_told_that_topics_can_be_chosen(run: Any, tmp_path: Path) -> None:
    at = "2026-05-01T10:00:00Z"
    posts = [
        {"id": "p", "author": "ann", "created": at, "body": "Which lamps?"},
        {"id": "r", "author": "old", "created": at, "body": "Warm ones.", "parent": "p"},
        {"id": "q", "author": "new", "created": at, "body": "Which rugs?"},
    ]
    lines = "\n".join(json.dumps(post) for post in posts)
    (tmp_path / "posts.jsonl").write_text(lines, encoding="utf-8")
    assert run("import", str(tmp_path / "posts.jsonl")).exit_code == 0
    hint = "Topics that concern them can be chosen"
    assert hint in run("feed", "new").stdout
    # Not to a program; and not of who took part.
    assert hint not in run("feed", "new", "--json").stdout
    assert hint not in run("feed", "old").stdout


def test_of_none_who_could_answer_it_is_said_what_is_true(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """ "0" stood under "could answer" where somebody had answered once."""
    topic = {
        "id": "t1", "label": "lamps", "threads": 5, "threads_90_days": 2, "trend": "steady",
        "people": 2, "unanswered": [{"days": 90, "questions": 0, "unanswered": 0}],
        "rests_on_one": False,
    }  # fmt: skip
    shown = {"topics": [topic], "threads": 5, "apart": 0, "learned": True}
    told = "nobody you could ask has answered there more than once lately"
    show_topics(shown)
    assert told not in capsys.readouterr().out
    show_topics({**shown, "topics": [topic, {**topic, "id": "t2", "people": 0}]})
    lines = capsys.readouterr().out.splitlines()
    assert next(line for line in lines if "t2" in line).split()[-1] == "–"
    assert any(told in line for line in lines)


def test_chances_are_said_in_the_page_s_words() -> None:
    """The page said "might reply" of what was "possibly to reply" here, "a long shot to reply"."""
    script = (WEB / "words.js").read_text(encoding="utf-8")
    chances = script.split("sameness")[0]
    said = re.findall(r'probability >= ([\d.]+)\) return say\("([\w ]+)"\);', chances)
    assert len(said) == 3
    for least, words in said:
        assert chance_in_words(float(least)) == f"{words}, {float(least):.0%}"
    assert chance_in_words(0.0) == "a long shot, 0%"
    assert 'return say("a long shot")' in script


def test_an_id_that_nobody_bears_is_named(run: Any) -> None:
    """A slip in an id was taken for a newcomer in silence."""
    asked = run("ask", "lamps", "--asker", "zzz", "--viewer", "yyy", "--json")
    assert asked.exit_code == 0 and json.loads(asked.stdout)["candidates"] == []
    assert asked.stderr.splitlines() == [
        "nobody here has the id 'zzz': asked as a newcomer",
        "nobody here has the id 'yyy': shown what is open to all",
    ]
    for command in (("similar", "lamps"), ("topics",)):
        assert "nobody here has the id 'yyy'" in run(*command, "--viewer", "yyy").stderr
        assert run(*command).stderr == ""


def test_help_is_readable(run: Any) -> None:
    """It showed {TEXT}, [[TOPIC]], <int range>, and sentences that broke off."""
    for command in COMMANDS:
        shown = run(command, "--help").stdout
        assert not re.search(r"[{}<>](?!=)|\[\[", shown.replace("<=", "").replace(">=", "")), shown
    assert "ask [OPTIONS] TEXT" in run("ask", "--help").stdout
    assert "topics [OPTIONS] [TOPIC]" in run("topics", "--help").stdout
    assert "..." not in run("--help").stdout.partition("Commands:")[2]


def test_peers_promise_what_they_list(run: Any) -> None:
    """Whom "this person does not meet yet" held people met "in 2 threads"."""
    assert "does not meet" not in run("peers", "--help").stdout


def test_doctor_names_what_is_no_setting(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in a variable's name went unnoticed."""
    monkeypatch.setenv("WHOKNOWS_DATBASE_URL", "sqlite:///x.db")
    monkeypatch.setenv("WHOKNOWS_CACHE_DIR", "x")
    shown = run("doctor").stdout
    assert "WHOKNOWS_DATBASE_URL is not a setting" in shown
    assert "fix: set WHOKNOWS_DATABASE_URL instead" in shown
    assert "WHOKNOWS_CACHE_DIR" not in shown


def test_doctor_speaks_of_threads_and_readers(run: Any) -> None:
    """It spoke of roots, minilm and bridged."""
    shown = run("doctor", "--json").stdout
    assert "encoder for English (MiniLM)" in shown
    assert not re.search(r"roots|bridged|minilm|embedded", shown)


def test_doctor_says_each_mend_once(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "Database not a database URL", and "change or unset it" twice."""
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", "nonsense")
    shown = run("doctor").stdout
    assert shown.count("not a database URL") == 1 and shown.count("sqlite:///whoknows.db") == 1
    monkeypatch.setenv("WHOKNOWS_PORT", "many")
    assert run("doctor").stdout.count("unset") == 1


def test_a_database_of_another_make_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="mysql is neither SQLite nor PostgreSQL; write for"):
        Database("mysql://me:s3cret@host/name")
    monkeypatch.setenv("WHOKNOWS_PORT", "many")
    with pytest.raises(BadSettings, match=r"^WHOKNOWS_PORT: input .*; change or unset it$"):
        read_settings()


def test_a_server_that_does_not_answer_is_one_clean_sentence() -> None:
    """It held a tab and the driver's last half sentence, a question."""
    said = (
        'connection to server at "10.0.0.1", port 5432 failed: Connection refused\n'
        "\tIs the server running on that host and accepting TCP/IP connections?"
    )
    error = OperationalError("", {}, Exception(said))
    told = sentence_of(error, make_url("postgresql://me:s3cret@10.0.0.1/w"))
    assert str(told) == (
        "postgresql://me:***@10.0.0.1/w: the database server does not answer (Connection refused);"
        " start it, or mend WHOKNOWS_DATABASE_URL"
    )


def test_time_zones_that_are_none_are_told_of(run: Any, tmp_path: Path) -> None:
    """ "Not/AZone" came in without a word, and its person had no clock."""
    folder = tmp_path / "export"
    folder.mkdir()
    zones = ["Not/AZone", "Europe/Athens", "CEST?", "Not/AZone", "x", "y", None]
    people = [{"id": f"p{n}", "timezone": zone} for n, zone in enumerate(zones)]
    lines = "".join(json.dumps(person) + "\n" for person in people)
    (folder / "people.jsonl").write_text(lines, encoding="utf-8")
    (folder / "posts.jsonl").write_text("", encoding="utf-8")
    shown = run("import", str(folder))
    assert shown.exit_code == 0, shown.output
    assert "7 people accepted" in shown.stdout
    assert (
        "5 people have no recognised time zone ('Not/AZone', 'CEST?', 'x' and 1 more),"
        " so their local time is not shown." in shown.stdout
    )
    assert '"Not/AZone": 2' in run("import", str(folder), "--json").stdout


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_said_to_be_read_before_something_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command began with seconds of "Reading what is new … 0/?" though nothing was new."""
    monkeypatch.setenv("TERM", "xterm")
    for reads in (False, True):
        screen = Terminal()
        monkeypatch.setattr("sys.stderr", screen)
        with progress("Reading what is new", "Starting") as advance:
            if reads:
                advance(3, 7)
        shown = screen.getvalue()
        assert "0/?" not in shown
        assert ("Reading" in shown) == ("3/7" in shown) == reads
        assert reads or "Starting" in shown


def test_nobody_to_suggest_leads_to_the_import(capsys: pytest.CaptureFixture[str]) -> None:
    """In an empty database a first question was answered with "nobody has shown knowledge"."""
    empty = {"candidates": [], "answerable": 0.0, "took_ms": 1.0}
    show_experts(empty | {"reason": "nobody here has shown knowledge of this"})
    assert "whoknows import PATH" in capsys.readouterr().out
