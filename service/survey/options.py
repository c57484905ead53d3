"""What a run of ``weerklank survey`` is asked to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from models.errors import InputError
from models.manifest import DEFAULT_OPERATING_POINT, OperatingPoint, Profile
from service.survey.tables.columns import tidy

Engine = Literal["local", "spark"]
ENGINES: tuple[Engine, ...] = ("local", "spark")
MIN_GROUP: Final = 10
# Below five, a group's figures say too much of single persons (shared/design/survey.md has no switch for it).
LEAST_MIN_GROUP: Final = 5


@dataclass(frozen=True, slots=True)
class SurveyOptions:
    """The options of one run; refuses what cannot go together.

    Raises
    ------
    InputError
        Naming the option and what to give instead.
    """

    text_column: str
    """Column that holds the comments."""
    group_by: tuple[str, ...] = ()
    """Columns that make the groups, the outermost first."""
    respondent: str | None = None
    """Column that says who answered; None: each row is a respondent."""
    min_group: int = MIN_GROUP
    """Fewest respondents of a group that is shown."""
    quotes: int = 0
    """Most quotes per label."""
    consent: str | None = None
    """Column that says whether the respondent agreed to be quoted."""
    compare: Path | None = None
    """summary.json of the previous wave."""
    report_only: bool = False
    """Whether to leave out comments.parquet and tags.csv, which hold personal data."""
    profile: Profile | None = None
    """None: the most accurate that the artefact has."""
    operating_point: OperatingPoint = DEFAULT_OPERATING_POINT
    jobs: int | None = None
    """Tagging processes; None: one per core."""
    engine: Engine = "local"
    master: str | None = None
    """Address of the Spark cluster."""
    sheet: str | None = None
    """Sheet of a workbook."""

    def __post_init__(self) -> None:
        """Check the options against each other."""
        if self.min_group < LEAST_MIN_GROUP:
            raise InputError(f"--min-group {self.min_group}: give {LEAST_MIN_GROUP} or more; fewer is never shown.")
        if self.quotes < 0:
            raise InputError(f"--quotes {self.quotes}: give the most quotes per label, or leave it out for none.")
        if self.quotes and self.consent is None:
            raise InputError("--quotes needs --consent COLUMN: only who agreed is quoted.")
        if self.consent is not None and not self.quotes:
            raise InputError("--consent says who may be quoted; give --quotes N with it, or leave it out.")
        if self.jobs is not None and self.jobs < 1:
            raise InputError(f"--jobs {self.jobs}: give the number of tagging processes, 1 or more.")
        if (self.master is not None) != (self.engine == "spark"):
            raise InputError("--engine spark and --master URL belong together; give both or neither.")
        levels = [tidy(name) for name in self.group_by]
        if len(set(levels)) != len(levels):
            raise InputError("--group-by: a column is given twice; each makes one level of groups.")
        if self.respondent is not None and tidy(self.respondent) in levels:
            raise InputError(f"--group-by {self.respondent}: says who answered; give a column that makes groups.")
        # The names of groups are shown, those of hidden ones too: they would be comments, word for word.
        if tidy(self.text_column) in levels:
            raise InputError(f"--group-by {self.text_column}: holds the comments; give a column that makes groups.")

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read, the comments first, each once."""
        named = (self.text_column, *self.group_by, self.respondent, self.consent)
        return tuple(dict.fromkeys(name for name in named if name is not None))
