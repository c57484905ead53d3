// The example texts. They stay Dutch in the English page, but for the last one, which is there to
// show that the tagger says so when it cannot read a text. Written for this page; nobody's reflection.

import { capital } from "./words.js";

// The codebook that the texts below are about; any other one brings the examples of its labels.
const WRITTEN_FOR = "weerklank-nl";

const WRITTEN = [
  {
    name: { nl: "Een nieuwe leidinggevende", en: "A new manager" },
    text: `Sinds maart heb ik een nieuwe leidinggevende. Zij laat me mijn gang gaan en vraagt alleen wat ik nodig heb. \
Vroeger moest ik voor elke bestelling eerst een formulier laten tekenen. Nu beslis ik zelf hoe ik een project aanpak. \
Ik merk dat ik weer met zin naar mijn werk ga. Toch zou ik graag vaker horen wat ze van mijn werk vindt.`,
  },
  {
    name: { nl: "Antwoorden uit een enquête", en: "Survey answers" },
    text: `- te veel lijstjes, elke minuut moet verantwoord worden
- fijne collega's, we staan altijd voor elkaar klaar 🤝
- graag minder regels en meer ruimte om het zelf op te lossen
- niemand durft te zeggen dat het plan niet werkt 😶
- de koffie is prima`,
  },
  {
    name: { nl: "Terugblik op een stage", en: "Looking back on an internship" },
    text: `In het begin voelde ik me onzeker, want ik kon het tempo niet bijhouden. Na twee mislukte gesprekken ben ik \
toch blijven oefenen. Mijn begeleider gaf me eerlijke feedback en dat hielp me verder. Aan het einde leidde ik zelf \
een gesprek van een uur. De bewoners zeiden dat ze zich gehoord voelden. Daar doe ik het voor. Volgend jaar wil ik \
beter leren omgaan met lastige vragen.`,
  },
];

const NOT_DUTCH = {
  name: { nl: "Geen Nederlands", en: "Not Dutch" },
  text: `My manager lets me plan my own week. I would like to hear more often that my work matters.`,
};

/** The examples for a codebook: those written for it, or one text per dimension from the examples of its labels. */
export function examplesFor(codebook) {
  const written = !codebook.known || codebook.data.name === WRITTEN_FOR;
  return [...(written ? WRITTEN : ofLabels(codebook)), NOT_DUTCH];
}

function ofLabels(codebook) {
  const name = (id, language) => capital(codebook.dimensionNames(id, language));
  return [...codebook.dimensions.keys()].map((id) => ({
    name: { nl: name(id, "nl"), en: name(id, "en") },
    text: codebook.labels.filter((label) => label.dimension === id).flatMap((label) => label.examples?.[0] ?? []).join(" "),
  })).filter(({ text }) => text);
}
