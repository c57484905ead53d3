"""Measure what a survey run costs: ``python -m tests.bench_survey``. Prints tab-separated figures; asserts nothing.

Comments are put together from the corpus's sentences, some of them recurring as in real surveys, and exist only while
this runs. The accurate profile takes hours for the default sizes; try it small with ``--small 1000 --large 10000``.
"""

import argparse
import csv
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from models import load_tagger
from models.manifest import PROFILES
from service.survey.options import SurveyOptions
from service.survey.run import run_survey

CORPUS = Path("training/corpus")
# Short answers that many people give in the same words; one comment in this many is such a one.
RECURRING = ("geen", "nvt", "Geen opmerkingen.", "Prima zo.", "Goede sfeer in het team.", "Werkdruk is te hoog.")
ONE_IN = 5
TOKENIZED = 20_000  # comments that the bare tokenizer's rate is measured on
SAMPLE_SECONDS = 0.2


class Measured(NamedTuple):
    """One run."""

    seconds: float
    """Tagging alone, as run.json has it: without loading, which is the same for every size."""
    peak: float
    """Megabytes (PSS) of all processes together, at the highest."""


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=100_000, help="rows of the small file")
    parser.add_argument("--large", type=int, default=1_000_000, help="rows of the large file")
    parser.add_argument("--profile", choices=PROFILES, default="fast")
    options = parser.parse_args()
    print("figure\tvalue\tunit")
    with tempfile.TemporaryDirectory(prefix="weerklank-bench-") as folder:
        small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
        write_survey(small, options.small)
        write_survey(large, options.large)
        one = measure(small, options.profile, jobs=1)
        two = measure(small, options.profile, jobs=2)
        many = measure(large, options.profile, jobs=2)
        bare = tokenizer_rate(small)
    rates = {
        "one core": options.small / one.seconds,
        "two cores": options.small / two.seconds,
        "two cores, large": options.large / many.seconds,
    }
    for name, rate in rates.items():
        show(f"throughput, {name}", rate, "comments/s")
    show("two cores against one", rates["two cores"] / rates["one core"], "")
    show("bare tokenizer, one core", bare, "comments/s")
    show("one core against the bare tokenizer", rates["one core"] / bare, "")
    show(f"peak memory of {options.small} rows", two.peak, "MB")
    show(f"peak memory of {options.large} rows", many.peak, "MB")
    show("peak memory, large against small", many.peak / two.peak, "")


def show(name: str, value: float, unit: str) -> None:
    """Print one figure, as soon as it is known."""
    print(f"{name}\t{value:.4g}\t{unit}", flush=True)


def comments(rows: int) -> Iterator[str]:
    """Make comments of one to three sentences."""
    sentences = [
        sentence["text"]
        for file in sorted(CORPUS.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
        for sentence in json.loads(line)["sentences"]
    ]
    draw = random.Random(20)
    for _ in range(rows):
        if draw.randrange(ONE_IN) == 0:
            yield draw.choice(RECURRING)
        else:
            yield " ".join(draw.choices(sentences, k=draw.choices((1, 2, 3), (3, 2, 1))[0]))


def write_survey(path: Path, rows: int) -> None:
    """Write a survey file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["afdeling", "opmerking"])
        writer.writerows((f"afdeling {row % 12}", text) for row, text in enumerate(comments(rows)))


def measure(file: Path, profile: str, jobs: int) -> Measured:
    """Run a survey in a process of its own, and watch its memory."""
    with tempfile.TemporaryDirectory(prefix="weerklank-bench-") as out:
        process = multiprocessing.get_context("spawn").Process(target=_run, args=(file, profile, jobs, Path(out)))
        process.start()
        peak = 0.0
        while process.is_alive():
            peak = max(peak, sum(pss(pid) for pid in family(process.pid or 0)))
            time.sleep(SAMPLE_SECONDS)
        process.join()
        if process.exitcode:
            sys.exit(f"the run ended with {process.exitcode}")
        seconds = json.loads((Path(out) / "run.json").read_text(encoding="utf-8"))["seconds"]["tagging"]
    return Measured(seconds, peak)


def _run(file: Path, profile: str, jobs: int, out: Path) -> None:
    run_survey(file, SurveyOptions("opmerking", ("afdeling",), profile=profile, jobs=jobs), out)


def family(pid: int) -> set[int]:
    """Give a process and all that descend from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:  # it has ended meanwhile
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def pss(pid: int) -> float:
    """Megabytes of a process, shared pages divided among those who share them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def tokenizer_rate(file: Path) -> float:
    """Comments per second through the language pipeline's tokenizer alone, on one core."""
    tokenizer = load_tagger(profile="fast").pipeline.nlp.tokenizer
    with file.open(encoding="utf-8", newline="") as rows:
        texts = [row[1] for row, _ in zip(csv.reader(rows, delimiter=";"), range(TOKENIZED), strict=False)]
    begun = time.perf_counter()
    for text in texts:
        tokenizer(text)
    return len(texts) / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
