// What the tagger does not know: why it abstained, and which tags are close calls.

import { el } from "./dom.js";
import { capital, percent } from "./words.js";

// Choices of this page, for reading only (the tagger has no such notion): a tag less than ten points
// above its threshold, less likely right than wrong, or with a stance that got less than 60%, is worth
// a second look.
const NEAR = 0.1;
const EVEN = 0.5;
const WEAK_STANCE = 0.6;

// The language of a text with nothing to judge by; a browser calls it "root".
const UNDETERMINED = "und";

const nearThreshold = (tag) => tag.probability - tag.threshold < NEAR;
const unlikely = (tag) => tag.probability < EVEN;
const weakStance = (tag) => tag.stance_probability < WEAK_STANCE;

/** True for a tag that a reader should check. */
export function isDoubtful(tag) {
  return nearThreshold(tag) || unlikely(tag) || weakStance(tag);
}

/** Fills the panel: the language as detected, then each close call with a link to its sentence. */
export function showDoubts(panel, answer, isShown, view) {
  const { words, language, codebook } = view;
  const items = answer.sentences.flatMap((sentence, index) => (sentence.tags ?? [])
    .filter((tag) => isShown(tag) && isDoubtful(tag))
    .map((tag) => el("li", {},
      el("a", { href: `#sentence-${index + 1}` }, words.sentence(index + 1)), ": ",
      el("b", {}, codebook.labelName(codebook.label(tag), language)), ", ", why(tag, view), ".")));
  panel.replaceChildren(
    items.length ? el("p", {}, words.doubtsLead) : el("p", {}, words.noDoubts),
    items.length ? el("ul", { class: "doubts" }, ...items) : "",
    languageLine(answer, view) ?? "");
}

function why(tag, { words, language, codebook }) {
  const reasons = [];
  if (nearThreshold(tag)) reasons.push(words.nearThreshold(percent(tag.probability, language), percent(tag.threshold, language)));
  else if (unlikely(tag)) reasons.push(words.unlikely(percent(tag.probability, language)));
  if (weakStance(tag)) reasons.push(words.weakStance(codebook.stanceName(tag.stance, language), percent(tag.stance_probability, language)));
  return reasons.join("; ");
}

function languageLine(answer, { words, language }) {
  const { code, confidence } = answer.language ?? {};
  if (!code || code === UNDETERMINED || !(confidence >= 0)) return null;
  return el("p", { class: "remark" }, words.languageKnown(languageName(code, language), percent(confidence, language)));
}

function languageName(code, language) {
  try {
    return capital(new Intl.DisplayNames(language, { type: "language" }).of(code) ?? code);
  } catch {
    return code; // not a language code that the browser knows, such as "und?"
  }
}

/** Fills the card for a text without an answer; `asDutch` analyses it again, skipping the language check. */
export function showAbstained(card, answer, asDutch, view) {
  const { words } = view;
  const heading = answer.status === "failed" ? words.failedHeading : words.abstainedHeading;
  const mayInsist = answer.reason === "not_dutch";
  const button = mayInsist ? el("button", { type: "button", class: "quiet" }, words.asDutch) : null;
  button?.addEventListener("click", asDutch);
  card.replaceChildren(el("div", { class: "card abstained" },
    el("h3", {}, heading),
    el("p", {}, words.reasons[answer.reason] ?? words.otherReason(answer.reason)),
    languageLine(answer, view),
    button));
}
