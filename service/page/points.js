// The choice of operating point: which thresholds decide. The service tags anew for each, since a tag
// below its threshold is in no answer.

import { byId } from "./dom.js";

const inputs = () => [...byId("points").querySelectorAll("input")];

/** The chosen operating point, as the service names it. */
export function chosenPoint() {
  return inputs().find((input) => input.checked).value;
}

/** The name of an operating point in the language of the page, as it stands beside its button. */
export function pointName(point) {
  return byId(`${point}-name`).textContent;
}

/** Calls `choose()` when the reader chooses another one. */
export function listenForPoint(choose) {
  byId("points").addEventListener("change", choose);
}
