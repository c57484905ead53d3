// One sentence with its evidence underlined: cuts the sentence at the borders of all spans, because
// the evidence of two tags may overlap, and gives each piece one line per tag that it speaks for.

import { el, paint } from "./dom.js";

/** The evidence of a tag as spans inside its sentence; a span that lies elsewhere is left out. */
export function spansOf(tag, sentence) {
  return (tag.evidence ?? [])
    .map(({ start, end }) => ({ start: Math.max(start, sentence.start), end: Math.min(end, sentence.end) }))
    .filter(({ start, end }) => start < end);
}

/**
 * The pieces of a sentence as nodes.
 * Answers { nodes, wordsOf }: wordsOf is a Map from tag to the marked nodes that speak for it.
 */
export function markEvidence(text, sentence, tags, codebook) {
  const spans = tags.flatMap((tag) => spansOf(tag, sentence).map((span) => ({ ...span, tag })));
  const cuts = [...new Set([sentence.start, sentence.end, ...spans.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const wordsOf = new Map(tags.map((tag) => [tag, []]));
  const nodes = [];
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const [from, to] = [cuts[i], cuts[i + 1]];
    const here = spans.filter(({ start, end }) => start <= from && end >= to).map(({ tag }) => tag);
    const piece = text.slice(from, to);
    if (here.length === 0) {
      nodes.push(piece);
      continue;
    }
    const dimensions = [...new Set(here.map((tag) => tag.dimension))];
    const mark = paint(el("mark", { class: `evidence lines-${Math.min(dimensions.length, 3)}` }, piece), codebook.color(dimensions[0]));
    dimensions.slice(1, 3).forEach((id, index) => mark.style.setProperty(`--dimension-${index + 2}`, codebook.color(id)));
    new Set(here).forEach((tag) => wordsOf.get(tag).push(mark));
    nodes.push(mark);
  }
  return { nodes, wordsOf };
}
