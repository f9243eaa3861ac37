// Questions to the service's Prometheus HTTP API.

const base = "/api/v1/";

/// A question that was not answered. `type` is the API's error type, or "network" or "other".
export class QueryFailure extends Error {
  constructor(type, message, status) {
    super(message);
    Object.assign(this, { type, status });
  }
}

async function answer(address, options) {
  let reply;
  let body;
  try {
    reply = await fetch(base + address, {
      cache: "no-store", credentials: "same-origin", headers: { Accept: "application/json" }, ...options,
    });
    body = await reply.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw reply ? new QueryFailure("other", "", reply.status) : new QueryFailure("network", "", 0);
  }
  if (!reply.ok || body.status !== "success") {
    throw new QueryFailure(body.errorType || "other", body.error || "", reply.status);
  }
  return body;
}

/// The whole envelope, since warnings and infos stand beside the data. POST, because expressions may be long.
export function ask(address, parameters, signal) {
  return answer(address, { method: "POST", body: new URLSearchParams(parameters), signal });
}

/// What completion offers, kept for a minute.
export class Vocabulary {
  #kept = new Map();
  static #lifetime = 60_000;

  async #data(address, selectors, signal) {
    const query = new URLSearchParams(selectors.map((selector) => ["match[]", selector]));
    const key = address + (query.size ? "?" + query : "");
    const known = this.#kept.get(key);
    if (known && Date.now() - known.time < Vocabulary.#lifetime) return known.data;
    const { data } = await answer(key, { signal });
    this.#kept.set(key, { data, time: Date.now() });
    return data;
  }

  /// Each `{name, type, help, unit}`.
  async metrics(signal) {
    const [names, metadata] = await Promise.all([
      this.values("__name__", [], signal), this.#data("metadata", [], signal).catch(() => ({})),
    ]);
    return names.map((name) => {
      const about = metadata[name] || metadata[name.replace(/_(bucket|count|sum|total|info)$/, "")];
      return { name, ...(about && about[0]) };
    });
  }

  labels(selectors, signal) { return this.#data("labels", selectors, signal); }

  values(label, selectors, signal) { return this.#data(`label/${encodeURIComponent(label)}/values`, selectors, signal); }
}
