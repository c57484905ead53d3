// A problem in words: what happened and what to do, then the service's own account for who wants it.

import { el } from "./dom.js";

/** Fills the alert; null empties it. */
export function showProblem(alert, problem, { words, limits }) {
  if (!problem) {
    alert.replaceChildren();
    return;
  }
  const [heading, advice] = words.problems[problem.kind] ?? words.problems.fault;
  const tooLong = problem.kind === "tooLong" && problem.characters > limits?.max_text_characters;
  alert.replaceChildren(el("div", { class: "card problem" },
    el("h2", {}, heading),
    tooLong ? el("p", {}, words.tooLongFor(problem.characters, limits.max_text_characters)) : null,
    el("p", {}, problem.retryAfter > 0 ? words.wait(problem.retryAfter) : advice),
    technical(problem, words)));
}

function technical({ status, body }, words) {
  const errors = Array.isArray(body?.errors) ? body.errors : [];
  const lines = [
    [status || null, body?.title].filter(Boolean).join(" "),
    body?.detail,
    ...errors.map((error) => [error.pointer, error.code, error.detail].filter(Boolean).join(" · ")),
    body?.request_id ? `request_id ${body.request_id}` : null,
  ].filter((line) => typeof line === "string" && line);
  if (!lines.length) return null;
  // The service speaks English here.
  return el("details", {}, el("summary", {}, words.technical), el("ul", { lang: "en" }, ...lines.map((line) => el("li", {}, line))));
}
