// The definition of a label, shown beside its tag on hover, focus or tap. It stays while the pointer
// is over it and goes on Escape, on leaving and on a press elsewhere (WCAG 2.2, 1.4.13).

import { el } from "./dom.js";
import { inLanguage } from "./codebook.js";
import { capital, percent } from "./words.js";

const MARGIN = 8; // pixels kept free at the edge of the window
const GRACE = 300; // milliseconds in which the pointer may cross from a tag to its definition
let open = null; // { button, bubble, lit }: at most one is open
let dismissed = null; // the button whose bubble was sent away by Escape; quiet until pointer or focus has left it

/** Shows `content()` for `button` inside `holder`; `lit` are the evidence words to light up meanwhile. */
export function describe(button, holder, content, lit) {
  const show = () => {
    if (open?.button === button || dismissed === button) return;
    close();
    const bubble = el("div", { class: "definition", role: "tooltip", id: "definition" }, content());
    holder.append(bubble);
    button.setAttribute("aria-describedby", "definition");
    lit.forEach((word) => word.classList.add("lit"));
    open = { button, bubble, lit };
    keepInside(bubble);
  };
  const leave = () => {
    if (dismissed === button) dismissed = null;
    if (open?.button === button) close();
  };
  button.addEventListener("focus", show);
  button.addEventListener("click", () => {
    dismissed = null;
    show();
  });
  // pointermove, not pointerenter: a tag that scrolls under a resting pointer must not open over the text.
  let leaving = 0;
  holder.addEventListener("pointermove", (event) => {
    clearTimeout(leaving);
    if (event.pointerType === "mouse") show();
  });
  holder.addEventListener("pointerleave", () => {
    if (document.activeElement !== button) leaving = setTimeout(leave, GRACE);
  });
  button.addEventListener("blur", () => !holder.matches(":hover") && leave());
}

/** Closes whatever definition is open. */
export function close() {
  if (!open) return;
  open.button.removeAttribute("aria-describedby");
  open.lit.forEach((word) => word.classList.remove("lit"));
  open.bubble.remove();
  open = null;
}

/**
 * Moves the bubble left where it would leave the window, and up where there is no room below: above the
 * whole sentence, whose evidence it would hide otherwise.
 */
function keepInside(bubble) {
  const box = bubble.getBoundingClientRect();
  const over = box.right + MARGIN - document.documentElement.clientWidth;
  if (over > 0) bubble.style.left = `${-Math.min(over, box.left - MARGIN)}px`;
  const tag = bubble.parentElement.getBoundingClientRect();
  const sentence = bubble.closest(".sentence").firstElementChild.getBoundingClientRect();
  if (box.bottom + MARGIN <= window.innerHeight || sentence.top < box.height + MARGIN) return;
  bubble.style.top = "auto";
  bubble.style.bottom = `${tag.bottom - sentence.top}px`;
}

/** Listens once for the two ways to send a definition away. */
export function listenForDismissal() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    dismissed = open.button;
    close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (open && !open.bubble.parentElement.contains(event.target)) close();
  });
}

/** What the codebook says of a label, as paragraphs; `full` adds source and place in Schwartz's circle. */
export function definition(label, { words, language }, full = false) {
  const parts = [];
  const text = inLanguage(label, "definition", language);
  if (text) parts.push(el("p", {}, text));
  // A codebook with Dutch definitions but English notes would mix languages in one bubble.
  const mixed = label[`definition_${language}`] && language !== "en";
  const fields = full ? ["include", "exclude", "source", "schwartz"] : ["include", "exclude"];
  for (const field of fields) {
    const translated = mixed && ["include", "exclude"].includes(field);
    const notes = translated ? label[`${field}_${language}`] : inLanguage(label, field, language);
    const line = Array.isArray(notes) ? notes.join("; ") : notes;
    if (line) parts.push(el("p", { class: "note" }, el("b", {}, `${words[field]}: `), line));
  }
  return parts;
}

/** The bubble of one tag: name, definition, evidence, figures. */
export function tagDefinition(tag, evidence, view) {
  const { codebook, words, language } = view;
  const label = codebook.label(tag);
  const quoted = evidence.map((piece) => `“${piece}”`).join(", ");
  const stance = codebook.stanceName(tag.stance, language);
  const name = `${capital(codebook.labelName(label, language))} · ${codebook.dimensionName(tag.dimension, language)}`;
  const figures = [words.definitionFigures(percent(tag.probability, language), percent(tag.threshold, language))];
  if (tag.stance_probability >= 0) figures.push(words.stanceFigures(stance, percent(tag.stance_probability, language)));
  return [
    el("p", { class: "definition-name" }, name),
    ...definition(label, view),
    quoted ? el("p", { class: "note" }, el("b", {}, `${words.evidenceWords}: `), quoted) : null,
    el("p", { class: "note" }, figures.join(" ")),
  ];
}
