"""Summaries made by hand from what each respondent said, for tests of the report; not by the code that guards them."""

from collections.abc import Iterable, Sequence

from scipy.stats import binomtest, false_discovery_control, fisher_exact

from models.codebook import Codebook, load_codebook
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
    PreviousWave,
    Share,
    StanceFigure,
    StanceInfo,
    StatusCount,
    Summary,
)

Said = tuple[tuple[str, ...], frozenset[tuple[str, str]]]
"""A respondent's group, and the (label, stance) pairs that he or she mentions."""
MIN_GROUP = 10


def summary_of(
    said: Sequence[Said],
    *,
    codebook: Codebook | None = None,
    group_by: tuple[str, ...] = ("afdeling",),
    statuses: Iterable[StatusCount] = (),
    earlier: Sequence[Said] = (),
    measured: bool = True,
) -> Summary:
    """Make a summary; groups under ten are hidden, and counts under five are "<5"."""
    codebook = codebook or load_codebook()
    whole = _group((), said, codebook, measured)
    paths = sorted({path[:length] for path, _ in said for length in range(1, len(path) + 1)})
    groups, hidden = [], []
    for path in paths:
        inside = [one for one in said if one[0][: len(path)] == path]
        outside = [one for one in said if one[0][: len(path)] != path]
        if len(inside) < MIN_GROUP:
            hidden.append(HiddenGroup(path=path))
        else:
            groups.append(_against(_group(path, inside, codebook, measured), inside, outside, "rest"))
    previous = None
    if earlier:
        whole = _against(whole, said, earlier, "change")
        previous = PreviousWave(model="weerklank-nl 0.9.0, fast, balanced", same_model=False, respondents=len(earlier))
    return Summary(
        options=OptionsInfo(text_column="opmerking", group_by=group_by, respondent=None, min_group=MIN_GROUP),
        model=ModelInfo(
            name="weerklank-nl",
            version="1.0.0",
            digest="sha256:0f",
            profile="accurate",
            operating_point="balanced",
            labels={i: LabelQuality(n=60, precision=0.84, recall=0.42) for i in codebook.label_ids}
            if measured
            else None,
            stance_accuracy=0.89 if measured else None,
        ),
        codebook=codebook_info(codebook),
        statuses=tuple(statuses)
        or (
            StatusCount(status="ok", reason=None, rows=Cell(value=len(said), shown="exact")),
            StatusCount(status="abstained", reason="not_dutch", rows=Cell(shown="few")),
        ),
        whole=whole if len(said) >= MIN_GROUP else None,
        groups=tuple(groups),
        hidden=tuple(hidden),
        previous=previous,
    )


def codebook_info(codebook: Codebook) -> CodebookInfo:
    """Give what a summary holds of a codebook."""
    rule = codebook.balance
    return CodebookInfo(
        name=codebook.name,
        version=codebook.version,
        digest=codebook.digest,
        dimensions=tuple(
            DimensionInfo(id=d.id, name=d.name, name_plural=d.name_plural, color=d.color, definition=d.definition_nl)
            for d in codebook.dimensions
        ),
        stances=tuple(StanceInfo(id=s.id, name=s.name, definition=s.definition_nl) for s in codebook.stances),
        definitions={label.id: label.definition_nl for label in codebook.labels},
        balance=rule
        and BalanceInfo(
            dimension=rule.dimension,
            toward=rule.toward,
            toward_name=codebook.label(rule.toward).name,
            against=rule.against,
            against_name=codebook.label(rule.against).name,
        ),
    )


def _cell(value: int) -> Cell:
    return Cell(shown="few") if value < 5 else Cell(value=value, shown="exact")


def _share(value: int, n: int, measured: bool) -> Share | None:
    if value < 5:
        return None
    low, high = binomtest(value, n).proportion_ci(method="wilson")
    return Share(value=value / n, low=low, high=high, adjusted=min(1, 2 * value / n) if measured else None)


def _group(path: tuple[str, ...], said: Sequence[Said], codebook: Codebook, measured: bool) -> GroupFigures:
    n, labels = len(said), []
    for label in codebook.labels:
        mentioned = sum(any(tag[0] == label.id for tag in tags) for _, tags in said)
        counts = {stance: sum((label.id, stance) in tags for _, tags in said) for stance in codebook.stance_ids}
        labels.append(
            LabelFigure(
                dimension=label.dimension,
                label=label.id,
                name=label.name,
                mentioned=_cell(mentioned),
                share=_share(mentioned, n, measured),
                stances=tuple(
                    StanceFigure(stance=stance, count=_cell(count), share=_share(count, n, measured))
                    for stance, count in counts.items()
                ),
                rest=None,
                change=None,
            )
        )
    return GroupFigures(path=path, respondents=max(n, 5), labels=tuple(labels), balance=_balance(said, codebook))


def _balance(said: Sequence[Said], codebook: Codebook) -> BalanceFigure | None:
    rule = codebook.balance
    if rule is None:
        return None
    polarity = {stance.id: stance.polarity for stance in codebook.stances}
    sides = {rule.toward: 1, rule.against: -1}
    values = [{sides[label] * polarity[stance] for label, stance in tags if label in sides} for _, tags in said]
    means = [sum(each) / len(each) for each in values if each]
    enough = len(means) >= 5
    mean = sum(means) / len(means) if enough else None
    spread = (sum((each - mean) ** 2 for each in means) / len(means)) ** 0.5 if mean is not None else None
    return BalanceFigure(
        toward=_cell(sum(1 in each for each in values)),
        against=_cell(sum(-1 in each for each in values)),
        mean=mean,
        spread=spread,
    )


def _against(group: GroupFigures, inside: Sequence[Said], others: Sequence[Said], field: str) -> GroupFigures:
    """Compare each label that is shown with the others; the interval is a rough one, good enough to draw."""
    found = {}
    for figure in group.labels:
        there = sum(any(tag[0] == figure.label for tag in tags) for _, tags in others)
        if figure.share and there >= 5:
            here, n, m = figure.mentioned.value or 0, len(inside), len(others)
            p = fisher_exact([[here, n - here], [there, m - there]]).pvalue
            found[figure.label] = (here / n - there / m, (here / n**2 + there / m**2) ** 0.5, float(p))
    adjusted = dict(zip(found, false_discovery_control([p for *_, p in found.values()]) if found else [], strict=True))
    contrasts = {
        label: Contrast(
            difference=difference,
            low=max(-1, difference - 1.96 * width),
            high=min(1, difference + 1.96 * width),
            p=p,
            p_adjusted=min(1.0, float(adjusted[label])),
            marked=bool(adjusted[label] < 0.05),
        )
        for label, (difference, width, p) in found.items()
    }
    labels = tuple(figure.model_copy(update={field: contrasts.get(figure.label)}) for figure in group.labels)
    return group.model_copy(update={"labels": labels})
