"""Say numbers and cells of a survey in Dutch, the same way in text, tables and plots.

Usage::

    percent(0.384)                    # '38%'
    cell(Cell(shown="few"))           # '<5'
"""

from collections.abc import Sequence
from typing import Final

from service.survey.summary.schema import TOO_FEW, BalanceInfo, Cell, LabelQuality, Path, Share

FEW: Final = "<5"
TOO_FEW_IN_SHORT: Final = "te weinig"
UNKNOWN: Final = "niet gemeten"
WHOLE: Final = "Alle respondenten"

_REASONS: Final = {
    "not_dutch": "de tekst leek niet Nederlands",
    "too_short": "de tekst was te kort",
    "no_known_words": "er stond geen woord in dat het model kent",
    "ragged_row": "de regel had meer of minder velden dan de kop",
    "bad_quoting": "de aanhalingstekens klopten niet",
    "cell_too_long": "de cel was langer dan het formaat toelaat",
    "wrong_encoding": "de tekens waren niet te lezen in de codering van het bestand",
    "nul_character": "er stond een NUL-teken in",
    "half_character": "er stond een half teken in",
    "formula_error": "de formule in de cel gaf een fout",
    "formula_without_value": "de formule in de cel had geen waarde",
    "merged_cell": "de cel was samengevoegd met een andere",
    "wrong_date": "de datum bestaat niet",
    "bad_json": "de regel was geen geldige JSON",
    "no_respondent": "er staat niet bij van wie; telt daarom nergens mee",
    "nested_value": "de waarde was geen tekst maar een lijst of record",
}
_STATUSES: Final = {
    "ok": "gelezen",
    "empty": "leeg",
    "abstained": "niet beoordeeld",
    "failed": "niet te lezen",
}


def percent(value: float) -> str:
    """Give a fraction as a percentage; under ten with one decimal, where whole numbers would all look alike."""
    return f"{_number(100 * value)}%"


def points(value: float) -> str:
    """Give a difference of two fractions in percentage points, with its sign."""
    size = _number(abs(100 * value))
    if not size.strip("0,"):
        return "0"
    return f"+{size}" if value > 0 else f"−{size}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 9.95 or value == 0 else f"{value:.1f}".replace(".", ",")


def decimal(value: float, signed: bool = False) -> str:
    """Give a number with two decimals and a comma."""
    text = f"{value:+.2f}" if signed else f"{value:.2f}"
    if not text.strip("+-0."):
        text = "0.00"  # neither +0 nor -0
    return text.replace("-", "−").replace(".", ",")


def p_value(value: float) -> str:
    """Give a p value with two decimals; none is 0."""
    return "<0,01" if value < 0.005 else decimal(value)


def cell(cell: Cell) -> str:
    """Give a count, or why it is not shown."""
    if cell.shown == "exact":
        return str(cell.value)
    return FEW if cell.shown == "few" else TOO_FEW


def share(share: Share | None, cell: Cell) -> str:
    """Give a share, or why it is not shown."""
    return percent(share.value) if share else _without_number(cell)


def _without_number(shown: Cell) -> str:
    return FEW if shown.shown == "few" else TOO_FEW


def interval(low: float, high: float) -> str:
    """Give the two ends of an interval of shares."""
    return f"{percent(low).removesuffix('%')}–{percent(high)}"


def limits(quality: LabelQuality | None) -> str:
    """Say in a few words what the model finds of a label, and how much of that is right."""
    if quality is None:
        return UNKNOWN
    return f"vindt {_of_ten(quality.recall)}; {_of_ten(quality.precision)} klopt"


def _of_ten(value: float) -> str:
    return f"{round(10 * value)} van 10"


def listed(words: Sequence[str]) -> str:
    """Put words in a row: the last two with "en"."""
    return ", ".join(words[:-1]) + " en " + words[-1] if len(words) > 1 else "".join(words)


def group(path: Path) -> str:
    """Name a group by its whole path."""
    return " › ".join(path) if path else WHOLE


def status(status: str) -> str:
    """Name what became of a row."""
    return _STATUSES.get(status, status)


def reason(reason: str | None) -> str:
    """Say why a row was not read; a reason that is not known here stands as it is."""
    return "" if reason is None else _REASONS.get(reason, reason)


def balance(mean: float, names: BalanceInfo) -> str:
    """Say which side a balance is on; thirds of the scale, as on the web page."""
    most, least = (names.toward_name, names.against_name) if mean > 0 else (names.against_name, names.toward_name)
    size = abs(mean)
    if size < 0.005:
        return f"evenveel {names.toward_name} als {names.against_name}"
    if size > 2 / 3:
        return f"vooral {most}"
    return f"meer {most} dan {least}" if size > 1 / 3 else f"iets meer {most} dan {least}"
