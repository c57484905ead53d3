// The text sentence by sentence, each with its tags: name, dimension, stance, probability and threshold.

import { el, paint, svg } from "./dom.js";
import { describe, tagDefinition } from "./definition.js";
import { markEvidence, spansOf } from "./evidence.js";
import { isDoubtful } from "./doubts.js";
import { sign } from "./stances.js";
import { percent } from "./words.js";

/** Fills the list; `isShown(tag)` leaves out what the reader hid. */
export function showSentences(list, text, answer, isShown, view) {
  list.replaceChildren(...answer.sentences.map((sentence, index) => sentenceItem(text, sentence, index + 1, isShown, view)));
}

function sentenceItem(text, sentence, number, isShown, view) {
  const { words, codebook } = view;
  const all = sentence.tags ?? [];
  const tags = all.filter(isShown).sort((a, b) => b.probability - a.probability);
  const { nodes, wordsOf } = markEvidence(text, sentence, tags, codebook);
  const item = el("li", { class: tags.length ? "sentence" : "sentence bare", id: `sentence-${number}`, tabindex: "-1" },
    el("p", { class: "sentence-text" },
      el("span", { class: "number" },
        el("span", { class: "sr-only" }, words.sentence(number)),
        el("span", { "aria-hidden": "true" }, String(number))),
      el("span", { lang: view.textLanguage, class: "quoted" }, ...nodes)));
  if (tags.length) item.append(el("ul", { class: "tags" }, ...tags.map((tag) => tagItem(tag, text, sentence, wordsOf.get(tag), view))));
  const hidden = all.length - tags.length;
  if (hidden) item.append(el("p", { class: "remark" }, words.tagsHidden(hidden)));
  else if (!tags.length) item.append(el("p", { class: "remark" }, words.noTag));
  return item;
}

function tagItem(tag, text, sentence, lit, view) {
  const { codebook, words, language } = view;
  const doubtful = isDoubtful(tag);
  // The hidden commas let a screen reader pause between the parts.
  const pause = () => el("span", { class: "sr-only" }, ", ");
  const button = el("button", { type: "button", class: doubtful ? "tag doubtful" : "tag" },
    el("span", { class: "tag-name" }, el("b", {}, codebook.labelName(codebook.label(tag), language)), pause(),
      el("span", { class: "tag-dimension" }, codebook.dimensionName(tag.dimension, language))), pause(),
    el("span", { class: "tag-figure" }, percent(tag.probability, language)), pause(),
    el("span", { class: "tag-stance" }, sign(tag.stance, codebook), codebook.stanceName(tag.stance, language),
      doubtful ? [pause(), el("span", { class: "tag-doubt" }, words.unsure)] : null), pause(),
    el("span", { class: "sr-only" }, words.thresholdSpoken(percent(tag.threshold, language))),
    probabilityBar(tag));
  const holder = paint(el("li", { class: "tag-holder" }, button), codebook.color(tag.dimension));
  const evidence = spansOf(tag, sentence).map(({ start, end }) => text.slice(start, end));
  describe(button, holder, () => tagDefinition(tag, evidence, view), lit);
  return holder;
}

/** The probability as a bar, with a tick at the threshold. */
function probabilityBar(tag) {
  const at = (share) => `${(Math.min(Math.max(share, 0), 1) * 100).toFixed(1)}%`;
  return svg("svg", { class: "probability", "aria-hidden": "true" },
    svg("rect", { class: "track", x: 0, y: 4, width: "100%", height: 5, rx: 2.5 }),
    svg("rect", { class: "amount", x: 0, y: 4, width: at(tag.probability), height: 5, rx: 2.5 }),
    svg("rect", { class: "tick", x: at(tag.threshold), y: 0, width: 2, height: 13 }));
}
