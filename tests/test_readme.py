"""What the README and the operating page tell people to type exists, and is what CI runs."""

import argparse
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "api" / "OPERATING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_set_up_is_two_lines() -> None:
    first, second = (block.strip() for block in BLOCKS[1:3])
    assert first.endswith("whoknows demo")
    assert second.endswith("python -m pytest")
    assert "\n" not in first + second


def test_ci_runs_the_second_command_to_the_letter() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "grep -m1 'python -m pytest' README.md" in script
    line = next(line for line in README.splitlines() if "python -m pytest" in line)
    assert line == BLOCKS[2].strip()


@pytest.mark.parametrize("command", ["demo", "import", "ask", "doctor", "serve", "replay", "learn"])
def test_the_commands_it_names_exist(command: str) -> None:
    assert f"whoknows {command}" in README or f"`{command}`" in README
    assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0


def test_the_files_and_modules_it_names_exist() -> None:
    for folder, page in ((ROOT, README), (ROOT / "api", OPERATING)):
        for path in re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", page):
            assert (folder / path).exists(), path
    for path in re.findall(r"`((?:data|evaluation|recommender)/[\w./-]+)`", README + OPERATING):
        assert (ROOT / path).exists(), path
    for module in re.findall(r"python -m ((?:evaluation|data)[\w.]+)", README + OPERATING):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


class Parsed(Exception):
    """Arguments were taken."""


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"python -m (evaluation[^`\n]*)", README + OPERATING)))
)
def test_the_arguments_it_names_are_taken(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of its commands ended with a usage error as they stood there."""
    module, *given = command.replace("...", "").split()
    parse = argparse.ArgumentParser.parse_args

    def parsed(parser: argparse.ArgumentParser, *arguments: Any, **named: Any) -> None:
        parse(parser, *arguments, **named)
        raise Parsed

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parsed)
    monkeypatch.setattr(sys, "argv", [module, *("1" if word == "R" else word for word in given)])
    for name in (module, f"{module}.__main__"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(Parsed):
        runpy.run_module(module, run_name="__main__")


def test_the_parts_it_leads_to_exist() -> None:
    titles = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in OPERATING.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"OPERATING\.md#([\w-]+)", README)) <= titles


def test_every_setting_is_told() -> None:
    """WHOKNOWS_LOG_LEVEL was in no page."""
    told = set(re.findall(r"WHOKNOWS_(\w+)", OPERATING))
    assert {name.upper() for name in Settings.model_fields} <= told


def test_nothing_is_left_to_fill_in() -> None:
    assert not re.findall(r"@[A-Z]+@|TODO|TBD", README + OPERATING)
