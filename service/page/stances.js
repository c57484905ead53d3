// The signs of the stances: one form for each, so that nobody needs colour to tell them apart.
// The same three forms fill the bars of the charts: solid, hatched and open.

import { el, svg } from "./dom.js";

const FORMS = ["solid", "hatched", "open"];

/** The form of a stance, by its place in the codebook. */
export function form(stance, codebook) {
  const place = codebook.stanceIds().indexOf(stance);
  return place < 0 ? FORMS.at(-1) : FORMS[place % FORMS.length];
}

/** A small sign; always beside the word for the stance, so hidden from screen readers. */
export function sign(stance, codebook) {
  const shape = form(stance, codebook);
  const drawing = svg("svg", { class: `sign ${shape}`, viewBox: "0 0 14 14", "aria-hidden": "true" });
  drawing.append(svg("circle", { cx: 7, cy: 7, r: shape === "solid" ? 6 : 5.1 }));
  if (shape === "hatched") drawing.append(svg("path", { d: "M3.5 10.5 10.5 3.5" }));
  return drawing;
}

/** The legend above the sentences: sign and word of each stance, evidence, threshold. */
export function legend(list, tags, { codebook, words, language }) {
  list.replaceChildren(
    ...codebook.stanceIds(tags).map((id) => el("li", {}, sign(id, codebook), codebook.stanceName(id, language))),
    el("li", {}, el("span", { class: "legend-line", "aria-hidden": "true" }, "abc"), words.evidenceLegend),
    el("li", {}, svg("svg", { class: "legend-tick", viewBox: "0 0 28 13", "aria-hidden": "true" },
      svg("rect", { class: "track", x: 0, y: 4, width: 28, height: 5, rx: 2.5 }),
      svg("rect", { class: "tick", x: 13, y: 0, width: 2, height: 13 })), words.thresholdLegend),
  );
}
