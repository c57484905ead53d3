// The page: what the reader does (write, analyse, hide, copy, print, switch language) and what then
// is shown again. All that is known stands in `state`; the show... functions draw from it.

import { byId, el } from "./dom.js";
import { copyText } from "./clipboard.js";
import { Codebook } from "./codebook.js";
import { examplesFor } from "./examples.js";
import { WORDS, fillFixedWords, fixedWord, percent } from "./words.js";
import { ServiceProblem, analyze, getLabels, getModel } from "./service.js";
import { askForKey, isAboutKey, key, keyIsMissing, showKeyProblem } from "./key.js";
import { chosenPoint, listenForPoint, pointName } from "./points.js";
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
  model: null, // { name, version, limits }
  asked: null, // { text, point, language }: what `answer` is about, for the reader may be typing the next text
  answer: null,
  problem: null,
  atLeast: 0, // probability below which tags are hidden
  busy: false,
};

function view() {
  const { language, codebook, answer, model } = state;
  return { language, codebook, words: WORDS[language], limits: model?.limits, textLanguage: answer?.language?.code ?? "nl" };
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
  const names = [...codebook.dimensions.keys()].map((id) => codebook.dimensionNames(id, language));
  if (names.length) byId("lead").textContent = words.leadWith(new Intl.ListFormat(language).format(names));
  byId("examples").replaceChildren(...examplesFor(codebook).map(exampleItem));
  showStatus();
  showEmptiness(false);
  showGlossary(byId("codebook"), view());
  showFooter();
  showWhatIsWrong();
  showResult();
}

/** A problem stands in the alert; what is wrong with the key stands beside the key. */
function showWhatIsWrong() {
  const { problem } = state;
  const ofKey = problem && isAboutKey(problem);
  showKeyProblem(ofKey ? problem : null, view());
  showProblem(byId("problem"), ofKey ? null : problem, view());
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
  byId("setting").textContent = view().words.setting(pointName(state.asked.point));
  if (!isRead) {
    showAbstained(byId("abstained"), answer, () => run({ ...state.asked, language: "nl" }), view());
    return;
  }
  const tags = allTags();
  const shown = tags.filter(isShown);
  legend(byId("legend"), tags, view());
  showSentences(byId("sentences"), state.asked.text, answer, isShown, view());
  showBars(byId("bars"), shown, tags.length - shown.length, view());
  showGauge(byId("climate"), answer, view());
  showDoubts(byId("doubts"), answer, isShown, view());
  const least = view().words.atLeast(percent(state.atLeast, state.language));
  byId("certainty-value").textContent = least;
  byId("certainty").setAttribute("aria-valuetext", least);
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

/** Analyses what stands in the text area. */
function submit() {
  const text = wellFormed(byId("text").value);
  showEmptiness(!text.trim());
  if (text.trim()) run({ text, language: null });
  else byId("text").focus();
}

/** Analyses a text; `stay` leaves the reader where they are. */
async function run({ text, language }, { stay = false } = {}) {
  if (state.busy) return;
  const asked = { text, language, point: chosenPoint() };
  Object.assign(state, { busy: true, problem: null });
  showWhatIsWrong(); // nothing at first, so that the same problem is read out again
  showStatus();
  try {
    if (keyIsMissing()) throw new ServiceProblem("key");
    const answer = await analyze(asked, { lang: state.language, key: key() });
    await loadCatalogue(); // after it, so that a wrong key counts once
    answer.sentences ??= [];
    Object.assign(state, { asked, answer, model: { ...state.model, ...answer.model } });
  } catch (problem) {
    if (!problem.kind) throw problem; // a fault of the page itself belongs in the console
    problem.characters = [...text].length;
    Object.assign(state, { answer: null, problem });
    if (isAboutKey(problem)) askForKey();
  } finally {
    state.busy = false;
    showPage();
  }
  if (state.answer && state.asked.point !== chosenPoint()) run(state.asked, { stay }); // chosen meanwhile
  else if (!stay || state.problem) lead();
}

/** Brings the reader to what came back. */
function lead() {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const behavior = calm ? "auto" : "smooth";
  if (state.answer) byId("result").scrollIntoView({ behavior, block: "start" });
  else if (isAboutKey(state.problem)) byId("key").focus();
  else byId("problem").scrollIntoView({ behavior, block: "nearest" });
}

/** Shows the same text at the operating point that was just chosen. */
function runAgain() {
  if (state.answer?.status === "ok") run(state.asked, { stay: true });
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
  Object.assign(state, { asked: null, answer: null, problem: null });
  useText("");
  showPage();
}

/** Copies the answer with what was asked, so that its offsets have the text that they point into. */
async function copy() {
  const { words } = view();
  const { text, point } = state.asked;
  const copied = { text, offsets: "utf16", operating_point: point, ...state.answer };
  const said = (await copyText(JSON.stringify(copied, null, 2))) ? words.copied : words.notCopied;
  byId("copy").textContent = said;
  byId("result-status").textContent = said;
  setTimeout(() => { byId("copy").textContent = fixedWord("copy", state.language); }, COPIED_SHOWN);
}

function switchTo(language) {
  state.language = language;
  // In the address and nowhere else: the page stores nothing.
  history.replaceState(null, "", language === "en" ? "?lang=en" : location.pathname);
  showPage();
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
    submit();
  });
  byId("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
  });
  byId("text").addEventListener("input", () => showEmptiness(false));
  byId("clear").addEventListener("click", clear);
  listenForPoint(runAgain);
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

/** Loads codebook and model, unless they are known. The page works without: tags carry their own names. */
async function loadCatalogue() {
  if (state.codebook.known) return;
  const call = { lang: state.language, key: key() };
  try {
    const [labels, model] = await Promise.all([getLabels(call), getModel(call)]);
    Object.assign(state, { codebook: new Codebook(labels), model });
  } catch (problem) {
    if (!problem.kind) throw problem;
    if (isAboutKey(problem)) askForKey();
  }
}

listen();
showPage();
loadCatalogue().then(showPage);
