"""The parts of the README that a command wrote: ``make readme`` writes them anew, a test compares them.

Those parts are the answer under the first curl line, and the table of measured quality.
"""

import json
import re
from pathlib import Path
from typing import Any

from models import Tagger, load_tagger
from service.catalogue import model_reference
from service.schemas import answer_body
from service.settings_table import settings_table
from training.report import quality_table

README = Path(__file__).parents[1] / "README.md"
ANSWER = re.compile(r"(?<=```json\n).*?(?=\n```)", re.DOTALL)
QUALITY = re.compile(r"(?<=a test compares -->\n).*?(?=\n<!-- /quality -->)", re.DOTALL)
SETTINGS = re.compile(r"(?<=<!-- settings -->\n).*?(?=\n<!-- /settings -->)", re.DOTALL)
CURL_BODY = re.compile(r"-d '(\{.*?\})'")


def true_answer(tagger: Tagger, readme: str) -> dict[str, Any]:
    """Answer the README's first curl line."""
    text = json.loads(CURL_BODY.search(readme)[1])["text"]
    body = answer_body(tagger.tag([text])[0], text, tagger.codebook)
    return {**body, "model": model_reference(tagger.artefact)}


def laid_out(value: Any, depth: int = 0) -> str:
    """Lay out JSON with short objects on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + depth <= 110 or not isinstance(value, dict | list):
        return flat
    pad = " " * (depth + 2)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {laid_out(item, depth + 2)}" for key, item in value.items()]
        return "{\n" + ",\n".join(pad + part for part in parts) + "\n" + " " * depth + "}"
    return "[\n" + ",\n".join(pad + laid_out(item, depth + 2) for item in value) + "\n" + " " * depth + "]"


def main() -> None:
    """Write the README's measured parts anew."""
    tagger = load_tagger()
    readme = README.read_text(encoding="utf-8")
    answer = laid_out(true_answer(tagger, readme))
    readme = ANSWER.sub(lambda _: answer, readme, count=1)
    table = quality_table(tagger.artefact.manifest).strip()
    readme = SETTINGS.sub(lambda _: settings_table(), readme)
    README.write_text(QUALITY.sub(lambda _: table, readme), encoding="utf-8")


if __name__ == "__main__":
    main()
