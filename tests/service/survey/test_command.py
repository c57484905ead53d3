"""`weerklank survey`, run as a user runs it."""

import json

import pytest

from tests.service.conftest import DISTRUST

HEADER = "opmerking;team"


@pytest.fixture
def file(tmp_path) -> str:
    path = tmp_path / "onderzoek.csv"
    path.write_text("\n".join([HEADER, *[f"{DISTRUST} Nummer {i}.;Noord" for i in range(12)]]) + "\n", "utf-8")
    return str(path)


def test_a_survey_ends_with_0_and_says_where_its_report_is(file, run_here, quick, tmp_path):
    out = tmp_path / "uit"
    given = ["--text-column", "opmerking", "--group-by", "team", "--model", quick, "-o", str(out)]
    code, stdout, stderr = run_here("survey", file, *given)
    assert (code, stdout) == (0, "")
    assert str(out / "report.html") in stderr
    assert {path.name for path in out.iterdir()} == {
        "comments.parquet",
        "tags.csv",
        "report.html",
        "summary.json",
        "run.json",
    }
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["file"] == {**record["file"], "name": "onderzoek.csv", "kind": "csv", "rows": 12}
    assert record["model"]["profile"] == "fast"
    assert record["failed"] == []


def test_standard_input_is_read_and_failed_rows_end_with_3(run_here, quick, tmp_path):
    out = tmp_path / "uit"
    lines = "\n".join([HEADER, f"{DISTRUST};Noord", f"{DISTRUST};Noord;te veel"]) + "\n"
    given = ["--text-column", "opmerking", "--jobs", "1", "--report-only", "--model", quick, "-o", str(out)]
    code, _, stderr = run_here("survey", "-", *given, stdin=lines.encode())
    assert code == 3
    assert "1 rows failed" in stderr
    (failed,) = json.loads((out / "run.json").read_text(encoding="utf-8"))["failed"]
    assert (failed["row"], failed["reason"]) == (2, "ragged_row")


BAD = [
    (["--min-group", "4"], "--min-group 4"),
    (["--quotes", "2"], "--consent"),
    (["--engine", "flink"], "--engine flink"),
    (["--engine", "spark"], "--master"),
    (["--operating-point", "wild"], "--operating-point wild"),
    (["--profile", "slow"], "--profile slow"),
    (["--group-by", "afdeling"], '"afdeling"'),
]


@pytest.mark.parametrize(("given", "named"), BAD)
def test_wrong_use_is_one_line_that_names_it_and_ends_with_2(given, named, file, run_here, quick, tmp_path):
    out = tmp_path / "uit"
    code, stdout, stderr = run_here(
        "survey", file, "--text-column", "opmerking", *given, "--model", quick, "-o", str(out)
    )
    assert (code, stdout) == (2, "")
    assert stderr.startswith("weerklank: ")
    assert named in stderr
    assert stderr.count("\n") == 1
    assert not out.exists()
