"""What is configured: environment variables with the prefix `WHOKNOWS_`, with their defaults."""

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVICES = ("auto", "cpu", "cuda", "mps")
LOG_LEVELS = ("critical", "error", "warning", "info", "debug")


class Settings(BaseSettings):
    """The configuration of one process.

    `english_encoder`, `multilingual_encoder`: a packaged model by its short name, or the name or
    path of a sentence-transformers model. `device`: what reads many texts at once; "auto" takes a
    GPU where there is one. `index_folder`: where snapshots of the index are kept;
    None means beside the database. `allowed_hosts`: further host names
    by which browsers may reach the server, separated by commas. `embedding`: whether this process
    reads new texts itself (own), or leaves them to `whoknows work` (workers). `newcomers`: points,
    0 to 5, for somebody who has not joined a thread yet. `quickness`: whether how soon somebody
    usually replies may count. `false_alarms`: rate, 0 to .2, at which "nobody here has shown
    knowledge of this" may be said of questions that somebody does answer. `exploration`: share,
    0 to .5, of a feed's places that are drawn by lot among threads by newcomers and from other
    sites. `spread`: readers, 0 to 20, at each other site whom a new idea is offered to begin with.
    `concurrency`: searches and reads worked on at once; 0 means one more than there are cores.
    `waiting`: how many of them may wait for a turn; `patience`: for how many seconds at most.
    Beyond either they are answered 503.
    """

    model_config = SettingsConfigDict(env_prefix="WHOKNOWS_", env_ignore_empty=True)

    database_url: str = "sqlite:///whoknows.db"
    host: str = "127.0.0.1"
    port: int = 8000
    english_encoder: str = "minilm"
    multilingual_encoder: str = "multilingual"
    device: str = "auto"
    index_folder: Path | None = None
    log_level: str = "warning"
    allowed_hosts: str = ""
    embedding: Literal["own", "workers"] = "own"
    newcomers: float = Field(default=0.0, ge=0.0, le=5.0)
    quickness: bool = True
    false_alarms: float = Field(default=0.02, ge=0.0, le=0.2)
    exploration: float = Field(default=0.1, ge=0.0, le=0.5)
    spread: int = Field(default=3, ge=0, le=20)
    concurrency: int = Field(default=0, ge=0, le=32)
    waiting: int = Field(default=64, ge=0, le=10_000)
    patience: float = Field(default=2.0, gt=0.0, le=60.0)

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.lower() not in LOG_LEVELS:
            raise ValueError(f"is not one of {', '.join(LOG_LEVELS)}")
        return value.lower()

    @field_validator("device")
    @classmethod
    def _known_device(cls, value: str) -> str:
        if value.lower() not in DEVICES:
            raise ValueError(f"is not one of {', '.join(DEVICES)}")
        return value.lower()

    @field_validator("port")
    @classmethod
    def _port_in_range(cls, value: int) -> int:
        if not 0 <= value <= 65535:
            raise ValueError("is not between 0 and 65535")
        return value

    def host_names(self) -> frozenset[str]:
        """The names, lower case and without port, that a request's Host header may carry."""
        named = {name.strip().lower() for name in self.allowed_hosts.split(",") if name.strip()}
        return frozenset({"localhost", "127.0.0.1", "[::1]", url_host(self.host).lower()} | named)


def url_host(host: str) -> str:
    """`host` as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to `host`."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
