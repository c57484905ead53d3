// The key of a service that asks for one. It stands in its field and nowhere else: not in the browser's
// storage, not in the address, and gone with the page.

import { byId } from "./dom.js";

const KEY_KINDS = ["key", "wrongKey", "revokedKey"];

/** The key as typed or pasted; empty where none is asked for. */
export function key() {
  return byId("key").value.trim();
}

/** True when the service asked for a key and there is none: then no text needs to be sent to learn so. */
export function keyIsMissing() {
  return !byId("key-field").hidden && !key();
}

/** True when a problem is about the key. */
export function isAboutKey({ kind }) {
  return KEY_KINDS.includes(kind);
}

/** Shows the field for a key; the links at the foot would answer without one, so they go. */
export function askForKey() {
  byId("key-field").hidden = false;
  byId("links").hidden = true;
}

/** Says beside the field what is the matter with the key; null takes that away. */
export function showKeyProblem(problem, { words }) {
  const note = byId("key-problem");
  note.hidden = !problem;
  // Emptied, too: aria-describedby reads hidden notes as well.
  note.textContent = problem ? words.problems[problem.kind].map((part) => part.replace(/[^.?]$/, "$&.")).join(" ") : "";
  if (problem) byId("key").setAttribute("aria-invalid", "true");
  else byId("key").removeAttribute("aria-invalid");
}
