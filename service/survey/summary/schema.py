"""What may be shown of a survey: the schema of `summary.json`, and all that report, plots and comparison read.

Nothing in here can say more than the rules of suppression allow: a number that is not shown is not in the object, and
no other field is computed from it. Labels, dimensions and stances stand in the codebook's order.

Usage::

    summary = Summary.model_validate_json(path.read_bytes())
    summary.whole.label("autonomy").mentioned      # Cell(value=41, shown='exact')
"""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.manifest import OperatingPoint, Probability, Profile

FORMAT: Final = 1
TOO_FEW: Final = "te weinig respondenten"

Shown = Literal["exact", "few", "hidden"]
"""``exact``: the value stands there; ``few``: "<5", so 0 to 4; ``hidden``: nothing is said of it."""
Difference = Annotated[float, Field(ge=-1, le=1)]
Path = tuple[str, ...]


class Record(BaseModel):
    """Base of all parts: immutable, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Cell(Record):
    """One count of respondents, or the statement that it is not shown."""

    value: Annotated[int, Field(ge=0)] | None = None
    """The count; None unless `shown` is ``exact``."""
    shown: Shown

    @model_validator(mode="after")
    def _value_only_when_shown(self) -> Self:
        if (self.value is not None) != (self.shown == "exact"):
            raise ValueError("a cell has a value exactly when it is shown")
        return self


class Share(Record):
    """A share of the group's respondents, 0-1."""

    value: Probability
    low: Probability
    """Lower end of the 95% Wilson interval."""
    high: Probability
    """Upper end of the 95% Wilson interval."""
    adjusted: Probability | None
    """What the share would be if precision and recall were as measured: value * precision / recall, at most 1; None
    where they were not measured or recall is 0."""


class Contrast(Record):
    """How a share differs: of a group from the rest of the whole, or of this wave from the previous one."""

    difference: Difference
    """This share minus the other, as a fraction (0.1 is ten percentage points)."""
    low: Difference
    """Lower end of the 95% interval (Newcombe)."""
    high: Difference
    """Upper end of the 95% interval (Newcombe)."""
    p: Probability
    """Two-sided p value of the pooled z test."""
    p_adjusted: Probability
    """`p` after Benjamini-Hochberg over all contrasts of the same kind in this summary."""
    marked: bool
    """Whether `p_adjusted` is below 0.05."""


class StanceFigure(Record):
    """The respondents who mention a label with one stance."""

    stance: str
    count: Cell
    share: Share | None
    """None unless `count` is exact."""


class LabelFigure(Record):
    """All that is shown of one label in one group."""

    dimension: str
    label: str
    name: str
    """The label's name in the codebook's language."""
    mentioned: Cell
    """Respondents who mention it, with whatever stance."""
    share: Share | None
    """None unless `mentioned` is exact."""
    stances: tuple[StanceFigure, ...]
    """One per stance; a respondent with two stances is in both."""
    rest: Contrast | None
    """This group against all other respondents; None for the whole and where a number is not shown."""
    change: Contrast | None
    """This wave against the previous one; None without one and where a number is not shown in both."""

    def stance(self, stance: str) -> StanceFigure:
        """Return the figure of one stance; `KeyError` when there is none."""
        return {figure.stance: figure for figure in self.stances}[stance]


class BalanceFigure(Record):
    """The balance of a group: each respondent's (toward - against) / (toward + against), in sentences."""

    toward: Cell
    """Respondents with at least one sentence on the side of the rule's `toward` label."""
    against: Cell
    """Respondents with at least one sentence on the other side."""
    mean: Annotated[float, Field(ge=-1, le=1)] | None
    """Mean over the respondents with at least one such sentence, two decimals."""
    spread: Annotated[float, Field(ge=0, le=2)] | None
    """Standard deviation of the same, two decimals; None exactly when `mean` is."""


class GroupFigures(Record):
    """A group that is shown; the whole has path ``()``."""

    path: Path
    """One value per `group_by` column, down to this group's level."""
    respondents: Annotated[int, Field(ge=5)]
    """Respondents with at least one comment that was read (status ``ok``): the base of all shares."""
    labels: tuple[LabelFigure, ...]
    balance: BalanceFigure | None
    """None when the codebook has no balance rule."""

    @model_validator(mode="after")
    def _no_count_above_respondents(self) -> Self:
        cells = [label.mentioned for label in self.labels]
        if any((cell.value or 0) > self.respondents for cell in cells):
            raise ValueError("a label is mentioned by more respondents than there are")
        return self

    def label(self, label: str) -> LabelFigure:
        """Return the figures of one label; `KeyError` when there is none."""
        return {figure.label: figure for figure in self.labels}[label]

    def dimension(self, dimension: str) -> tuple[LabelFigure, ...]:
        """Return the figures of one dimension's labels."""
        return tuple(figure for figure in self.labels if figure.dimension == dimension)


class HiddenGroup(Record):
    """A group of which nothing is shown, not even how small it is."""

    path: Path
    all_below: bool = False
    """True: `path` itself is shown, but none of the groups below it, and their names would say too much."""
    reason: Literal["te weinig respondenten"] = TOO_FEW
    """The same for groups that are too small and for groups hidden to protect these."""


class StatusCount(Record):
    """Rows (not respondents) of the whole file with one outcome."""

    status: Literal["ok", "abstained", "failed", "empty"]
    reason: str | None
    rows: Cell


class LabelQuality(Record):
    """What the model can do for one label, measured on writers it never saw."""

    n: Annotated[int, Field(ge=0)]
    """Test sentences with this label."""
    precision: Probability
    """Share of its tags that are right."""
    recall: Probability
    """Share of what is there that it finds."""


class ModelInfo(Record):
    """Which model read the comments, and how well it reads."""

    name: str
    version: str
    digest: str
    profile: Profile
    operating_point: OperatingPoint
    labels: dict[str, LabelQuality] | None
    """Per label id; None when quality was not measured."""
    stance_accuracy: Probability | None


class StanceInfo(Record):
    """A stance, as the codebook has it."""

    id: str
    name: str
    definition: str


class DimensionInfo(Record):
    """A dimension, as the codebook has it."""

    id: str
    name: str
    name_plural: str
    color: str
    definition: str


class BalanceInfo(Record):
    """The names of the balance's two ends."""

    dimension: str
    toward: str
    toward_name: str
    against: str
    against_name: str


class CodebookInfo(Record):
    """What a reader needs of the codebook."""

    name: str
    version: str
    digest: str
    dimensions: tuple[DimensionInfo, ...]
    stances: tuple[StanceInfo, ...]
    definitions: dict[str, str]
    """Per label id what it means, in the codebook's language."""
    balance: BalanceInfo | None


class OptionsInfo(Record):
    """The options that decide what the numbers mean."""

    text_column: str
    group_by: tuple[str, ...]
    respondent: str | None
    """Column that says who answered; None: each row is a respondent."""
    min_group: Annotated[int, Field(ge=5)]


class PreviousWave(Record):
    """The wave that this one is compared with."""

    model: str
    """Name, version, profile and operating point in one line."""
    same_model: bool
    """Whether the same model read both; where not, a change may be the model's."""
    respondents: Annotated[int, Field(ge=5)] | None
    """None when the whole of the previous wave was not shown."""


class Summary(Record):
    """Everything that may be shown of one survey."""

    format: Literal[1] = FORMAT
    options: OptionsInfo
    model: ModelInfo
    codebook: CodebookInfo
    statuses: tuple[StatusCount, ...]
    whole: GroupFigures | None
    """None when the whole has fewer respondents than `min_group`; then nothing is shown."""
    groups: tuple[GroupFigures, ...]
    """The groups that are shown, a parent before its children."""
    hidden: tuple[HiddenGroup, ...]
    """The groups that are not shown; what lies below a hidden group is not named."""
    previous: PreviousWave | None = None
