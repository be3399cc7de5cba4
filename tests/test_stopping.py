"""Long commands that are stopped: one sentence, a code that says how, and nothing lost.

All of it in child processes: a signal in earnest would end pytest.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.stopping import KEPT, sentence

ROOT = Path(__file__).parent.parent

HURT = """
import os, signal, sys, time
from api import __main__ as program
from api.stopping import STOPPING, Stopped
def hurt(signum={signum}):
    os.kill(os.getpid(), signum)
    time.sleep(0)
"""

STOPPED_AT_A_BATCH = """
import data.importing, data.runs
data.importing.BATCH = 2
save = data.runs.ImportRuns.save_run
def saved(*given, **more):
    save(*given, **more)
    hurt()
data.runs.ImportRuns.save_run = saved
program.main()
"""

STOPPED_AT_WORK = """
import {module} as module
def work(*given, **more):
    hurt()
    time.sleep(60)
module.{name} = work
program.main()
"""

AT_WORK = {
    "learn": ("api.commands.learning", "run_learn"),
    "replay": ("evaluation.replay", "run"),
    "work": ("recommender.encoders", "open_encoders"),
}


def child(
    code: str, *command: str, signum: int = signal.SIGTERM, **settings: str
) -> subprocess.CompletedProcess[str]:
    whole = HURT.format(signum=int(signum)) + code
    return subprocess.run(
        [sys.executable, "-c", whole, *command],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=120,
    )


def assert_stopped(
    ended: subprocess.CompletedProcess[str], command: str, signum: int = signal.SIGTERM
) -> None:
    assert ended.stderr.strip() == sentence(command), ended.stderr
    assert ended.returncode == 128 + signum


@pytest.fixture
def community(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    lines = [
        {"id": f"p{n}", "author": "ann", "created": "2026-01-05", "body": f"text number {n}"}
        for n in range(7)
    ]
    (folder / "posts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_import_that_is_stopped_goes_on(community: Path, tmp_path: Path, signum: int) -> None:
    """SIGTERM ended it without a word."""
    settings = {
        "WHOKNOWS_DATABASE_URL": f"sqlite:///{tmp_path / 'w.db'}",
        "WHOKNOWS_EMBEDDING": "workers",
    }
    command = ("import", str(community), "--json")
    ended = child(STOPPED_AT_A_BATCH, *command, signum=signum, **settings)
    assert_stopped(ended, "import", signum)
    again = child("program.main()", *command, **settings)
    told = json.loads(again.stdout)
    assert told["resumed_from"] == 2
    assert told["community"]["posts"] == 7


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", AT_WORK)
def test_whoever_is_at_work_says_what_is_kept(command: str, signum: int, tmp_path: Path) -> None:
    module, name = AT_WORK[command]
    once = ("--once",) if command == "work" else ()
    url = f"sqlite:///{tmp_path / 'w.db'}"
    code = STOPPED_AT_WORK.format(module=module, name=name)
    ended = child(code, command, *once, signum=signum, WHOKNOWS_DATABASE_URL=url)
    assert_stopped(ended, command, signum)


def test_a_worker_that_waits_for_ever_is_ended_without_fault(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    code = STOPPED_AT_WORK.format(module="recommender.encoders", name="open_encoders")
    ended = child(code, "work", WHOKNOWS_DATABASE_URL=url)
    assert ended.returncode == 0 and ended.stderr.strip() == sentence("work")


@pytest.mark.parametrize("command", KEPT)
def test_who_is_stopped_while_modules_are_read_says_so_too(command: str) -> None:
    """Ctrl-C in the first tenth of a second was a traceback, or nothing at all."""
    code = "sys.modules['api.cli'] = type('Reading', (), {'main': property(lambda _: hurt())})()\n"
    assert_stopped(child(code + "program.main()", command), command)


def test_a_wish_that_a_finalizer_swallows_is_heard_all_the_same() -> None:
    code = """
class Last:
    def __del__(self):
        hurt()
STOPPING.heed("learn")
with STOPPING.working():
    del_me = Last()
    del del_me
    try:
        STOPPING.check()
    except Stopped as stop:
        sys.exit(stop.signum)
"""
    ended = child(code)
    assert ended.returncode == signal.SIGTERM and ended.stderr == ""


def test_a_second_signal_later_ends_what_tidies_up() -> None:
    code = """
import api.stopping
STOPPING.heed("learn")
with STOPPING.working():
    try:
        hurt()
    except Stopped:
        hurt()
        print("the same wish", flush=True)
        api.stopping.AGAIN = 0
        hurt()
        print("never here", flush=True)
"""
    ended = child(code)
    assert ended.stdout == "the same wish\n"
    assert_stopped(ended, "learn")


def test_what_is_done_is_not_said_to_have_been_stopped() -> None:
    code = "STOPPING.heed('learn')\nwith STOPPING.working(): pass\nhurt()\nprint('done')"
    ended = child(code)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "done\n", "")


def test_a_signal_that_was_to_be_ignored_is() -> None:
    code = (
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\nSTOPPING.heed('learn')\nhurt()\nprint('on')"
    )
    ended = child(code, signum=signal.SIGINT)
    assert (ended.returncode, ended.stdout) == (0, "on\n")
