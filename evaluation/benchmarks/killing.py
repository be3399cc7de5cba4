"""kill -9 of the server, again and again, while it takes an import in and is asked.

Run: `python -m evaluation.benchmarks.killing FOLDER`. FOLDER: a community in any format, small. It
goes in twice: over HTTP in small bulks, edits and deletions among them, and from another process by
`whoknows import --source cli`, which is killed now and then as well. Readers ask all the time. Told
is whatever was acknowledged and is not there, is there twice, or is not in the index as it is in
one that is built anew (`killing_check`).
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from threading import Event, Thread
from urllib.parse import quote

import orjson

from embeddings.face import Encoder
from evaluation.benchmarks.corpus import conditions
from evaluation.benchmarks.killing_callers import Importing, Seen, questions, read
from evaluation.benchmarks.killing_check import bulks_of, differences, index_differences
from evaluation.benchmarks.serving import PROGRAM, Asked, Caller, CannotServe, Serving, database_of
from recommender.encoders import open_encoders
from recommender.settings import EngineSettings

READERS = 3
PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run showed; `faults` is empty where all is well. Restarts in seconds."""

    kills: int
    while_starting: int
    while_ending: int
    importer_kills: int
    bulks: int
    sent_again: int
    answers: int
    cut: int
    slowest_restart_s: float
    faults: tuple[str, ...]


class Killing:
    """One run over a new database.

    Parameters
    ----------
    program : the `whoknows` to run; `serve` and `import` are added.
    encoders : what that program reads texts with.
    """

    def __init__(
        self,
        folder: Path,
        scratch: Path,
        program: Sequence[str] = PROGRAM,
        encoders: Mapping[str, Encoder] | None = None,
        seed: int = 1,
    ) -> None:
        self.folder = folder
        self.database = scratch / "killed.db"
        self.program = list(program)
        self.encoders = encoders or open_encoders(EngineSettings())
        self.random = Random(seed)
        self.bulks = bulks_of(folder, self.random)
        # Where nobody is refused for being one too many, every 503 is a fault.
        self.environment = database_of(self.database) | {"WHOKNOWS_PATIENCE": "60"}
        self.port = _free_port()
        self.server = Serving([*self.program, "serve", "--port", str(self.port)], self.environment)
        self.faults: list[str] = []
        self.slowest = 0.0

    def run(self, kills: int) -> Outcome:
        """Kill the server so often, let everything come to its end, and look."""
        ends, seen = Event(), Seen()
        address = f"http://127.0.0.1:{self.port}"
        importing = Importing(address, self.bulks, ends)
        asked = questions(self.bulks)
        readers = [
            Thread(target=read, args=(address, asked[at::READERS], seen, ends), daemon=True)
            for at in range(READERS)
        ]
        for thread in (importing, *readers):
            thread.start()
        modes: list[str] = []
        importer_kills = 0
        importer = self._importer()
        try:
            for number in range(kills):
                modes.append(self._one_kill(number / kills, importing))
                if self.random.random() < 0.4 and importer.poll() is None:
                    importer.kill()
                    importer.wait()
                    importer_kills += 1
                    importer = self._importer()
            self._start()
            self._look(importing)
            importing.may_send.set()
            importing.join(PATIENCE_S)
            if importer.wait(PATIENCE_S):
                self.faults.append("the import by command did not go through")
        finally:
            ends.set()
            # The last word is a kill too: what lies there now is what was left behind.
            self.server.kill()
            importer.kill()
            importer.wait()
        for thread in (importing, *readers):
            thread.join(PATIENCE_S)
        if importing.acknowledged < len(self.bulks):
            self.faults.append("the import over HTTP did not go through")
        self.faults += [*importing.faults, *seen.faults]
        self.faults += differences(self.database, self.folder, self.bulks)
        self.faults += index_differences(self.database, self.encoders)
        self.faults += self._answers_differ(asked)
        return Outcome(
            kills=kills + 1,
            while_starting=modes.count("starting"),
            while_ending=modes.count("ending"),
            importer_kills=importer_kills,
            bulks=len(self.bulks),
            sent_again=importing.sent_again,
            answers=seen.answers,
            cut=seen.cut,
            slowest_restart_s=self.slowest,
            faults=tuple(self.faults),
        )

    def _one_kill(self, share: float, importing: Importing) -> str:
        """Start the server and kill it at a random moment; when it was.

        `share`: how much of the import may be over, so that the last kill still meets it.
        """
        mode = self.random.choices(("starting", "ending", "working"), (1, 1, 3))[0]
        if mode == "starting":
            self.server.begin()
            time.sleep(self.random.uniform(0, max(self.slowest, 1.0)))
            self.server.kill()
            return mode
        self._start()
        self._look(importing)
        importing.may_send.set()
        before, begun = importing.acknowledged, time.monotonic()
        wanted = min(
            int(share * len(self.bulks)) + self.random.randrange(1, 4), len(self.bulks) - 1
        )
        while importing.acknowledged < wanted and not importing.faults:
            if time.monotonic() - begun > PATIENCE_S:
                raise CannotServe("the import stands still")
            time.sleep(0.002)
        # Into the midst of a bulk: at a random part of about what one takes.
        taken = (time.monotonic() - begun) / max(importing.acknowledged - before, 1)
        time.sleep(self.random.uniform(0, 1.5 * min(taken, 1.0)))
        if mode == "ending":
            self.server.hang_up()
            time.sleep(self.random.uniform(0, 0.4))
        self.server.kill()
        # Until what it acknowledged was looked for.
        importing.may_send.clear()
        return mode

    def _start(self) -> None:
        self.slowest = max(self.slowest, self.server.start())

    def _look(self, importing: Importing) -> None:
        """Whether the bulk that was acknowledged last is there, before anything is sent again."""
        if not importing.acknowledged:
            return
        last = importing.acknowledged
        bulk = self.bulks[last - 1]
        # The next one may have been taken in without a word before the kill.
        deleted = bulk.deleted.union(*(b.deleted for b in self.bulks[last : last + 1]))
        wanted = [
            id_
            for id_, thread in bulk.posts.items()
            if id_ not in importing.refused and not deleted & {id_, thread}
        ]
        with Caller(self.server.address) as caller:
            for id_ in wanted:
                if caller.ask("GET", f"/v1/posts/{quote(id_, safe='')}")[0] != 200:
                    self.faults.append("a post that was acknowledged is not there after a kill")
            for id_ in bulk.deleted:
                if caller.ask("GET", f"/v1/posts/{quote(id_, safe='')}")[0] != 404:
                    self.faults.append("a post whose deletion was acknowledged came back")

    def _importer(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.program, "import", str(self.folder), "--source", "cli", "--json"],
            env=os.environ | self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _answers_differ(self, asked: Sequence[Asked]) -> list[str]:
        """Whether a server with the indexes that were left answers as one that builds them."""
        answers = []
        for rebuilt in (False, True):
            if rebuilt:
                for file in self.database.with_name(self.database.name + ".index").glob("*/*"):
                    file.unlink()
            with self.server as server, Caller(server.address) as caller:
                answers.append([_lasting(caller.ask(*one)) for one in asked])
        unequal = sum(left != new for left, new in zip(*answers, strict=True))
        return [f"{unequal} of {len(asked)} answers differ once indexes are rebuilt"] * bool(
            unequal
        )


def _lasting(answer: tuple[int, object]) -> bytes:
    """An answer as bytes, without the time that it took."""
    status, told = answer
    if isinstance(told, dict):
        told = {key: value for key, value in told.items() if key != "took_ms"}
    return orjson.dumps([status, told], option=orjson.OPT_SORT_KEYS)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def main() -> None:
    """Print what was done, and what was wrong; exit with 1 if anything was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(conditions(asked.folder, ("sqlalchemy", "uvicorn")), end="\n\n")
    with tempfile.TemporaryDirectory() as scratch:
        outcome = Killing(asked.folder, Path(scratch), seed=asked.seed).run(asked.kills)
    for name, value in asdict(outcome).items():
        if name != "faults":
            print(f"{name}: {value:.3g}" if isinstance(value, float) else f"{name}: {value}")
    for sentence, times in Counter(outcome.faults).items():
        print(f"FAULT ({times} times): {sentence}")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
