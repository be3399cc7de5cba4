"""Rankings and truths as TREC files, which every evaluation tool reads (ir_measures, trec_eval).

In: lines of a journal. Out: one qrels file a task, one run file a system. Ids are hashed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from evaluation.journal import Line


def write_trec(folder: Path, task: str, lines: Sequence[Line]) -> None:
    """Write `folder`/`task`.qrels and `folder`/`task`.SYSTEM.run of the lines that were ranked."""
    ranked = [line for line in lines if line["ranked"]]
    with (folder / f"{task}.qrels").open("w", encoding="ascii") as file:
        for line in ranked:
            file.writelines(f"{line['query']} 0 {id_} 1\n" for id_ in line["relevant"])
    for name in ranked[0]["ranked"] if ranked else ():
        with (folder / f"{task}.{name}.run").open("w", encoding="ascii") as file:
            for line in ranked:
                _write_ranking(file, line["query"], name, line["ranked"])


def _write_ranking(
    file: TextIO, query: str, name: str, rankings: Mapping[str, Sequence[str]]
) -> None:
    ids = rankings[name]
    for rank, id_ in enumerate(ids, start=1):
        # Tools order by score alone, so it falls with the rank.
        file.write(f"{query} Q0 {id_} {rank} {len(ids) - rank + 1} {name}\n")
