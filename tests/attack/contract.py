"""schemathesis against the OpenAPI document: every check, positive and negative data, stateful.

All operations are called with generated requests; each answer must be as the document describes it, what breaks the
document's rules must be refused and what keeps to them must not, and no key may be needed less than it says.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.attack.tally import Tally
from tests.served import Served

# A string one longer than the longest text can be larger than the largest body: 413 is a refusal, too.
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 408, 413, 415, 422, 429]
"""
SEED = "1"
PHASES = {"examples", "coverage", "fuzzing", "stateful"}


def run(server: Served, key: str, examples: int) -> Tally:
    """Run schemathesis with so many generated requests per operation."""
    before = server.answers()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "schemathesis.toml").write_text(CONFIGURATION, encoding="utf-8")
        report = Path(folder, "report.json")
        run = subprocess.run(
            [
                *(str(Path(sys.executable).with_name("schemathesis")), "run"),
                *("--header", f"Authorization: Bearer {key}", "--checks", "all", "--mode", "all"),
                *("--max-examples", str(examples), "--seed", SEED, "--generation-database", "none"),
                *("--report", "json", "--report-json-path", str(report), "--no-color", "--request-timeout", "120"),
                f"{server.address}/v1/openapi.json",
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        found = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    assert run.returncode == 0, _readable(run.stdout + run.stderr)
    assert {name for name, phase in found["phases"].items() if phase["status"] == "success"} == PHASES
    answers = server.answers() - before
    assert answers, "the server counted nothing"
    return Tally("schemathesis: all checks, stateful", answers)


def _readable(output: str) -> str:
    """Cut the lines of a report, which hold whole bodies."""
    return "\n".join(line[:200] for line in output.splitlines())
