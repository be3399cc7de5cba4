"""Settings, store and engine for one command, and their closing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import ValidationError

from api.settings import Settings
from api.terminal import complain, progress
from data.errors import WhoknowsError

if TYPE_CHECKING:
    from data.store import Store
    from embeddings.face import Encoder
    from recommender.engine import Engine
    from recommender.settings import EngineSettings


class BadSettings(WhoknowsError):
    """An environment variable holds what it cannot."""


def read_settings() -> Settings:
    """The settings of this process.

    Raises
    ------
    BadSettings : a variable is at fault; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"WHOKNOWS_{str(first['loc'][0]).upper()}"
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise BadSettings(f"{name}: {reason[:1].lower()}{reason[1:]}; change or unset it") from None


@contextmanager
def opened_store(settings: Settings) -> Iterator["Store"]:
    """The store that is configured, closed at the end."""
    from data.store import Store

    store = Store.open(settings.database_url)
    try:
        yield store
    finally:
        store.close()


def engine_settings(settings: Settings) -> "EngineSettings":
    """What the engine is told of the settings."""
    from recommender.ranker import RankingSettings
    from recommender.settings import EngineSettings, FeedSettings

    return EngineSettings(
        settings.english_encoder,
        settings.multilingual_encoder,
        settings.index_folder,
        RankingSettings(settings.newcomers, settings.quickness, settings.false_alarms),
        feed=FeedSettings(settings.exploration, settings.spread),
        device=settings.device,
        workers=settings.embedding == "workers",
    )


def tell_hindered(encoders: Mapping[str, "Encoder"]) -> None:
    """One line on stderr if the fast runtime cannot run the encoders, with the reason."""
    reasons = {getattr(each, "hindered", None) for each in encoders.values()} - {None}
    if reasons:
        told = "; ".join(sorted(map(str, reasons)))
        complain(f"Reading texts takes several times as long as it could: {told}.")


def tell_unknown(store: "Store", asker: str | None, viewer: str | None) -> None:
    """One line on stderr of each id that nobody bears: the answer is a newcomer's all the same."""
    for id_, how in ((asker, "asked as a newcomer"), (viewer, "shown what is open to all")):
        if id_ is not None and store.get_person(id_) is None:
            complain(f"nobody here has the id {id_!r}: {how}")


@contextmanager
def opened_engine(settings: Settings, *, reads: bool = True) -> Iterator[tuple["Store", "Engine"]]:
    """The store and an engine on it that has read what is new, the time it takes shown.

    Without `reads`, what nobody has read waits for the engine's next `sync`.
    """
    from recommender.engine import Engine

    with opened_store(settings) as store:
        with progress("Reading what is new", "Starting") as advance:
            engine = Engine.open(
                store,
                engine_settings(settings),
                lambda _, done, total: advance(done, total),
                reads=reads,
            )
        tell_hindered(engine.encoders)
        yield store, engine
