"""``weerklank survey``: from a survey file to a report that may be shown."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from models.errors import InputError
from models.manifest import DEFAULT_OPERATING_POINT, OPERATING_POINTS, PROFILES
from service.choices import choice
from service.settings import load_settings
from service.survey.options import ENGINES, MIN_GROUP, SurveyOptions

ROWS_FAILED = 3
# A library of each thing that the extra is for: reading, counting, drawing.
NEEDED = (
    "faker",
    "highspy",
    "jinja2",
    "matplotlib",
    "openpyxl",
    "pyarrow",
    "pyreadstat",
    "python_calamine",
    "statsmodels",
    "tqdm",
)


def survey(
    file: Annotated[str, typer.Argument(help="CSV, XLSX, Parquet, JSON lines or SPSS .sav; - for standard input.")],
    text_column: Annotated[str, typer.Option("--text-column", help="Column with the comments.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the five files.")],
    group_by: Annotated[
        list[str] | None, typer.Option("--group-by", help="Column that makes groups; repeat it for groups within.")
    ] = None,
    respondent: Annotated[
        str | None, typer.Option("--respondent", help="Column that says who answered; by default each row is one.")
    ] = None,
    min_group: Annotated[int, typer.Option("--min-group", help="Fewest respondents of a group shown.")] = MIN_GROUP,
    quotes: Annotated[int, typer.Option("--quotes", help="Most quotations per label; needs --consent.")] = 0,
    consent: Annotated[str | None, typer.Option("--consent", help="Column that says who may be quoted.")] = None,
    compare: Annotated[Path | None, typer.Option("--compare", help="summary.json of the previous wave.")] = None,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Leave out comments.parquet and tags.csv.")
    ] = False,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="fast, or accurate (the default).")] = None,
    operating_point: Annotated[
        str, typer.Option("--operating-point", help="Which thresholds: balanced, precise or sensitive.")
    ] = DEFAULT_OPERATING_POINT,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Tagging processes; by default one per core.")] = None,
    engine: Annotated[str, typer.Option("--engine", help="local, or spark with --master.")] = "local",
    master: Annotated[str | None, typer.Option("--master", help="Address of the Spark cluster.")] = None,
    model: Annotated[Path | None, typer.Option("--model", help="Folder of the artefact.")] = None,
) -> None:
    """Tag the comments of a survey and write a report that may be shown.

    A run that was stopped goes on where it was when it is started again.
    """
    settings = load_settings()
    wanted = settings.profile if profile is None else choice(profile, PROFILES, "--profile")
    options = SurveyOptions(
        text_column=text_column,
        group_by=tuple(group_by or ()),
        respondent=respondent,
        min_group=min_group,
        quotes=quotes,
        consent=consent,
        compare=compare,
        report_only=report_only,
        profile=wanted,
        operating_point=choice(operating_point, OPERATING_POINTS, "--operating-point"),
        jobs=jobs,
        engine=choice(engine, ENGINES, "--engine"),
        master=master,
        sheet=sheet,
    )
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError("A survey needs libraries that are not installed: pip install 'weerklank[survey]'.")
    from service.survey.run import run_survey

    digest = None if model else settings.model_digest
    outcome = run_survey("-" if file == "-" else Path(file), options, out, model or settings.model, digest)
    typer.echo(f"weerklank: {outcome.rows} rows; the report is {out / 'report.html'}.", err=True)
    if outcome.without_respondent:
        unsaid = f"{outcome.without_respondent} rows do not say who answered"
        typer.echo(f"weerklank: {unsaid}; they are tagged, but counted nowhere.", err=True)
    if outcome.failed:
        typer.echo(f"weerklank: {outcome.failed} rows failed; {out / 'run.json'} lists them.", err=True)
        raise typer.Exit(ROWS_FAILED)
