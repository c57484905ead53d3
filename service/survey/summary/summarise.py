"""Put together the summary of a survey: every number in it comes out of `suppression.protection`.

Usage::

    model = model_info(artefact.manifest, artefact.digest, "accurate", "balanced")
    summary = summarise(counter.result(), codebook, options, model)
    summary.model_dump_json(indent=2)     # summary.json
"""

from collections.abc import Callable, Sequence

from models.codebook import Codebook, Label
from models.manifest import Manifest, OperatingPoint, Profile
from service.survey.options import SurveyOptions
from service.survey.summary import compare
from service.survey.summary.counts import Counts
from service.survey.summary.schema import (
    BalanceFigure,
    BalanceInfo,
    Cell,
    CodebookInfo,
    Contrast,
    DimensionInfo,
    GroupFigures,
    HiddenGroup,
    LabelFigure,
    LabelQuality,
    ModelInfo,
    OptionsInfo,
    Share,
    StanceFigure,
    StanceInfo,
    StatusCount,
    Summary,
)
from service.survey.summary.statistics import (
    FALSE_DISCOVERY_RATE,
    Difference,
    adjusted_share,
    benjamini_hochberg,
    difference,
    wilson,
)
from service.survey.suppression.protection import Protected, ProtectedGroup, protect
from service.survey.suppression.table import FEW

# (group's place, label) -> the comparison, for all that are shown
Differences = dict[tuple[int, str], Difference]
Contrasts = dict[tuple[int, str], Contrast]


def model_info(manifest: Manifest, digest: str, profile: Profile, operating_point: OperatingPoint) -> ModelInfo:
    """Say which model reads, and how well it does at this profile and operating point."""
    metrics = manifest.profiles[profile].metrics.get(operating_point)
    quality = None
    if metrics is not None:
        quality = {
            label: LabelQuality(n=one.n, precision=one.precision, recall=one.recall)
            for label, one in metrics.labels.items()
        }
    return ModelInfo(
        name=manifest.name,
        version=manifest.version,
        digest=digest,
        profile=profile,
        operating_point=operating_point,
        labels=quality,
        stance_accuracy=metrics.stance_accuracy if metrics else None,
    )


def summarise(
    counts: Counts, codebook: Codebook, options: SurveyOptions, model: ModelInfo, previous: Summary | None = None
) -> Summary:
    """Make the summary of a survey.

    Parameters
    ----------
    counts : Counts
        What was counted; the only argument with numbers that may not be shown.
    codebook : Codebook
        The one that the comments were tagged with.
    options : SurveyOptions
        Of these, the columns and the smallest group are used.
    model : ModelInfo
        Who read the comments.
    previous : Summary, optional
        The previous wave.

    Raises
    ------
    InputError
        When `options.min_group` is below 5.
    """
    protected = protect(counts, options.min_group)
    rest = _contrasts(_rests(protected))
    changes = _contrasts(_changes(protected, previous, options.group_by))
    figures = [_group(place, protected, codebook, model, rest, changes) for place in range(len(protected.groups))]
    return Summary(
        options=OptionsInfo(
            text_column=options.text_column,
            group_by=options.group_by,
            respondent=options.respondent,
            min_group=options.min_group,
        ),
        model=model,
        codebook=_codebook(codebook),
        statuses=tuple(
            StatusCount.model_validate({"status": status, "reason": reason, "rows": rows})
            for status, reason, rows in protected.statuses
        ),
        whole=figures[0] if figures else None,
        groups=tuple(figures[1:]),
        hidden=tuple(HiddenGroup(path=one.path, all_below=one.all_below) for one in protected.hidden),
        previous=compare.describe(previous, model) if previous else None,
    )


def _cell(protected: Protected, place: int, label: str) -> Cell:
    return protected.groups[place].cells[protected.numbers.mentioned(label)]


def _each_cell(protected: Protected) -> Sequence[tuple[int, str, Cell]]:
    places = range(len(protected.groups))
    return [(place, label, _cell(protected, place, label)) for place in places for label in protected.numbers.labels]


def _rests(protected: Protected) -> Differences:
    """Compare each group with all other respondents, where the counts of both may be shown."""
    found: Differences = {}
    for place, label, cell in _each_cell(protected):
        group, whole, total = protected.groups[place], protected.groups[0], _cell(protected, 0, label).value
        if place and cell.value is not None and total is not None:
            others, respondents = total - cell.value, whole.respondents - group.respondents
            if FEW <= others <= respondents - FEW:
                found[place, label] = difference(cell.value, group.respondents, others, respondents)
    return found


def _changes(protected: Protected, previous: Summary | None, group_by: tuple[str, ...]) -> Differences:
    before = [compare.same_group(group, previous, group_by) for group in protected.groups]
    found = {
        (place, label): compare.change(cell, protected.groups[place], label, before[place])
        for place, label, cell in _each_cell(protected)
    }
    return {key: one for key, one in found.items() if one is not None}


def _contrasts(differences: Differences) -> Contrasts:
    adjusted = benjamini_hochberg([one.p for one in differences.values()])
    return {
        key: Contrast(
            difference=one.value,
            low=one.low,
            high=one.high,
            p=one.p,
            p_adjusted=p,
            marked=p < FALSE_DISCOVERY_RATE,
        )
        for (key, one), p in zip(differences.items(), adjusted, strict=True)
    }


def _group(
    place: int, protected: Protected, codebook: Codebook, model: ModelInfo, rest: Contrasts, changes: Contrasts
) -> GroupFigures:
    group, numbers = protected.groups[place], protected.numbers

    def figure(label: Label) -> LabelFigure:
        mentioned = _cell(protected, place, label.id)
        counts = {stance: group.cells[numbers.stance(label.id, stance)] for stance in numbers.stances}
        share = _shares(group, model, label.id)
        return LabelFigure(
            dimension=label.dimension,
            label=label.id,
            name=label.name,
            mentioned=mentioned,
            share=share(mentioned),
            stances=tuple(StanceFigure(stance=one, count=cell, share=share(cell)) for one, cell in counts.items()),
            rest=rest.get((place, label.id)),
            change=changes.get((place, label.id)),
        )

    balance = None
    if numbers.sides is not None:
        mean, spread = group.balance or (None, None)
        toward, against = group.cells[numbers.toward], group.cells[numbers.against]
        balance = BalanceFigure(toward=toward, against=against, mean=mean, spread=spread)
    return GroupFigures(
        path=group.path,
        respondents=group.respondents,
        labels=tuple(figure(label) for label in codebook.labels),
        balance=balance,
    )


def _shares(group: ProtectedGroup, model: ModelInfo, label: str) -> Callable[[Cell], Share | None]:
    """Give what turns a cell of this group and label into a share."""
    quality = (model.labels or {}).get(label)

    def share(cell: Cell) -> Share | None:
        if cell.value is None:
            return None
        value = cell.value / group.respondents
        low, high = wilson(cell.value, group.respondents)
        adjusted = adjusted_share(value, quality.precision, quality.recall) if quality else None
        return Share(value=value, low=low, high=high, adjusted=adjusted)

    return share


def _codebook(codebook: Codebook) -> CodebookInfo:
    rule = codebook.balance
    balance = None
    if rule is not None:
        balance = BalanceInfo(
            dimension=rule.dimension,
            toward=rule.toward,
            toward_name=codebook.label(rule.toward).name,
            against=rule.against,
            against_name=codebook.label(rule.against).name,
        )
    return CodebookInfo(
        name=codebook.name,
        version=codebook.version,
        digest=codebook.digest,
        dimensions=tuple(
            DimensionInfo(
                id=one.id, name=one.name, name_plural=one.name_plural, color=one.color, definition=one.definition_nl
            )
            for one in codebook.dimensions
        ),
        stances=tuple(StanceInfo(id=one.id, name=one.name, definition=one.definition_nl) for one in codebook.stances),
        definitions={label.id: label.definition_nl for label in codebook.labels},
        balance=balance,
    )
