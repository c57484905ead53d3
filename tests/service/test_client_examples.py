"""The examples of the README in three languages, run as they stand against a real server."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.app import create_app
from service.settings import Settings
from tests.service.conftest import environment, serving

EXAMPLES = Path(__file__).parents[1] / "examples"
ADDRESS = "http://127.0.0.1:8000"
TAGGED = re.compile(r"\w+ \(\w+\)")


@pytest.fixture(scope="module")
def address(tagger):
    with serving(create_app(tagger, Settings())) as served:
        yield served


def example(name: str, address: str) -> str:
    """Give an example with the address of the server at hand."""
    source = (EXAMPLES / name).read_text(encoding="utf-8")
    assert source.count(ADDRESS) == 1
    return source.replace(ADDRESS, address)


def run(*arguments: str) -> str:
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment(), timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_curl_example_gets_both_items_in_order(address):
    items = json.loads(run("sh", "-c", example("analyze.sh", address)))["items"]
    assert [(item["id"], item["status"]) for item in items] == [("a", "ok"), ("b", "ok")]
    assert items[0]["sentences"][0]["tags"]


def test_the_python_example_prints_a_line_per_text(address):
    lines = run(sys.executable, "-c", example("analyze.py", address)).splitlines()
    assert [line.split()[:2] for line in lines] == [["0", "ok"], ["1", "ok"], ["2", "ok"]]
    assert [bool(TAGGED.search(line)) for line in lines] == [True, True, False]


def in_node(source: str, address: str, tmp_path: Path, request: pytest.FixtureRequest) -> list[str]:
    script = tmp_path / "analyze.mjs"
    script.write_text(source, encoding="utf-8")
    return run("node", str(script)).splitlines()


def in_chromium(source: str, address: str, tmp_path: Path, request: pytest.FixtureRequest) -> list[str]:
    page = request.getfixturevalue("browser").new_page()
    lines: list[str] = []
    page.goto(address)
    page.on("console", lambda message: lines.append(message.text))
    page.evaluate(f"async () => {{ {source} }}")
    page.close()
    return lines


# A browser is always here, for the page; node where a developer has it.
RUNNERS = [in_chromium, *([in_node] if shutil.which("node") else [])]


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_javascript_example_prints_each_sentence_with_its_tags(runner, address, tmp_path, request):
    lines = runner(example("analyze.mjs", address), address, tmp_path, request)
    sentences = [line for line in lines if TAGGED.search(line)]
    assert next(s.split(".")[0] for s in sentences) == "Ik mag mijn eigen week indelen"
    assert any("Niemand vertrouwt ons." in s for s in sentences)
