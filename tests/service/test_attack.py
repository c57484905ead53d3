"""tests/attack: a small attack on a real server; ``python -m tests.attack`` is the large one."""

from tests.attack.__main__ import RESULT
from tests.attack.run import SMALL, attack, report
from tests.attack.tally import CLOSED, Tally, table

KINDS = {
    "schemathesis",
    "texts",
    "bodies",
    "wire",
    "slow-loris",
    "wrong keys",
    "more requests",
    "callers",
    "more connections",
}


def kinds(figures: str) -> set[str]:
    return {kind for kind in KINDS if f"| {kind}" in figures}


def test_a_server_under_attack_neither_fails_nor_grows(quick):
    outcome = attack(SMALL, "--model", quick)
    assert "500" not in outcome.answers
    assert {"200", "400", "401", "408", "413", "415", "422", "429"} <= set(outcome.answers)
    assert kinds(report(outcome)) == KINDS


def test_the_figures_of_the_last_attack_hold_every_kind():
    assert kinds(RESULT.read_text(encoding="utf-8")) == KINDS


def test_the_table_adds_up():
    first, second = Tally("a"), Tally("b")
    for status in (200, 200, 422):
        first.add(status)
    second.add(CLOSED)
    assert table([first, second]).splitlines() == [
        "| attack | requests | 200 | 422 | closed |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| a | 3 | 2 | 1 |  |",
        "| b | 1 |  |  | 1 |",
        "| all | 4 | 2 | 1 | 1 |",
    ]
