"""Behaviour cases: minimal pairs as data, `data/behaviour.jsonl`, one pair a line.

Known failures stand in `data/behaviour_known_failures.txt`, by id; one that begins to pass fails the test until its
line goes. ``python -m tests.models.test_behaviour`` writes that list anew: look at what it adds before you keep it.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from models import Tagger, load_tagger

DATA = Path(__file__).with_name("data")
KNOWN_FAILURES = DATA / "behaviour_known_failures.txt"
CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (DATA / "behaviour.jsonl").read_text(encoding="utf-8").splitlines()
]
# Properties under which the tags must not change; in the others each sentence has its own expectation.
INVARIANT = {"name", "number", "typo", "region", "gender", "register"}


def passes(tagger: Tagger, case: dict[str, Any]) -> bool:
    """Say whether the tagger behaves as a case asks."""
    texts = [sentence["text"] for sentence in case["sentences"]]
    found = [
        {tag.label: tag.stance for sentence in tagging.sentences for tag in sentence.tags}
        for tagging in tagger.tag(texts, ["nl"] * len(texts))
    ]
    wanted = [sentence["tags"] for sentence in case["sentences"]]
    if case["property"] in INVARIANT:
        return all(tags == found[0] for tags in found)
    return all(want.items() <= tags.items() if want else not tags for want, tags in zip(wanted, found, strict=True))


@lru_cache(maxsize=1)
def known_failures() -> frozenset[str]:
    return frozenset(KNOWN_FAILURES.read_text(encoding="utf-8").split())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_tagger_behaves(case: dict[str, Any], tagger: Tagger, request: pytest.FixtureRequest) -> None:
    if case["id"] in known_failures():
        request.applymarker(pytest.mark.xfail(strict=True, reason="a known failure"))
    assert passes(tagger, case)


def test_known_failures_are_cases() -> None:
    assert known_failures() <= {case["id"] for case in CASES}


def test_case_ids_and_labels_are_sound(tagger: Tagger) -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)
    for case in CASES:
        for sentence in case["sentences"]:
            assert set(sentence["tags"]) <= set(tagger.codebook.label_ids)
            assert set(sentence["tags"].values()) <= set(tagger.codebook.stance_ids)


def main() -> None:
    """Write the list of known failures anew."""
    tagger = load_tagger()
    failing = [case["id"] for case in CASES if not passes(tagger, case)]
    KNOWN_FAILURES.write_text("\n".join(failing) + "\n", encoding="utf-8")
    print(f"{len(failing)} of {len(CASES)} cases fail")


if __name__ == "__main__":
    main()
