// The codebook as the page needs it: names, colours and definitions by id. Labels, stances and
// dimensions are data; a field that a deployment leaves out falls back to the id.

// For dimensions without a colour of their own: apart in hue and in lightness.
const COLORS = ["#2f6c8f", "#8f5a17", "#6a4c93", "#3c7a45", "#9b3d55", "#55606a"];

/** The field of a record in the language of the page, e.g. name_en, name or nothing. */
export function inLanguage(record, field, language) {
  return record?.[`${field}_${language}`] ?? record?.[field] ?? "";
}

export class Codebook {
  constructor(data = null) {
    this.data = data ?? {};
    this.labels = this.data.labels ?? [];
    this.stances = this.data.stances ?? [];
    this.dimensions = new Map((this.data.dimensions ?? []).map((dimension) => [dimension.id, dimension]));
    for (const label of this.labels) this.#dimension(label.dimension);
  }

  /** True when the service gave a codebook; without one, tags still carry their own names. */
  get known() {
    return this.labels.length > 0;
  }

  /** The labels whose balance is the climate, or null when the codebook has no such pair. */
  get climate() {
    const pair = this.data.climate;
    if (!pair?.positive || !pair?.negative) return null;
    return { positive: this.#find(pair.positive), negative: this.#find(pair.negative) };
  }

  /** The record of a tag's label; the tag itself stands in where the codebook does not have it. */
  label(tag) {
    const found = this.labels.find((label) => label.id === tag.label && label.dimension === tag.dimension);
    return found ?? { id: tag.label, dimension: tag.dimension, name: tag.name };
  }

  labelName(label, language) {
    return inLanguage(label, "name", language) || label.id;
  }

  dimensionName(id, language) {
    return inLanguage(this.#dimension(id), "name", language) || String(id);
  }

  /** The name for all labels of a dimension; only in the codebook's own language does it have a plural. */
  dimensionNames(id, language) {
    const dimension = this.#dimension(id);
    const own = language === (this.data.language ?? "nl") ? dimension.name_plural : null;
    return dimension[`name_plural_${language}`] ?? own ?? this.dimensionName(id, language);
  }

  stanceName(id, language) {
    const stance = this.stances.find((candidate) => candidate.id === id);
    return inLanguage(stance, "name", language) || String(id);
  }

  /** Stance ids in the order of the codebook, then those that only the tags have. */
  stanceIds(tags = []) {
    return [...new Set([...this.stances.map((stance) => stance.id), ...tags.map((tag) => tag.stance)])];
  }

  color(dimensionId) {
    const given = this.#dimension(dimensionId).color;
    if (given && CSS.supports("color", given)) return given;
    return COLORS[[...this.dimensions.keys()].indexOf(dimensionId) % COLORS.length];
  }

  #find(id) {
    return this.labels.find((label) => label.id === id) ?? { id };
  }

  #dimension(id) {
    if (!this.dimensions.has(id)) this.dimensions.set(id, { id });
    return this.dimensions.get(id);
  }
}
