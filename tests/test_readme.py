"""The README is true: its commands, endpoints, settings and measured parts."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from models import Tagger
from models.codebook import parse_codebook
from service.app import create_app
from service.cli import app as service_commands
from service.keys_cli import app as key_commands
from service.metrics import Metrics
from service.settings import PREFIX, Settings
from service.settings_table import settings_table
from tests.conftest import ROOT
from tests.readme import ANSWER, QUALITY, README, SETTINGS, true_answer
from training.cli import app as training_commands
from training.report import quality_table

TEXT = README.read_text(encoding="utf-8")


def test_the_answer_under_the_curl_line_is_what_the_service_answers(tagger: Tagger) -> None:
    shown = json.loads(ANSWER.search(TEXT)[0])
    assert shown == json.loads(json.dumps(true_answer(tagger, TEXT)))


def test_the_quality_table_is_that_of_the_shipped_artefact(tagger: Tagger) -> None:
    assert QUALITY.search(TEXT)[0] == quality_table(tagger.artefact.manifest).strip()


@pytest.mark.parametrize("command", [c.name or c.callback.__name__ for c in service_commands.registered_commands])
def test_every_command_of_weerklank_is_documented(command: str) -> None:
    assert f"weerklank {command}" in TEXT


@pytest.mark.parametrize("command", [c.name or c.callback.__name__ for c in training_commands.registered_commands])
def test_every_command_of_weerklank_train_is_documented(command: str) -> None:
    assert f"`weerklank-train {command}`" in TEXT


@pytest.mark.parametrize("command", [c.name or c.callback.__name__ for c in key_commands.registered_commands])
def test_every_command_of_weerklank_keys_is_documented(command: str) -> None:
    assert f"weerklank keys {command}" in TEXT


def test_the_table_of_settings_is_that_of_the_code() -> None:
    assert SETTINGS.search(TEXT)[0] == settings_table()


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{PREFIX}{setting.upper()}`" in TEXT


def test_every_endpoint_is_documented(tagger: Tagger) -> None:
    paths = create_app(tagger).openapi()["paths"]
    missing = [path for path in paths if path not in TEXT]
    assert paths
    assert not missing


def test_every_metric_of_the_service_is_documented(tagger: Tagger) -> None:
    exposition = Metrics(tagger.artefact, tagger.profile).exposition().decode()
    names = [n for n in re.findall(r"^# TYPE (\S+)", exposition, re.MULTILINE) if not n.endswith("_created")]
    own = [name for name in names if name.startswith(("http_", "weerklank_"))]
    assert len(own) == 5
    assert [name for name in own if f"`{name}`" not in TEXT] == []


@pytest.mark.parametrize("example", sorted((ROOT / "tests" / "examples").iterdir()), ids=lambda path: path.name)
def test_every_example_that_is_run_against_a_server_stands_in_the_readme(example: Path) -> None:
    assert example.read_text(encoding="utf-8").strip() in TEXT


def command_lines() -> list[str]:
    """List the lines of the README's shell examples that call a command of the project."""
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line.startswith(("weerklank ", "weerklank-train "))]


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_has_the_arguments_that_its_command_wants(line: str) -> None:
    program, name, *arguments = shlex.split(line.split(" > ")[0], comments=True)
    group = typer.main.get_command(service_commands if program == "weerklank" else training_commands)
    assert isinstance(group, TyperGroup)
    command = group.commands[name]
    with command.make_context(name, arguments) as context:
        assert context.command is command


def test_the_codebook_in_the_readme_is_a_whole_one() -> None:
    shown = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)[1]
    codebook = parse_codebook(tomllib.loads(shown), "README.md")
    assert len(codebook.labels) > 1
    assert codebook.balance is None


def test_every_make_target_named_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", TEXT))
    assert named <= targets


def test_the_python_example_runs(tagger: Tagger) -> None:
    example = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1]
    names: dict[str, object] = {}
    exec(example, names)  # noqa: S102 - the README's own example
    assert names["tagging"].status == "ok"
