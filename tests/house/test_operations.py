"""Do the words for those who run Relance agree with what they run? As far as words can be held."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

from schemas.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    """Whoever looks for a setting finds it in the guide, and finds none there that is not read."""
    settings = (ROOT / "schemas" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'validation_alias="([A-Z_]+)"', settings))
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \|", OPERATIONS, flags=re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    ours = {name for name in documented if not name.startswith("TEMPORAL_")}
    assert ours | {"TEMPORAL_ADDRESS"} == read


def test_documented_defaults_are_the_real_ones() -> None:
    """The default in the guide is the default in the program."""
    real = {
        str(field.validation_alias): str(getattr(field.default, "value", field.default))
        for field in Settings.model_fields.values()
    }
    stated = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", OPERATIONS, flags=re.MULTILINE))
    assert {"DATABASE_POOL", "DRAIN_SECONDS", "HEALTH_ADDRESS"} <= set(stated)
    for name, value in stated.items():
        assert real[name] == value, name


def test_services_named_in_the_guide_exist() -> None:
    """Every docker compose command in the guide names services that there are."""
    services = set(YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"])
    named = set(re.findall(r"docker compose exec (?:-T )?([a-z][a-z-]+)", OPERATIONS))
    named |= set(re.findall(r"docker compose run --rm ([a-z][a-z-]+)", OPERATIONS))
    named |= set(re.findall(r"docker compose logs ([a-z][a-z-]+)", OPERATIONS))
    assert {"postgres", "cli", "migrate"} <= named <= services


def test_hooks_fetch_nothing() -> None:
    """The checks before a commit run the locked tools of this folder and download no code."""
    config = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].startswith(".venv/bin/")
