"""Whether snapshots of the indexes belong to the history of the database they are read for.

Beside them lies the newest transaction that they may hold, with its mark (`data.history`).
"""

import json
from pathlib import Path

from data.store import Store

FILE = "history.json"


def note_history(folder: Path | None, seq: int, mark: int | None) -> None:
    """Note that what is saved next in `folder` knows the transaction `seq`, and nothing newer."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    # Renamed at the end: what is cut off half written must not be read.
    new = folder / f"{FILE}.new"
    new.write_text(json.dumps({"seq": seq, "mark": mark}), encoding="utf-8")
    new.replace(folder / FILE)


def is_of_history(store: Store, folder: Path | None) -> bool:
    """Whether the snapshots in `folder` can be of this database as it is now."""
    if folder is None or not (folder / FILE).exists():
        # From before marks were left.
        return True
    try:
        noted = json.loads((folder / FILE).read_text(encoding="utf-8"))
        seq, mark = int(noted["seq"]), noted["mark"]
    except (ValueError, KeyError, TypeError):
        return False
    newest, found, _ = store.state(seq)
    return newest >= seq and found == mark
