"""Measure what serving costs: ``make bench``. Prints tab-separated figures; nothing here is asserted.

Each figure is the median of several runs; ratios are taken side by side in one run, because machines drift.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

from models import load_tagger

RUNS = 5
FIVE_SENTENCES = (
    "Ik mag mijn eigen week indelen. Elke stap moet eerst langs mijn teamleider. De sfeer in het team is goed. "
    "Morgen is er weer een vergadering. Ik zou graag meer waardering krijgen."
)
CORPUS = Path("training/corpus")


def main() -> None:
    """Run all measurements."""
    print("figure\tmedian\tunit")
    for name, value, unit in (*start_up(), *latency(), *throughput()):
        print(f"{name}\t{value:.3g}\t{unit}")


def start_up() -> list[tuple[str, float, str]]:
    """Time from start to ready, and memory when idle, of one service process."""
    seconds, megabytes, answers = [], [], []
    for _ in range(3):
        port = _free_port()
        begun = time.perf_counter()
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("weerklank")), "serve", "--port", str(port)], stderr=subprocess.DEVNULL
        )
        try:
            url = f"http://127.0.0.1:{port}"
            while not _is_ready(url):
                time.sleep(0.05)
            seconds.append(time.perf_counter() - begun)
            with httpx.Client(base_url=url) as client:
                ask = partial(client.post, "/v1/analyze", json={"text": FIVE_SENTENCES})
                for _ in range(20):
                    ask()
                answers.append(_median_time(ask, 30))
            status = Path(f"/proc/{process.pid}/status").read_text()
            megabytes.append(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024)
        finally:
            process.terminate()
            process.wait()
    return [
        ("start to ready", statistics.median(seconds), "s"),
        ("memory of one process, idle after requests", statistics.median(megabytes), "MB"),
        ("five-sentence text over HTTP", 1000 * statistics.median(answers), "ms"),
    ]


def latency() -> list[tuple[str, float, str]]:
    """Time for a five-sentence text by Python call."""
    tagger = load_tagger()
    tagger.tag([FIVE_SENTENCES])
    return [("five-sentence text by Python call", 1000 * _median_time(lambda: tagger.tag([FIVE_SENTENCES]), 50), "ms")]


def throughput() -> list[tuple[str, float, str]]:
    """Sentences per second on one core, beside the bare tokenizer on the same texts."""
    tagger = load_tagger()
    texts = [
        " ".join(sentence["text"] for sentence in json.loads(line)["sentences"])
        for file in sorted(CORPUS.glob("w1*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ][:1000]
    n = sum(len(tagging.sentences) for tagging in tagger.tag(texts))
    stated = ["nl"] * len(texts)
    rates: dict[str, list[float]] = {"detect": [], "stated": [], "bare": []}
    for _ in range(RUNS):
        rates["detect"].append(n / _median_time(lambda: tagger.tag(texts), 1))
        rates["stated"].append(n / _median_time(lambda: tagger.tag(texts, stated), 1))
        rates["bare"].append(n / _median_time(lambda: [tagger.pipeline.nlp.tokenizer(text) for text in texts], 1))
    share = [a / b for a, b in zip(rates["stated"], rates["bare"], strict=True)]
    return [
        ("tagging, language detected", statistics.median(rates["detect"]), "sentences/s"),
        ("tagging, language stated", statistics.median(rates["stated"]), "sentences/s"),
        ("ratio to the bare tokenizer", statistics.median(share), ""),
    ]


def _median_time(function: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        function()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
