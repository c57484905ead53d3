"""The picture of a survey's report in the README, taken anew: ``python -m tests.report_picture``.

It runs ``weerklank survey`` on the example survey and photographs the upper part of the report.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

DATA = Path(__file__).parent / "data" / "survey"
SURVEY = DATA / "medewerkersonderzoek.csv"
PICTURE = DATA / "medewerkersonderzoek.png"
COLUMNS = ("--text-column", "opmerking", "--group-by", "afdeling", "--group-by", "team", "--respondent", "respondent")
LARGEST = 400_000
"""Bytes that the picture may have."""
WIDTH, HEIGHT = 1120, 2050


def main() -> None:
    with TemporaryDirectory() as folder:
        weerklank = str(Path(sys.executable).with_name("weerklank"))
        subprocess.run([weerklank, "survey", str(SURVEY), *COLUMNS, "--report-only", "-o", folder], check=True)
        photograph(Path(folder) / "report.html", PICTURE)
    print(f"{PICTURE}: {PICTURE.stat().st_size} bytes, at most {LARGEST}")


def photograph(report: Path, picture: Path) -> None:
    """Photograph the upper part of a report."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(report.as_uri())
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main()
