"""Compare with the previous wave, from its `summary.json` alone: only what both waves show is compared.

The test takes the two waves as independent samples. Where mostly the same people answered twice it is too careful:
their answers go together, so real changes are found less easily, not more.
"""

from pathlib import Path

from pydantic import ValidationError

from models.errors import InputError
from service.survey.summary.schema import FORMAT, Cell, GroupFigures, ModelInfo, PreviousWave, Summary
from service.survey.summary.statistics import Difference, difference
from service.survey.suppression.protection import ProtectedGroup


def read_summary(path: Path) -> Summary:
    """Read the `summary.json` of a previous wave.

    Raises
    ------
    InputError
        When there is no such file, or it is no summary of this format.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"--compare {path}: cannot be read ({error.strerror}). Give a wave's summary.json.") from None
    try:
        return Summary.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(
            f"--compare {path}: this is no summary.json of format {FORMAT} ({place}: {first['msg']}). "
            "Give the summary.json that `weerklank survey` wrote for the previous wave."
        ) from None


def describe(previous: Summary, model: ModelInfo) -> PreviousWave:
    """Say what a reader must know of the previous wave."""
    read_by = previous.model
    return PreviousWave(
        model=f"{read_by.name} {read_by.version}, {read_by.profile}, {read_by.operating_point}",
        same_model=(read_by.digest, read_by.profile, read_by.operating_point)
        == (model.digest, model.profile, model.operating_point),
        respondents=previous.whole.respondents if previous.whole else None,
    )


def same_group(group: ProtectedGroup, previous: Summary | None, group_by: tuple[str, ...]) -> GroupFigures | None:
    """Find the same group in the previous wave; None where it has none or was grouped by other columns."""
    if previous is None or previous.options.group_by[: len(group.path)] != group_by[: len(group.path)]:
        return None
    shown = (previous.whole, *previous.groups) if previous.whole else ()
    return next((one for one in shown if one.path == group.path), None)


def change(cell: Cell, group: ProtectedGroup, label: str, before: GroupFigures | None) -> Difference | None:
    """Compare a group's label with the previous wave; None unless both counts are shown."""
    figure = next((one for one in before.labels if one.label == label), None) if before else None
    if before is None or figure is None or cell.value is None or figure.mentioned.value is None:
        return None
    return difference(cell.value, group.respondents, figure.mentioned.value, before.respondents)
