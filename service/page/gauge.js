// The balance of the codebook's climate pair: a half circle from the negative label (left) to the
// positive label (right), with its number and the meaning of that number in words.

import { el, paint, svg } from "./dom.js";

const R = 84;
const CENTRE = { x: 100, y: 98 };

/** Fills the card, or hides it where the codebook has no climate pair. */
export function showGauge(card, answer, view) {
  const { codebook, words, language } = view;
  const pair = codebook.climate;
  card.hidden = !pair;
  if (!pair) return;
  const [heading, body] = [card.querySelector("h3"), card.querySelector("div")];
  const positive = codebook.labelName(pair.positive, language);
  const negative = codebook.labelName(pair.negative, language);
  const climate = answer.summary?.climate ?? {};
  const balance = typeof climate.balance === "number" ? climate.balance : null;
  const [p, n] = [side(climate, pair.positive, "positive"), side(climate, pair.negative, "negative")];
  const counts = words.balanceCounts(positive, p, negative, n);
  heading.textContent = words.balance(positive, negative);
  body.replaceChildren(
    el("div", { class: "gauge" }, dial(balance), el("p", { class: "gauge-number" }, signed(balance, language))),
    el("p", { class: "gauge-ends", "aria-hidden": "true" }, el("span", {}, negative), el("span", {}, positive)),
    el("p", { class: "gauge-words" }, inWords(balance, positive, negative, words)),
    el("p", { class: "remark" }, balance === null ? words.balanceNullWhy(positive, negative) : `${counts} ${words.balanceScale(positive, negative)}`));
  paint(body, codebook.color(pair.positive.dimension ?? "climate"));
}

/** The count of one side: keyed by the label's id, or by its role in an answer that is not. */
function side(climate, label, role) {
  return climate[label.id] ?? climate[role] ?? 0;
}

function signed(balance, language) {
  if (balance === null) return "–";
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2, signDisplay: "exceptZero" }).format(balance).replace("-", "−");
}

// Thirds of the scale: a choice for reading, not a measured border.
function inWords(balance, positive, negative, words) {
  if (balance === null) return words.balanceNull;
  const [most, least] = balance > 0 ? [positive, negative] : [negative, positive];
  const size = Math.abs(balance);
  if (size < 0.005) return words.balanceEven;
  if (size > 0.995) return words.balanceOnly(most);
  if (size > 2 / 3) return words.balanceMostly(most);
  return size > 1 / 3 ? words.balanceMore(most, least) : words.balanceSlightly(most, least);
}

/** The half circle; hidden from screen readers, because the words below it say the same. */
function dial(balance) {
  const drawing = svg("svg", { class: "dial", viewBox: "0 0 200 112", "aria-hidden": "true" },
    svg("path", { class: balance === null ? "dial-track empty" : "dial-track", d: arc(-1, 1) }),
    svg("path", { class: "dial-zero", d: `M${CENTRE.x} ${CENTRE.y - R - 12}V${CENTRE.y - R + 12}` }));
  if (balance === null) return drawing;
  if (balance !== 0) drawing.append(svg("path", { class: "dial-amount", d: arc(Math.min(0, balance), Math.max(0, balance)) }));
  const { x, y } = point(balance);
  drawing.append(svg("circle", { class: "dial-marker", cx: x, cy: y, r: 9 }));
  return drawing;
}

function point(value) {
  const angle = (value * Math.PI) / 2;
  return { x: (CENTRE.x + R * Math.sin(angle)).toFixed(2), y: (CENTRE.y - R * Math.cos(angle)).toFixed(2) };
}

function arc(from, to) {
  const [a, b] = [point(from), point(to)];
  return `M${a.x} ${a.y}A${R} ${R} 0 0 1 ${b.x} ${b.y}`;
}
