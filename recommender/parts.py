"""What an engine ranks with, handed on as one thing."""

from dataclasses import dataclass

from data.store import Store

from .meaning import Reader
from .past import Past
from .profiles import Profiles
from .texts import TextIndex


@dataclass(frozen=True, slots=True)
class Parts:
    """The store, the past of its community, its texts and profiles, and who reads questions."""

    store: Store
    past: Past
    texts: TextIndex
    profiles: Profiles
    reader: Reader
