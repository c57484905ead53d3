// The codebook to read: every label by dimension, with its definition, and what is and is not included.

import { el } from "./dom.js";
import { definition } from "./definition.js";
import { capital } from "./words.js";

/** Fills the fold-out at the foot of the page; hides it where the service gave no codebook. */
export function showGlossary(panel, view) {
  const { codebook, language } = view;
  panel.hidden = !codebook.known;
  const entry = (label) => el("div", {},
    el("dt", {}, codebook.labelName(label, language)),
    el("dd", {}, ...definition(label, view, true)));
  const section = (id) => el("section", {},
    el("h3", {}, capital(codebook.dimensionNames(id, language))),
    el("dl", {}, ...codebook.labels.filter((label) => label.dimension === id).map(entry)));
  panel.querySelector("div").replaceChildren(...[...codebook.dimensions.keys()].map(section));
}
