"""The codebook: dimensions, labels, stances and the balance rule, read from a TOML file.

The order of the labels exists once, here; everything else in the project is keyed by label id.

Usage::

    codebook = load_codebook()                 # the one that ships: codebook.toml
    codebook = load_codebook(Path("mine.toml"))
    codebook.label("autonomy").name            # 'autonomie'
"""

import hashlib
import json
import re
import tomllib
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import CodebookError
from models.wrong_fields import wrong_fields

DEFAULT_CODEBOOK = Path(__file__).with_name("codebook.toml")


def _matching(pattern: str, rule: str) -> AfterValidator:
    """Refuse other text by a rule in words: a pattern tells nothing to who writes a codebook."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(f"must be {rule}")
        return text

    return AfterValidator(check)


Identifier = Annotated[
    str, _matching("[a-z][a-z0-9_]{0,39}", "a small letter, then at most 39 small letters a-z, digits and _")
]
Text = Annotated[str, Field(min_length=1)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Stance(_Record):
    """What a sentence says of a label: there, missing, or wished for."""

    id: Identifier
    name: Text
    name_en: Text
    polarity: Literal[1, -1] = 1
    """1 when a tag with this stance counts on its own side of a balance, -1 for the other side."""
    definition: Text
    definition_nl: Text


class Dimension(_Record):
    """A family of labels, such as the drives."""

    id: Identifier
    name: Text
    name_plural: Text
    name_en: Text
    color: Annotated[str, _matching("#[0-9a-f]{6}", "a colour such as '#1f6f8b', in small letters")]
    definition: Text
    definition_nl: Text


class Label(_Record):
    """One thing that a sentence can be tagged with."""

    id: Identifier
    dimension: Identifier
    name: Text
    name_en: Text
    definition: Text
    definition_nl: Text
    include: tuple[Text, ...] = ()
    exclude: tuple[Text, ...] = ()
    examples: tuple[Text, ...] = ()
    source: str = ""
    schwartz: tuple[Text, ...] = ()
    """Places in Schwartz's circle of refined basic values; empty where the label is no value."""


class BalanceRule(_Record):
    """Two labels of one dimension that are weighed against each other per text."""

    dimension: Identifier
    toward: Identifier
    against: Identifier


class Codebook(_Record):
    """All dimensions, labels and stances, in their one order."""

    name: Text
    version: Text
    language: Annotated[str, _matching("[a-z]{2}", "a code of two small letters, such as 'nl'")] = "nl"
    title: Text
    stances: Annotated[tuple[Stance, ...], Field(min_length=1)]
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    labels: Annotated[tuple[Label, ...], Field(min_length=1)]
    balance: BalanceRule | None = None

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        for kind, ids in (
            ("stance", self.stance_ids),
            ("dimension", tuple(d.id for d in self.dimensions)),
            ("label", self.label_ids),
        ):
            twice = [i for i, n in Counter(ids).items() if n > 1]
            if twice:
                raise ValueError(f"{kind} id {twice[0]!r} stands there twice; ids must be unique")
        for field in ("name", "name_en"):
            twice = [name for name, n in Counter(getattr(label, field) for label in self.labels).items() if n > 1]
            if twice:
                raise ValueError(f"two labels have the {field} {twice[0]!r}; no reader could tell them apart")
        dimensions = {d.id for d in self.dimensions}
        for label in self.labels:
            if label.dimension not in dimensions:
                raise ValueError(
                    f"label {label.id!r} has dimension {label.dimension!r}, which is none of {sorted(dimensions)}"
                )
        if self.balance is not None:
            self._check_balance(self.balance)
        empty = dimensions - {label.dimension for label in self.labels}
        if empty:
            raise ValueError(f"no label has the dimension {sorted(empty)[0]!r}; give it one, or remove it")
        return self

    def _check_balance(self, rule: BalanceRule) -> None:
        if rule.toward == rule.against:
            raise ValueError(f"the balance weighs label {rule.toward!r} against itself")
        for end in (rule.toward, rule.against):
            if end not in self.label_ids:
                raise ValueError(f"the balance names label {end!r}, which does not exist")
            if self.label(end).dimension != rule.dimension:
                raise ValueError(f"the balance is of dimension {rule.dimension!r}, but label {end!r} is not")

    @cached_property
    def label_ids(self) -> tuple[str, ...]:
        """Label ids in the codebook's order."""
        return tuple(label.id for label in self.labels)

    @cached_property
    def stance_ids(self) -> tuple[str, ...]:
        """Stance ids in the codebook's order."""
        return tuple(stance.id for stance in self.stances)

    def label(self, label_id: str) -> Label:
        """Return the label with this id; `KeyError` when there is none."""
        return self._by_id[label_id]

    @cached_property
    def _by_id(self) -> dict[str, Label]:
        return {label.id: label for label in self.labels}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the codebook's content, independent of the file's layout."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def load_codebook(path: Path | None = None) -> Codebook:
    """Read a codebook from a TOML file.

    Parameters
    ----------
    path : Path, optional
        The file; without it the codebook that ships with the project.

    Raises
    ------
    CodebookError
        When the file is missing, is no TOML, or does not describe a codebook. The message names
        each wrong field.
    """
    path = path or DEFAULT_CODEBOOK
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise CodebookError(f"There is no codebook file at {path} that can be read.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        twice = "; each label begins with [[labels]], in two brackets" if "Cannot declare" in str(error) else ""
        raise CodebookError(f"{path} is no valid TOML: {error}{twice}") from None
    return parse_codebook(data, where=str(path))


def parse_codebook(data: dict[str, Any], where: str) -> Codebook:
    """Build a codebook from plain data; `where` names its origin in error messages."""
    try:
        return Codebook.model_validate(data)
    except ValidationError as error:
        raise CodebookError(f"{where} does not describe a codebook: {wrong_fields(error, data)}") from None
