// Copies text, also where the page is served over plain http inside a company: browsers keep the
// clipboard interface for https and localhost, and there the old command still works.

import { el } from "./dom.js";

/** Copies `text`; answers whether that worked. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const before = document.activeElement;
  const carrier = el("textarea", { class: "sr-only", readonly: true, "aria-hidden": "true", tabindex: "-1" });
  carrier.value = text;
  document.body.append(carrier);
  carrier.select();
  const done = document.execCommand("copy");
  carrier.remove();
  before?.focus();
  return done;
}
