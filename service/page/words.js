// What the page says, in Dutch and English. Short sentences and plain words: many readers have Dutch
// as their second language. Fixed Dutch words stand in index.html only; `fixed` holds their English.

const plural = (n, one, many) => (n === 1 ? `1 ${one}` : `${n} ${many}`);

const nl = {
  title: "Weerklank: wat klinkt er door in je tekst?",
  leadWith: (names) => `Weerklank leest een Nederlandse tekst en laat per zin zien wat erin doorklinkt: ${names}.`,
  analyze: "Analyseer",
  busy: "Bezig …",
  busyStatus: "Weerklank leest je tekst.",
  empty: "Schrijf of plak eerst een tekst.",
  done: (sentences, tags) => `Klaar: ${plural(sentences, "zin", "zinnen")}, ${plural(tags, "tag", "tags")}.`,
  doneAbstained: "Klaar: Weerklank doet geen uitspraak over deze tekst.",
  setting: (point) => `Instelling: ${point}`,
  atLeast: (probability) => `vanaf ${probability}`,
  hidden: (shown, all) => `${shown} van ${plural(all, "tag", "tags")} zichtbaar.`,
  copied: "Gekopieerd.",
  notCopied: "Kopiëren lukt niet in deze browser.",
  sentence: (n) => `Zin ${n}`,
  noTag: "geen tag",
  tagsHidden: (n) => `${plural(n, "tag", "tags")} verborgen`,
  noTags: "In deze tekst vond Weerklank geen tags. Dat kan: niet elke zin zegt iets over de labels.",
  evidenceLegend: "de woorden die het zeggen",
  thresholdLegend: "drempel",
  unsure: "onzeker",
  definitionFigures: (probability, threshold) => `Kans ${probability}, drempel ${threshold}. Een tag verschijnt vanaf de drempel.`,
  stanceFigures: (stance, probability) => `Houding: ${stance} (${probability}).`,
  thresholdSpoken: (threshold) => `drempel ${threshold}`,
  evidenceWords: "Woorden",
  include: "Hoort erbij",
  exclude: "Hoort er niet bij",
  source: "Bron",
  schwartz: "Plaats bij Schwartz",
  label: "Label",
  total: "Totaal",
  asTable: "Toon als tabel",
  chartName: (dimension) => `${dimension}: aantal zinnen per label en houding`,
  noBars: "Geen tags om te tellen.",
  barsHidden: (n) => `${plural(n, "tag staat", "tags staan")} onder je grens en ${n === 1 ? "telt" : "tellen"} hier niet mee.`,
  balance: (positive, negative) => `Balans: ${positive} en ${negative}`,
  balanceNull: "geen uitspraak",
  balanceNullWhy: (positive, negative) => `Geen zin gaat over ${positive} of ${negative}.`,
  balanceOnly: (most) => `alleen ${most}`,
  balanceMostly: (most) => `vooral ${most}`,
  balanceMore: (most, least) => `meer ${most} dan ${least}`,
  balanceSlightly: (most, least) => `iets meer ${most} dan ${least}`,
  balanceEven: "in evenwicht",
  balanceCounts: (positive, p, negative, n) => `${plural(p, "zin wijst", "zinnen wijzen")} naar ${positive}, ${n} naar ${negative}.`,
  balanceScale: (positive, negative) => `−1 is alleen ${negative}, +1 is alleen ${positive}. Alle tags tellen mee, ook verborgen tags.`,
  languageKnown: (name, confidence) => `Taal: ${name} (${confidence}).`,
  nearThreshold: (probability, threshold) => `dicht bij de drempel (${probability}, drempel ${threshold})`,
  unlikely: (probability) => `eerder mis dan raak (${probability})`,
  weakStance: (stance, probability) => `de houding “${stance}” is onzeker (${probability})`,
  doubtsLead: "Lees deze tags zelf na:",
  noDoubts: "Geen tag valt hier op als onzeker. De tagger kan zich toch vergissen.",
  abstainedHeading: "Weerklank doet geen uitspraak over deze tekst",
  failedHeading: "Deze tekst kon niet worden gelezen",
  reasons: {
    not_dutch: "De tekst lijkt niet Nederlands. Weerklank leest alleen Nederlands.",
    too_short: "De tekst is te kort. Schrijf een hele zin.",
    no_known_words: "Weerklank kent de woorden in deze tekst niet.",
  },
  otherReason: (reason) => `De dienst geeft als reden: ${reason || "onbekend"}.`,
  asDutch: "Lees toch als Nederlands",
  problems: {
    away: ["De dienst is niet bereikbaar", "Controleer je verbinding en probeer het later opnieuw. Je tekst staat er nog."],
    slow: ["Het duurt te lang", "De dienst gaf geen antwoord op tijd. Probeer het opnieuw, of probeer een kortere tekst."],
    tooLong: ["Je tekst is te lang", "Deel je tekst in stukken en analyseer elk stuk apart."],
    unreadable: ["De dienst kan deze tekst niet lezen",
      "Misschien is de tekst te lang, of staan er vreemde tekens in. Pas de tekst aan en probeer het opnieuw."],
    tooMany: ["Er zijn nu te veel vragen", "Wacht even en probeer het dan opnieuw."],
    notReady: ["De dienst is nog niet klaar", "De dienst start op of heeft het druk. Probeer het straks opnieuw."],
    key: ["Deze dienst vraagt een sleutel", "Vul je sleutel in en analyseer opnieuw. Heb je geen sleutel? Vraag de beheerder."],
    wrongKey: ["Deze sleutel klopt niet", "Kijk of je de hele sleutel hebt overgenomen, en analyseer opnieuw."],
    revokedKey: ["Deze sleutel geldt niet meer", "Vraag de beheerder om een nieuwe sleutel."],
    closed: ["De dienst laat je niet toe", "Vraag de beheerder van deze dienst om toegang."],
    fault: ["Er ging iets mis bij de dienst", "Probeer het opnieuw. Blijft het misgaan? Vertel het de beheerder."],
  },
  tooLongFor: (characters, limit) => `Hij telt ${characters} tekens. Deze dienst leest er ten hoogste ${limit}.`,
  wait: (seconds) => `Probeer het over ${plural(seconds, "seconde", "seconden")} opnieuw.`,
  technical: "Technische gegevens",
  model: (name, version) => `Model: ${name} ${version}`,
  codebookVersion: (name, version) => `Codeboek: ${name} ${version}`,
};

const en = {
  title: "Weerklank: what does your text express?",
  leadWith: (names) => `Weerklank reads a Dutch text and shows, sentence by sentence, what it expresses: ${names}.`,
  analyze: "Analyse",
  busy: "Busy …",
  busyStatus: "Weerklank is reading your text.",
  empty: "Write or paste a text first.",
  done: (sentences, tags) => `Done: ${plural(sentences, "sentence", "sentences")}, ${plural(tags, "tag", "tags")}.`,
  doneAbstained: "Done: Weerklank makes no statement about this text.",
  setting: (point) => `Setting: ${point}`,
  atLeast: (probability) => `from ${probability}`,
  hidden: (shown, all) => `${shown} of ${plural(all, "tag", "tags")} visible.`,
  copied: "Copied.",
  notCopied: "This browser does not allow copying.",
  sentence: (n) => `Sentence ${n}`,
  noTag: "no tag",
  tagsHidden: (n) => `${plural(n, "tag", "tags")} hidden`,
  noTags: "Weerklank found no tags in this text. That happens: not every sentence says something about the labels.",
  evidenceLegend: "the words that say so",
  thresholdLegend: "threshold",
  unsure: "uncertain",
  definitionFigures: (probability, threshold) => `Probability ${probability}, threshold ${threshold}. A tag appears from its threshold on.`,
  stanceFigures: (stance, probability) => `Stance: ${stance} (${probability}).`,
  thresholdSpoken: (threshold) => `threshold ${threshold}`,
  evidenceWords: "Words",
  include: "Included",
  exclude: "Not included",
  source: "Source",
  schwartz: "Place in Schwartz's circle",
  label: "Label",
  total: "Total",
  asTable: "Show as a table",
  chartName: (dimension) => `${dimension}: number of sentences per label and stance`,
  noBars: "No tags to count.",
  barsHidden: (n) => `${plural(n, "tag is", "tags are")} below your limit and not counted here.`,
  balance: (positive, negative) => `Balance: ${positive} and ${negative}`,
  balanceNull: "no statement",
  balanceNullWhy: (positive, negative) => `No sentence is about ${positive} or ${negative}.`,
  balanceOnly: (most) => `only ${most}`,
  balanceMostly: (most) => `mostly ${most}`,
  balanceMore: (most, least) => `more ${most} than ${least}`,
  balanceSlightly: (most, least) => `slightly more ${most} than ${least}`,
  balanceEven: "in balance",
  balanceCounts: (positive, p, negative, n) => `${plural(p, "sentence points", "sentences point")} to ${positive}, ${n} to ${negative}.`,
  balanceScale: (positive, negative) => `−1 is only ${negative}, +1 is only ${positive}. All tags count, hidden tags too.`,
  languageKnown: (name, confidence) => `Language: ${name} (${confidence}).`,
  nearThreshold: (probability, threshold) => `close to its threshold (${probability}, threshold ${threshold})`,
  unlikely: (probability) => `more likely wrong than right (${probability})`,
  weakStance: (stance, probability) => `the stance “${stance}” is uncertain (${probability})`,
  doubtsLead: "Read these tags again yourself:",
  noDoubts: "No tag stands out as uncertain. The tagger can still be wrong.",
  abstainedHeading: "Weerklank makes no statement about this text",
  failedHeading: "This text could not be read",
  reasons: {
    not_dutch: "The text does not look like Dutch. Weerklank reads Dutch only.",
    too_short: "The text is too short. Write a whole sentence.",
    no_known_words: "Weerklank does not know the words of this text.",
  },
  otherReason: (reason) => `The service gives as its reason: ${reason || "unknown"}.`,
  asDutch: "Read it as Dutch anyway",
  problems: {
    away: ["The service cannot be reached", "Check your connection and try again later. Your text is still here."],
    slow: ["It takes too long", "The service did not answer in time. Try again, or try a shorter text."],
    tooLong: ["Your text is too long", "Split your text and analyse each part."],
    unreadable: ["The service cannot read this text",
      "Perhaps the text is too long or holds unusual characters. Change the text and try again."],
    tooMany: ["There are too many requests now", "Wait a moment, then try again."],
    notReady: ["The service is not ready yet", "The service is starting or busy. Try again soon."],
    key: ["This service asks for a key", "Fill in your key and analyse again. No key? Ask the administrator."],
    wrongKey: ["This key is not right", "Check that you copied the whole key, and analyse again."],
    revokedKey: ["This key is no longer valid", "Ask the administrator for a new key."],
    closed: ["The service does not let you in", "Ask the administrator of this service for access."],
    fault: ["Something went wrong in the service", "Try again. Does it stay wrong? Tell the administrator."],
  },
  tooLongFor: (characters, limit) => `It has ${characters} characters. This service reads ${limit} at most.`,
  wait: (seconds) => `Try again in ${plural(seconds, "second", "seconds")}.`,
  technical: "Technical details",
  model: (name, version) => `Model: ${name} ${version}`,
  codebookVersion: (name, version) => `Codebook: ${name} ${version}`,
  fixed: {
    skip: "Go to the content",
    heading: "What does your text express?",
    lead: "Weerklank reads a Dutch text and shows, sentence by sentence, what it expresses.",
    textLabel: "Your text",
    textHint: "Write or paste a text in Dutch. Do not use people's names.",
    examples: "Or try an example:",
    points: "How strictly does Weerklank read?",
    precise: "Precise",
    preciseHint: "Fewer tags, less often wrong",
    balanced: "Balanced",
    balancedHint: "Between the other two",
    sensitive: "Sensitive",
    sensitiveHint: "More tags, more often wrong",
    keyLabel: "Key",
    keyHint: "This service asks for a key. This page does not keep it: it is gone when you close the page.",
    clear: "Clear",
    privacy: "We store nothing. Your text goes to this service only, and is gone after that.",
    result: "Result",
    certainty: "How certain?",
    certaintyHint: "Tags below this percentage are hidden.",
    copy: "Copy as JSON",
    print: "Print",
    reading: "The text, sentence by sentence",
    bars: "How often, and with which stance",
    doubts: "What the tagger is not sure of",
    codebook: "What do the labels mean?",
    notice: "A tag is a statement found in a text. A tag is no trait of the writer. "
      + "Do not use Weerklank for hiring, appraisal or monitoring of people.",
    modelLink: "About the model",
    apiLink: "For programmers (OpenAPI)",
  },
};

export const WORDS = { nl, en };

// Made once: a long text shows thousands of percentages.
const PERCENT = Object.fromEntries(Object.keys(WORDS).map((language) => [language, new Intl.NumberFormat(language, { style: "percent" })]));

/** A probability as a percentage, rounded down: 0.996 must not read as certain, nor 0.409 as over a threshold of 41%. */
export function percent(probability, language) {
  const whole = Math.floor(probability * 100 + 1e-9); // 0.29 * 100 is 28.999999999999996
  return PERCENT[language].format(whole / 100);
}

/** The first letter as a capital, for names that open a line. */
export function capital(name) {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** One of the fixed words of index.html. */
export function fixedWord(key, language) {
  return WORDS[language].fixed[key] ?? nl.fixed[key];
}

/** Fills the fixed words of index.html; its own Dutch words are kept the first time. */
export function fillFixedWords(language) {
  for (const node of document.querySelectorAll("[data-word]")) {
    const key = node.dataset.word;
    nl.fixed ??= {};
    nl.fixed[key] ??= node.textContent;
    node.textContent = fixedWord(key, language);
  }
  document.documentElement.lang = language;
  document.title = WORDS[language].title;
}
