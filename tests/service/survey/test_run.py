"""service/survey/run.py: from the file to its five files, killed or not."""

import csv
import json
import os
import random
import signal
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from models.errors import InputError
from service.survey.options import SurveyOptions
from service.survey.parts import FOLDER, STAGING
from service.survey.run import COMMENTS, PERSONAL, REPORT, RUN, SUMMARY, TAGS, run_survey
from tests.service.conftest import MARK, command, environment

# Those that say nothing of when and how long.
SAME = (COMMENTS, TAGS, SUMMARY, REPORT)
ROWS = 6000
NEW_PER_PART = 60
TEAMS = ("Noord", "Oost", "Zuid")


@pytest.fixture(scope="module")
def survey_file(complaints, tmp_path_factory) -> Path:
    """Six parts of comments, most of which recur; each part has some that no other has."""
    random_ = random.Random(3)
    sentences = [s.text for text in complaints.texts for s in text.sentences]
    path = tmp_path_factory.mktemp("survey") / "onderzoek.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["wie", "team", "opmerking", "mag"])
        for row in range(ROWS):
            text = random_.choice(sentences)
            if row % 1000 < NEW_PER_PART:
                text = f"{text} {random_.choice(sentences)} {random_.choice(sentences)}"
            if row % 97 == 0:
                text = random_.choice(["", "ok", "nvt"])
            writer.writerow([f"r{row % 5000}", TEAMS[row % 5 % 3], text, "ja" if row % 2 else "nee"])
        writer.writerow(["r1", "Noord", f"{MARK} heeft een veld te veel", "ja", "extra"])
    return path


def options(**more) -> SurveyOptions:
    return SurveyOptions("opmerking", ("team",), "wie", profile="fast", **more)


def arguments(file: Path, out: Path, model: Path) -> list[str]:
    given = ["--text-column", "opmerking", "--group-by", "team", "--respondent", "wie", "--profile", "fast"]
    return ["survey", str(file), *given, "--quotes", "2", "--consent", "mag", "--model", str(model), "-o", str(out)]


def has_come_to(out: Path, point: int) -> bool:
    """Say whether a run has finished so many parts, or, at a point beyond them, writes its files."""
    if point > ROWS // 1000:
        return (out / FOLDER / STAGING / SUMMARY).exists()
    return len(list((out / FOLDER).glob("part-*.arrow"))) >= point


def kill_at(point: int, file: Path, out: Path, model: Path) -> None:
    """Start a run, and kill it a moment after it has come to a point."""
    with subprocess.Popen(
        command(*arguments(file, out, model)), stderr=subprocess.DEVNULL, env=environment(), start_new_session=True
    ) as process:
        while process.poll() is None and not has_come_to(out, point):
            time.sleep(0.01)
        time.sleep(random.random() / 50)
        process.kill()
    assert process.returncode == -signal.SIGKILL, "the run ended before it could be killed"
    assert not [name for name in (*SAME, RUN) if (out / name).exists()]


@pytest.fixture(scope="module")
def runs(survey_file, accurate_folder, tmp_path_factory) -> dict[str, Path]:
    """The output of an undisturbed run, and of one that was killed at random points and started again."""
    folder = tmp_path_factory.mktemp("runs")
    outs = {name: folder / name for name in ("undisturbed", "killed")}

    def undisturbed() -> None:
        again = subprocess.run(
            command(*arguments(survey_file, outs["undisturbed"], accurate_folder)),
            env=environment(),
            capture_output=True,
            check=False,
        )
        assert again.returncode == 3, again.stderr.decode()

    def killed() -> None:
        first, second = sorted(random.sample(range(ROWS // 1000), 2))
        for point in (first, second, ROWS):
            kill_at(point, survey_file, outs["killed"], accurate_folder)
        run_survey(survey_file, options(quotes=2, consent="mag"), outs["killed"], accurate_folder)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(undisturbed)
        killed()
        other.result()
    return outs


@pytest.mark.parametrize("name", SAME)
def test_a_killed_run_gives_the_bytes_of_an_undisturbed_one(name, runs):
    assert (runs["killed"] / name).read_bytes() == (runs["undisturbed"] / name).read_bytes()


def test_a_killed_run_goes_on_where_it_stopped(runs):
    assert json.loads((runs["killed"] / RUN).read_text())["rows_taken_over"] == ROWS + 1
    assert json.loads((runs["undisturbed"] / RUN).read_text())["rows_taken_over"] == 0


def test_only_the_five_files_stay_and_those_with_personal_data_are_private(runs):
    for out in runs.values():
        assert sorted(path.name for path in out.iterdir()) == sorted((*SAME, RUN))
        assert {stat.S_IMODE((out / name).stat().st_mode) for name in PERSONAL} == {0o600}


def test_there_is_a_row_per_row_in_order_and_one_that_failed_is_listed(runs):
    table = pq.read_table(runs["undisturbed"] / COMMENTS)
    assert table.column("row").to_pylist() == list(range(1, ROWS + 2))
    last = table.slice(ROWS).to_pylist()[0]
    assert (last["status"], last["reason"]) == ("failed", "ragged_row")
    record = json.loads((runs["undisturbed"] / RUN).read_text())
    (failed,) = record["failed"]
    assert (failed["row"], failed["reason"]) == (ROWS + 1, "ragged_row")
    assert f"line {ROWS + 2}" in failed["detail"]
    assert record["file"]["rows"] == ROWS + 1


def test_no_text_is_in_a_file_without_quotations(survey_file, accurate_folder, tmp_path):
    outcome = run_survey(survey_file, options(jobs=1), tmp_path, accurate_folder)
    assert (outcome.rows, outcome.failed) == (ROWS + 1, 1)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert MARK.encode() not in content
        assert b"aangetekende brief" not in content


def test_a_report_alone_holds_no_personal_data_and_refuses_a_folder_that_does(
    survey_file, accurate_folder, tmp_path, runs
):
    run_survey(survey_file, options(report_only=True), tmp_path, accurate_folder)
    assert {path.name for path in tmp_path.iterdir()} == {SUMMARY, REPORT, RUN}
    with pytest.raises(InputError, match=COMMENTS):
        run_survey(survey_file, options(report_only=True), runs["undisturbed"], accurate_folder)


BAD = [
    (SurveyOptions("antwoord"), '"antwoord"'),
    (SurveyOptions("opmerking", ("afdeling",)), '"afdeling"'),
    (SurveyOptions("opmerking", compare=Path("nergens.json")), "nergens.json"),
]


@pytest.mark.parametrize(("chosen", "named"), BAD)
def test_what_cannot_be_is_said_before_anything_is_written(chosen, named, survey_file, accurate_folder, tmp_path):
    with pytest.raises(InputError, match=named):
        run_survey(survey_file, chosen, tmp_path / "out", accurate_folder)
    assert not (tmp_path / "out").exists()


def test_a_folder_in_the_place_of_a_file_is_refused_before_anything_is_written(survey_file, accurate_folder, tmp_path):
    (tmp_path / REPORT).mkdir()
    with pytest.raises(InputError, match=REPORT):
        run_survey(survey_file, options(), tmp_path, accurate_folder)
    assert [path.name for path in tmp_path.iterdir()] == [REPORT]


def test_a_full_disk_is_told_in_a_line(survey_file, accurate_folder, tmp_path):
    limited = ["bash", "-c", 'ulimit -f 8; exec "$@"', "bash"]
    ended = subprocess.run(
        [*limited, *command(*arguments(survey_file, tmp_path, accurate_folder))],
        capture_output=True,
        text=True,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),  # it would keep half a module for the runs to come
        check=False,
    )
    assert ended.returncode == 2
    assert "Make room" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_a_run_that_is_killed_takes_its_processes_along(survey_file, accurate_folder, tmp_path):
    before = tagging_processes(tmp_path)
    kill_at(1, survey_file, tmp_path / "out", accurate_folder)
    end = time.monotonic() + 20
    while tagging_processes(tmp_path) and time.monotonic() < end:
        time.sleep(0.05)
    assert (before, tagging_processes(tmp_path)) == ([], [])


def tagging_processes(folder: Path) -> list[int]:
    """Processes whose command line names a folder; those that tag are forks of one."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            named = str(folder).encode() in path.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if named and int(path.parent.name) != os.getpid():
            found.append(int(path.parent.name))
    return found
