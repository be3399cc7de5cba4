"""The command line: answers, exit codes, and one sentence where something can be mended."""

import gzip
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from data.readers.detect import READERS
from tests.databases import Postgres

RECORDS = [
    {"id": "anna", "name": "Anna Berg", "title": "Lighting apprentice", "languages": ["sv"]},
    {"id": "bo", "name": "Bo Lind", "timezone": "Europe/Stockholm"},
    {"id": "cy"},
]
POSTS = [
    {
        "id": "p",
        "author": "cy",
        "created": "2026-05-01T10:00:00Z",
        "title": "How do we light a shop window?",
        "body": "It is dark in the evening.",
    },
    {
        "id": "r",
        "author": "anna",
        "created": "2026-05-01T12:00:00Z",
        "body": "Hang lamps at three heights.",
        "parent": "p",
        "thread": "p",
    },
]


@pytest.fixture
def community(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for name, records in (("people", RECORDS), ("posts", POSTS)):
        lines = (json.dumps(record) + "\n" for record in records)
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", f"sqlite:///{tmp_path / 'w.db'}")
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    return invoke


def assert_mendable(result: Result, *words: str) -> None:
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_help_needs_nothing_heavy() -> None:
    script = (
        "import sys, api.cli; heavy = {'fastapi', 'sqlalchemy', 'numpy', 'torch', 'openvino',"
        " 'pydantic', 'uvicorn'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_import_s_help_names_every_format(run: Any) -> None:
    shown = run("import", "--help").stdout
    assert all(reader.name in shown for reader in READERS) and "--private" in shown


def test_any_csv_goes_in_by_a_mapping(run: Any, tmp_path: Path) -> None:
    (tmp_path / "texts.csv").write_text("Wer;Wann;Was\nann;1.6.2026;Lampen?\nbo;heute;Ja\n")
    columns = '[posts.columns]\nauthor = "Wer"\ncreated = "Wann"\nbody = "Was"\n'
    (tmp_path / "map.toml").write_text(f'[posts]\ndates = "%d.%m.%Y"\n{columns}')
    assert_mendable(run("import", "texts.csv"), "--map", "Wer, Wann, Was")
    result = run("import", "texts.csv", "--map", "map.toml")
    assert result.exit_code == 0, result.output
    assert "texts.csv:3: created: 'heute' is no date" in result.stdout
    assert "Read as csv: 1 post accepted." in result.stdout


def test_an_export_goes_in_and_is_asked(run: Any, community: Path) -> None:
    result = run("import", str(community))
    assert result.exit_code == 0, result.output
    assert "3 people" in result.stdout
    assert "2 posts" in result.stdout
    answer = run("ask", "How do I light a window?", "--asker", "cy", "-k", "2", "--json")
    assert answer.exit_code == 0, answer.output
    content = json.loads(answer.stdout)
    assert set(content) == {"candidates", "answerable", "reason", "took_ms"}
    assert content["candidates"]
    for candidate in content["candidates"]:
        total = sum(part["points"] for part in candidate["contributions"])
        assert total == pytest.approx(candidate["score"], abs=1e-6)
    shown = run("ask", "How do I light a window?", "--asker", "cy")
    assert "Anna Berg" in shown.stdout
    assert "score" in shown.stdout
    near = json.loads(run("similar", "lighting a shop window", "--json").stdout)
    assert near["posts"][0]["post"]["id"] == "p"
    assert "How do we light" in run("similar", "lighting a shop window").stdout
    page = json.loads(run("feed", "bo", "--as-of", "2026-05-02", "--json").stdout)
    assert [item["post"]["id"] for item in page["items"]] == ["p"]
    assert "How do we light" in run("feed", "bo", "--as-of", "2026-05-02").stdout


def test_commands_work_on_a_server(
    run: Any, community: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", postgres.new_url())
    assert run("import", str(community)).exit_code == 0
    near = json.loads(run("similar", "lighting a shop window", "--json").stdout)
    assert near["posts"][0]["post"]["id"] == "p"
    assert run("learn").exit_code == 0
    # Snapshots of the indexes lie in the working folder, by the database's own number.
    assert list(community.parent.glob("whoknows-*.index/*/*.index"))
    looked = run("doctor", "--json")
    assert looked.exit_code == 0 and json.loads(looked.stdout)["ok"], looked.output
    assert "postgres@127.0.0.1" in looked.stdout
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", "postgresql://x:secret@127.0.0.1:1/y")
    away = run("doctor")
    assert away.exit_code == 1 and "does not answer" in " ".join(away.stdout.split())
    assert "secret" not in away.stdout
    assert_mendable(run("ask", "x"), "does not answer", "WHOKNOWS_DATABASE_URL")


def test_an_import_tells_programs_what_came_in(run: Any, community: Path) -> None:
    told = json.loads(run("import", str(community), "--json").stdout)
    assert told["counts"]["posts"] == told["community"]["posts"] == 2
    assert (told["community"]["roots"], told["rejected"], told["errors"]) == (1, 0, [])


def test_every_rejected_record_is_printed_with_its_place(run: Any, community: Path) -> None:
    with (community / "posts.jsonl").open("a", encoding="utf-8") as file:
        file.write("{nonsense\n")
        file.write('{"id": "q", "author": "anna", "created": "soon", "body": "b"}\n')
    result = run("import", str(community))
    assert result.exit_code == 0, result.output
    assert "posts.jsonl:3" in result.stdout
    assert "posts.jsonl:4 (q): created" in result.stdout
    assert "2 records rejected" in result.stdout
    content = json.loads(run("import", str(community), "--json").stdout)
    assert content["rejected"] == 2
    assert [error["line"] for error in content["errors"]] == [3, 4]


def test_of_one_it_is_told_in_the_singular(run: Any, tmp_path: Path) -> None:
    line = '{"id": "q", "author": "anna", "created": "2024-01-01", "body": "b"}\n'
    (tmp_path / "posts.jsonl").write_text(line + "{}\n")
    (tmp_path / "people.jsonl").write_text('{"id": "anna"}\n')
    told = run("import", str(tmp_path)).stdout
    assert "1 person, 1 post accepted" in told and "1 record rejected" in told


def test_an_export_of_which_nothing_can_be_read_is_a_problem(run: Any, tmp_path: Path) -> None:
    """A cut off archive and a file that is no text ended like an import of a thousand posts: 0."""
    line = '{"id": "q", "author": "anna", "created": "2024-01-01", "body": "b"}\n'
    for name, content in (
        ("posts.jsonl", line.encode("cp037")),
        ("posts.jsonl.gz", gzip.compress(line.encode() * 9)[:40]),
    ):
        export = tmp_path / name.replace(".", "")
        export.mkdir()
        (export / name).write_bytes(content)
        for asked in ((), ("--json",)):
            result = run("import", str(export), "--format", "community", *asked)
            assert result.exit_code == 1 and name in result.stdout
            assert result.stderr.strip().endswith("could be read; the reasons are listed above")
    assert json.loads(result.stdout)["accepted"] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("ask", " "),
        ("ask", "x", "-k", "0"),
        ("ask", "x", "-k", "101"),
        ("ask", "x", "--as-of", "yesterday"),
        ("ask", "\udcff"),
        ("feed", ""),
        ("serve", "--port", "70000"),
        ("replay", "--task", "poems"),
        ("dance",),
        # The search was passed over in silence.
        ("topics", "--search", "glass"),
        ("ask", "x", "--colour"),
        ("import", ".", "--format", "zebra"),
        ("import", ".", "--source", "a b"),
    ],
)
def test_bad_usage_is_a_2(run: Any, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_mendable_problems_are_one_sentence(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_mendable(run("import", str(tmp_path / "absent")), "absent")
    assert_mendable(run("feed", "nobody"), "nobody")
    monkeypatch.setenv("WHOKNOWS_PORT", "many")
    assert_mendable(run("ask", "x"), "WHOKNOWS_PORT")
    monkeypatch.delenv("WHOKNOWS_PORT")
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", f"sqlite:///{tmp_path}/none/w.db")
    assert_mendable(run("ask", "x"), "none")
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", "nonsense")
    assert_mendable(run("ask", "x"), "WHOKNOWS_DATABASE_URL")


def test_a_taken_port_and_an_open_host_are_refused(run: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_mendable(run("serve", "--port", port), port, "--port")
        assert_mendable(run("demo", "--port", port), port, "--port")
    assert_mendable(run("serve", "--host", "0.0.0.0", "--port", "0"), "WHOKNOWS_ALLOWED_HOSTS")
    assert_mendable(run("serve", "--host", "no.such.host.invalid"), "no.such.host.invalid")


def test_ctrl_c_is_a_130_with_a_sentence(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.commands.asking.opened_engine", interrupt)
    result = run("ask", "x")
    assert result.exit_code == 130
    assert len(result.stderr.strip().splitlines()) == 1


def test_doctor_tells_what_is_well_and_what_is_not(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("doctor", "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert content["ok"]
    assert {"settings", "page", "database", "index"} <= {one["part"] for one in content["findings"]}
    # It said that all is well below a warning.
    shown = run("doctor").stdout
    assert "is empty" in shown and "No problems found." not in shown
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", f"sqlite:///{tmp_path}/none/w.db")
    for options in ((), ("--json",)):
        result = run("doctor", *options)
        assert result.exit_code == 1
        assert ("mend" if options else "fix: ") in result.stdout
        # It ended with an empty stderr, as if nothing had been the matter.
        assert len(result.stderr.strip().splitlines()) == 1
        assert "Traceback" not in result.output


def test_a_password_is_never_shown(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOKNOWS_DATABASE_URL", "postgresql://me:s3cret@127.0.0.1:1/w")
    for command in (("doctor",), ("ask", "x")):
        result = run(*command)
        assert result.exit_code == 1
        assert "s3cret" not in result.output


def test_texts_left_to_workers_are_found_after_work(
    run: Any, community: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHOKNOWS_EMBEDDING", "workers")
    assert "whoknows work" in run("import", str(community)).stdout
    found = run("doctor", "--json").stdout
    index = next(part for part in json.loads(found)["findings"] if part["part"] == "index")
    assert "2 to come" in index["found"] and "whoknows work" in index["mend"]
    assert json.loads(run("similar", "light a shop window", "--json").stdout)["posts"] == []
    assert "read 2 texts" in run("work", "--once").stdout
    assert run("work", "--once").stdout == ""
    assert json.loads(run("similar", "light a shop window", "--json").stdout)["posts"]
    monkeypatch.setenv("WHOKNOWS_EMBEDDING", "nobody")
    wrong = run("work", "--once")
    assert wrong.exit_code == 1 and "WHOKNOWS_EMBEDDING" in wrong.stderr
