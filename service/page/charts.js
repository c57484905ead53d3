// Counts per label and stance: a stacked bar chart for each dimension, drawn as SVG, and the same
// numbers as a table. Lengths are percentages and ems, so that letters keep their size at any width.

import { el, paint, svg } from "./dom.js";
import { form, sign } from "./stances.js";
import { capital } from "./words.js";

const ROW = 3; // em: a line with name and total, the bar, and air
const BAR = { top: 1.5, height: 0.75 }; // em, within a row

/** Fills the panel from the tags that are shown; the climate pair is left to the gauge. */
export function showBars(panel, tags, hidden, view) {
  const pair = view.codebook.climate;
  const inGauge = (id) => id === pair?.positive.id || id === pair?.negative.id;
  const counted = tags.filter((tag) => !inGauge(tag.label));
  const groups = [...view.codebook.dimensions.keys()]
    .map((id) => ({ id, rows: count(counted.filter((tag) => tag.dimension === id), view) }))
    .filter(({ rows }) => rows.length);
  // One scale for all charts: a bar means the same in each of them.
  const longest = Math.max(1, ...groups.flatMap(({ rows }) => rows.map((row) => row.total)));
  const charts = groups.map(({ id, rows }) => chart(id, rows, longest, view.codebook.stanceIds(tags), view));
  panel.replaceChildren(
    ...(charts.length ? [stanceKey(tags, view), ...charts] : [el("p", {}, view.words.noBars)]),
    hidden ? el("p", { class: "remark" }, view.words.barsHidden(hidden)) : "");
}

/** One row for each label: its record, counts per stance and total, most frequent first. */
function count(tags, { codebook, language }) {
  const rows = new Map();
  for (const tag of tags) {
    const row = rows.get(tag.label) ?? { name: codebook.labelName(codebook.label(tag), language), stances: {}, total: 0 };
    row.stances[tag.stance] = (row.stances[tag.stance] ?? 0) + 1;
    row.total += 1;
    rows.set(tag.label, row);
  }
  return [...rows.values()].sort((a, b) => b.total - a.total || a.name.localeCompare(b.name, language));
}

function stanceKey(tags, { codebook, language }) {
  return el("ul", { class: "legend" },
    ...codebook.stanceIds(tags).map((id) => el("li", {}, sign(id, codebook), codebook.stanceName(id, language))));
}

function chart(dimension, rows, longest, stances, view) {
  const { codebook, language, words } = view;
  const name = capital(codebook.dimensionNames(dimension, language));
  const hatch = `hatch-${[...codebook.dimensions.keys()].indexOf(dimension)}`;
  const drawing = svg("svg", { class: "bars", role: "img", "aria-label": words.chartName(name), height: `${rows.length * ROW}em` },
    svg("defs", {}, svg("pattern", { id: hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { class: "hatch-ground", width: 6, height: 6 }), svg("rect", { class: "hatch-line", width: 2.6, height: 6 }))),
    ...rows.flatMap((row, index) => bar(row, index * ROW, longest, stances, hatch, codebook)));
  return paint(el("div", { class: "chart" }, el("h4", {}, name), drawing, table(name, rows, stances, view)), codebook.color(dimension));
}

function bar(row, top, longest, stances, hatch, codebook) {
  const pieces = [
    svg("text", { class: "bar-name", x: 0, y: `${top + 1}em` }, row.name),
    svg("text", { class: "bar-total", x: "100%", y: `${top + 1}em`, "text-anchor": "end" }, String(row.total)),
  ];
  let x = 0;
  for (const stance of stances.filter((id) => row.stances[id])) {
    const width = (row.stances[stance] / longest) * 100;
    const shape = form(stance, codebook);
    const fill = shape === "hatched" ? `url(#${hatch})` : null;
    const place = { x: `${x}%`, width: `${width}%`, y: `${top + BAR.top}em`, height: `${BAR.height}em` };
    pieces.push(svg("rect", { class: `piece ${shape}`, ...place, rx: 2, fill }));
    x += width;
  }
  return pieces;
}

function table(name, rows, stances, { codebook, language, words }) {
  // Signs, not words, head the columns: five words do not fit beside each other on a phone.
  const stanceHead = (id) => el("th", { scope: "col" },
    sign(id, codebook), el("span", { class: "sr-only" }, codebook.stanceName(id, language)));
  const row = ({ name: label, stances: counts, total }) => el("tr", {},
    el("th", { scope: "row" }, label),
    ...stances.map((id) => el("td", {}, String(counts[id] ?? 0))),
    el("td", {}, String(total)));
  return el("details", { class: "as-table" },
    el("summary", {}, words.asTable, el("span", { class: "sr-only" }, `: ${name}`)),
    el("table", {},
      el("caption", { class: "sr-only" }, words.chartName(name)),
      el("thead", {}, el("tr", {},
        el("th", { scope: "col" }, words.label), ...stances.map(stanceHead), el("th", { scope: "col" }, words.total))),
      el("tbody", {}, ...rows.map(row))));
}
