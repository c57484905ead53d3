// The page: what the reader does (write, analyse, hide, copy, print, switch language) and what then
// is shown again. All that is known stands in `state`; the show... functions draw from it.

import { byId, el } from "./dom.js";
import { copyText } from "./clipboard.js";
import { Codebook } from "./codebook.js";
import { EXAMPLES } from "./examples.js";
import { WORDS, fillFixedWords, percent } from "./words.js";
import { analyze, getLabels, getModel } from "./service.js";
import { close, listenForDismissal } from "./definition.js";
import { legend } from "./stances.js";
import { showAbstained, showDoubts } from "./doubts.js";
import { showBars } from "./charts.js";
import { showGauge } from "./gauge.js";
import { showGlossary } from "./glossary.js";
import { showProblem } from "./problems.js";
import { showSentences } from "./tags.js";

const COPIED_SHOWN = 2500; // milliseconds that the copy button says how it went

const state = {
  language: new URLSearchParams(location.search).get("lang") === "en" ? "en" : "nl",
  codebook: new Codebook(),
  model: null, // { name, version }
  text: "", // the text that `answer` is about: the reader may be typing the next one
  answer: null,
  problem: null,
  atLeast: 0, // probability below which tags are hidden
  busy: false,
};

function view() {
  const { language, codebook, answer } = state;
  return { language, codebook, words: WORDS[language], textLanguage: answer?.language?.code ?? "nl" };
}

function allTags() {
  return (state.answer?.sentences ?? []).flatMap((sentence) => sentence.tags ?? []);
}

const isShown = (tag) => tag.probability >= state.atLeast;

// What is shown

function showPage() {
  const { words, language, codebook } = view();
  fillFixedWords(language);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  const names = [...codebook.dimensions.keys()].map((id) => codebook.dimensionName(id, language));
  if (names.length) byId("lead").textContent = words.leadWith(new Intl.ListFormat(language).format(names));
  byId("examples").replaceChildren(...EXAMPLES.map(exampleItem));
  showStatus();
  showEmptiness(false);
  showGlossary(byId("codebook"), view());
  showFooter();
  showProblem(byId("problem"), state.problem, view());
  showResult();
}

function exampleItem({ name, text }) {
  const button = el("button", { type: "button", class: "chip" }, name[state.language]);
  button.addEventListener("click", () => useText(text));
  return el("li", {}, button);
}

function showResult() {
  close();
  const { answer } = state;
  byId("result").hidden = !answer;
  if (!answer) return;
  const isRead = answer.status === "ok";
  byId("columns").hidden = !isRead;
  byId("certainty-field").hidden = !isRead;
  byId("abstained").hidden = isRead;
  if (!isRead) {
    showAbstained(byId("abstained"), answer, () => run("nl"), view());
    return;
  }
  const tags = allTags();
  const shown = tags.filter(isShown);
  legend(byId("legend"), tags, view());
  showSentences(byId("sentences"), state, isShown, view());
  showBars(byId("bars"), shown, tags.length - shown.length, view());
  showGauge(byId("climate"), answer, view());
  showDoubts(byId("doubts"), answer, isShown, view());
  byId("certainty-value").textContent = percent(state.atLeast, state.language);
  byId("certainty").setAttribute("aria-valuetext", percent(state.atLeast, state.language));
}

/** The line beside the button, read out by screen readers; a problem has its own alert. */
function showStatus() {
  const { words } = view();
  const { answer, busy } = state;
  const tags = allTags().length;
  let line = "";
  if (busy) line = words.busyStatus;
  else if (answer?.status === "ok") line = `${words.done(answer.sentences.length, tags)}${tags ? "" : ` ${words.noTags}`}`;
  else if (answer) line = words.doneAbstained;
  byId("status").textContent = line;
  byId("analyze-word").textContent = busy ? words.busy : words.analyze;
  // Not `disabled`: the button would lose the focus of who pressed it.
  byId("analyze").setAttribute("aria-disabled", String(busy));
  byId("composer").classList.toggle("busy", busy);
  byId("result").setAttribute("aria-busy", String(busy));
}

function showEmptiness(empty) {
  const note = byId("text-problem");
  note.hidden = !empty;
  // Emptied, too: aria-describedby reads hidden notes as well.
  note.textContent = empty ? view().words.empty : "";
  if (empty) byId("text").setAttribute("aria-invalid", "true");
  else byId("text").removeAttribute("aria-invalid");
}

function showFooter() {
  const { words, codebook } = view();
  const { name, version } = codebook.data;
  byId("model").textContent = [
    state.model?.name ? words.model(state.model.name, state.model.version ?? "") : "",
    name ? words.codebookVersion(name, version ?? "") : "",
  ].map((line) => line.trim()).filter(Boolean).join(" · ");
}

// What the reader does

/** Analyses what stands in the text area; `language` "nl" skips the service's language check. */
async function run(language = null) {
  if (state.busy) return;
  const text = wellFormed(byId("text").value);
  showEmptiness(!text.trim());
  if (!text.trim()) {
    byId("text").focus();
    return;
  }
  const key = byId("key").value;
  state.busy = true;
  state.problem = null;
  showProblem(byId("problem"), null, view()); // so that the same problem is read out again
  showStatus();
  try {
    const codebook = state.codebook.known ? null : loadCodebook(key);
    const [answer] = await Promise.all([analyze(text, { language, key }), codebook]);
    answer.sentences ??= [];
    Object.assign(state, { text, answer, model: answer.model ?? state.model });
  } catch (problem) {
    if (!problem.kind) throw problem; // a fault of the page itself belongs in the console
    Object.assign(state, { answer: null, problem });
    if (problem.kind === "key") askForKey();
  } finally {
    state.busy = false;
    showPage();
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const behavior = calm ? "auto" : "smooth";
  if (state.answer) byId("result").scrollIntoView({ behavior, block: "start" });
  else byId("problem").scrollIntoView({ behavior, block: "nearest" });
}

/** A lone half of a surrogate pair is no text to the service; its replacement keeps every offset. */
function wellFormed(text) {
  return text.toWellFormed?.() ?? text;
}

function useText(text) {
  byId("text").value = text;
  showEmptiness(false);
  byId("text").focus({ preventScroll: Boolean(text) });
}

function clear() {
  Object.assign(state, { text: "", answer: null, problem: null });
  useText("");
  showPage();
}

async function copy() {
  const { words } = view();
  const said = (await copyText(JSON.stringify(state.answer, null, 2))) ? words.copied : words.notCopied;
  byId("copy").textContent = said;
  byId("result-status").textContent = said;
  setTimeout(() => fillFixedWords(state.language), COPIED_SHOWN);
}

function switchTo(language) {
  state.language = language;
  // In the address and nowhere else: the page stores nothing.
  history.replaceState(null, "", language === "en" ? "?lang=en" : location.pathname);
  showPage();
}

function askForKey() {
  byId("key-field").hidden = false;
}

let frame = 0;
function hideBelow(probability) {
  state.atLeast = probability;
  cancelAnimationFrame(frame); // once for each picture, however fast the slider moves
  frame = requestAnimationFrame(showResult);
}

function listen() {
  listenForDismissal();
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  byId("text").addEventListener("input", () => showEmptiness(false));
  byId("clear").addEventListener("click", clear);
  byId("certainty").addEventListener("input", (event) => hideBelow(event.target.valueAsNumber / 100));
  byId("certainty").addEventListener("change", () => {
    byId("result-status").textContent = view().words.hidden(allTags().filter(isShown).length, allTags().length);
  });
  byId("copy").addEventListener("click", copy);
  byId("print").addEventListener("click", () => window.print());
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => switchTo(button.dataset.language));
  }
}

// What is known from the start

async function loadCodebook(key = "") {
  try {
    state.codebook = new Codebook(await getLabels(key));
  } catch (problem) {
    // Without a codebook the page still works: tags carry their own names.
    if (problem.kind === "key") askForKey();
  }
}

async function loadModel() {
  try {
    const data = await getModel();
    state.model ??= data.model?.name ? data.model : data;
  } catch {
    // The first answer names its model, too.
  }
}

listen();
showPage();
Promise.all([loadCodebook(), loadModel()]).then(showPage);
