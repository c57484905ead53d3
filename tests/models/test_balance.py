"""The balance of a text: (T - C) / (T + C), as the codebook defines it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Codebook, load_codebook
from models.balance import Balance, weigh

SHIPPED = load_codebook()
Tags = list[tuple[str, str]]

# The tags of each sentence; T, C and the balance that the codebook's rule gives.
CASES: list[tuple[list[Tags], int, int, float | None]] = [
    ([], 0, 0, None),
    ([[], []], 0, 0, None),
    ([[("autonomy", "attained"), ("care", "constrained")]], 0, 0, None),
    ([[("trust", "attained")]], 1, 0, 1.0),
    ([[("trust", "sought")]], 1, 0, 1.0),
    ([[("control", "constrained")]], 1, 0, 1.0),
    ([[("control", "attained")]], 0, 1, -1.0),
    ([[("control", "sought")]], 0, 1, -1.0),
    ([[("trust", "constrained")]], 0, 1, -1.0),
    # a sentence counts once on a side, however many tags it has there
    ([[("trust", "constrained"), ("control", "attained")]], 0, 1, -1.0),
    ([[("trust", "attained"), ("control", "constrained")]], 1, 0, 1.0),
    # and once on each side where it has both
    ([[("trust", "attained"), ("control", "attained")]], 1, 1, 0.0),
    ([[("trust", "constrained"), ("control", "constrained")]], 1, 1, 0.0),
    (
        [[("trust", "attained")], [("trust", "sought"), ("openness", "sought")], [("control", "attained")], []],
        2,
        1,
        1 / 3,
    ),
    (
        [[("trust", "attained")], [("control", "attained")], [("control", "sought")], [("trust", "constrained")]],
        1,
        3,
        -0.5,
    ),
]


@pytest.mark.parametrize(("sentences", "toward", "against", "value"), CASES)
def test_trust_weighs_up_against_control(sentences: list[Tags], toward: int, against: int, value: float | None) -> None:
    balance = weigh(sentences, SHIPPED)
    assert balance == Balance(toward, against)
    assert balance is not None
    assert balance.value == (None if value is None else pytest.approx(value))


def test_a_codebook_without_a_rule_has_no_balance() -> None:
    bare = SHIPPED.model_copy(update={"balance": None})
    assert weigh([[("trust", "attained")]], bare) is None


def test_the_rule_comes_from_the_codebook() -> None:
    assert SHIPPED.balance is not None
    turned = SHIPPED.balance.model_copy(update={"toward": "control", "against": "trust"})
    codebook: Codebook = SHIPPED.model_copy(update={"balance": turned})
    assert weigh([[("trust", "attained")]], codebook) == Balance(0, 1)


TAG = st.tuples(st.sampled_from(SHIPPED.label_ids), st.sampled_from(SHIPPED.stance_ids))


@settings(deadline=None)
@given(st.lists(st.lists(TAG, max_size=5), max_size=10))
def test_no_sentence_counts_twice_on_a_side_and_the_balance_stays_in_range(sentences: list[Tags]) -> None:
    balance = weigh(sentences, SHIPPED)
    assert balance is not None
    assert 0 <= balance.toward <= len(sentences)
    assert 0 <= balance.against <= len(sentences)
    assert (balance.value is None) == (balance.toward + balance.against == 0)
    assert balance.value is None or -1 <= balance.value <= 1
    assert weigh(reversed(sentences), SHIPPED) == balance
