// Calls the service's HTTP contract and turns everything that can go wrong into one kind of error.

const PATIENCE = 60_000; // milliseconds; far beyond a normal answer, so that a dead connection ends in words

/** An answer that is not a result: `kind` says which words to show, the rest is what the service said. */
export class ServiceProblem extends Error {
  constructor(kind, { status = 0, retryAfter = null, body = null } = {}) {
    super(kind);
    this.kind = kind;
    this.status = status;
    this.retryAfter = retryAfter;
    this.body = body;
  }
}

const KINDS = { 400: "unreadable", 401: "key", 403: "closed", 408: "slow", 413: "tooLong", 415: "unreadable", 422: "unreadable",
  429: "tooMany", 502: "away", 503: "notReady", 504: "slow" };

/** Which words fit an answer that is not a result. */
function kindOf(status, body, key) {
  if (key && status === 401) return "wrongKey";
  if (key && status === 403) return "revokedKey";
  if (status === 422 && body?.errors?.some?.(({ code }) => code === "string_too_long")) return "tooLong";
  return KINDS[status] ?? "fault";
}

async function call(path, { body = null, key = "" } = {}) {
  const headers = { Accept: "application/json, application/problem+json" };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers.Authorization = `Bearer ${key}`;
  let response;
  try {
    // Relative, so that the page also works behind a proxy that puts it in a sub-folder.
    response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
      cache: "no-store",
      credentials: "same-origin",
    });
  } catch (error) {
    throw new ServiceProblem(error.name === "TimeoutError" ? "slow" : "away");
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  throw new ServiceProblem(kindOf(response.status, answer, key), {
    status: response.status,
    retryAfter: Number.isNaN(seconds) ? null : seconds,
    body: answer,
  });
}

/**
 * The tags of one text, with names in the language `lang`. `point` chooses the thresholds;
 * `language` "nl" skips the check of the text's language, null leaves it to the service.
 */
export function analyze({ text, point, language = null }, { lang, key = "" }) {
  // utf16: spans then index JavaScript strings.
  const body = { text, offsets: "utf16", operating_point: point };
  if (language) body.language = language;
  return call(`v1/analyze?lang=${lang}`, { body, key });
}

/** The codebook of this deployment. */
export function getLabels({ lang, key = "" }) {
  return call(`v1/labels?lang=${lang}`, { key });
}

/** The public part of the model's manifest. */
export function getModel({ key = "" }) {
  return call("v1/model", { key });
}
