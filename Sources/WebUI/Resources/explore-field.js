// The expression field: reads PromQL just well enough to complete it, and marks the place that is wrong.
import { make } from "./explore-table.js";

const token = /\s+|#[^\n]*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`[^`]*`?|[A-Za-z_:][\w:]*|\d[\w.]*|[=!]~|[=!<>]=|[^]/g;
const closed = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)$/;
const keywords = ["by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool", "and", "or", "unless",
  "atan2", "start", "end"];
const beforeLabels = /^(by|without|on|ignoring|group_left|group_right)$/;
const durations = ["1m", "5m", "15m", "30m", "1h", "6h", "1d", "7d", "30d"];

function tokens(text) {
  return [...text.matchAll(token)].map(({ 0: text, index }) => ({ text, from: index, to: index + text.length }))
    .filter(({ text }) => !/^(\s|#)/.test(text));
}

/// What the field would be completed with at `caret`: `{kind, from, to, word}` and what narrows it; null for nothing.
function contextAt(text, caret) {
  const open = [];
  let before = "";
  for (const { text: word, from, to } of tokens(text)) {
    const here = open.at(-1);
    const isQuoted = /^["'`]/.test(word);
    const isClosed = isQuoted && closed.test(word);
    const isTouched = isQuoted ? from < caret && (caret < to || !isClosed) : /^[\w:]/.test(word) && from < caret && caret <= to;
    if (isTouched) return within(open, before, { word, from, to, caret, isQuoted, isClosed });
    if (from >= caret) break;
    if (word === "{") open.push({ brace: word, metric: /^[A-Za-z_:]/.test(before) ? before : "", matchers: [] });
    else if (word === "(" || word === "[") open.push({ brace: word, isLabels: beforeLabels.test(before) });
    else if (/^[)\]}]$/.test(word)) open.pop();
    else if (here?.brace === "{" && word === ",") here.label = here.operator = undefined;
    else if (here?.brace === "{" && /^[=!]~?=?$/.test(word)) [here.label, here.operator] = [before, word];
    else if (here?.brace === "{" && isQuoted && here.label) here.matchers.push(here.label + here.operator + word);
    before = word;
  }
  // A caret behind a comment's sign is in prose.
  if (/#[^\n]*$/.test(text.slice(0, caret))) return null;
  return within(open, before, { word: "", from: caret, to: caret, caret });
}

function within(open, before, { word, from, to, caret, isQuoted, isClosed }) {
  const here = open.at(-1);
  if (isQuoted) {
    if (here?.brace !== "{" || !here.label) return null;
    const end = isClosed ? to - 1 : to;
    return {
      kind: "value", label: here.label, from: from + 1, to: end, word: text(word.slice(1, caret - from)), quote: word[0],
      isPattern: here.operator?.endsWith("~"), isOpen: !isClosed, selector: selector(here),
    };
  }
  const place = { from, to, word: word.slice(0, caret - from) };
  if (here?.brace === "{") return { ...place, kind: here.operator ? null : "label", selector: selector(here) };
  if (here?.brace === "[") return { ...place, kind: "duration" };
  if (here?.isLabels) return { ...place, kind: "grouping" };
  // A number, or a duration behind "offset".
  if (/^\d/.test(word) || before === "offset") return null;
  return { ...place, kind: "expression" };
}

const text = (literal) => literal.replace(/\\(.)/g, "$1");
const selector = ({ metric, matchers }) => (metric || matchers.length ? [`${metric}{${matchers.join(",")}}`] : []);

export class ExpressionField {
  #parts;
  #vocabulary;
  #texts;
  #run;
  #names;
  #options = [];
  #selected = -1;
  #context = null;
  #question = null;
  #timer = 0;

  /// - parts: the elements `area`, `mirror`, `list` and `status`.
  /// - names: `{functions, aggregations}`.
  constructor(parts, { vocabulary, names, texts, run }) {
    this.#parts = parts;
    this.#vocabulary = vocabulary;
    this.#names = names;
    this.#texts = texts;
    this.#run = run;
    const { area, list } = parts;
    area.addEventListener("input", () => { this.mark(null); this.#planCompletion(); });
    area.addEventListener("keydown", (event) => this.#pressed(event));
    area.addEventListener("click", () => this.#close());
    area.addEventListener("blur", () => this.#close());
    // The list takes no focus, so the field keeps its caret.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#accept([...list.children].indexOf(option));
    });
    this.mark(null);
  }

  get value() { return this.#parts.area.value; }

  set value(text) {
    this.#parts.area.value = text;
    this.mark(null);
    this.#close();
  }

  /// The words of the expression outside braces, brackets and label lists: `{kind, text}`.
  words() {
    const { functions, aggregations } = this.#names;
    const list = tokens(this.value);
    const words = [];
    let depth = 0;
    list.forEach(({ text }, index) => {
      const isList = text === "(" && index > 0 && beforeLabels.test(list[index - 1].text);
      if (depth > 0 || isList || /^[{[]$/.test(text)) depth += /^[{[(]$/.test(text) ? 1 : /^[}\])]$/.test(text) ? -1 : 0;
      else if (functions.includes(text) || aggregations.includes(text)) words.push({ kind: "function", text });
      else if (/^([-+*/%^<>]|[=!<>]=|and|or|unless|atan2)$/.test(text)) words.push({ kind: "operator", text });
      else if (/^[A-Za-z_:]/.test(text) && !keywords.includes(text)) words.push({ kind: "metric", text });
    });
    return words;
  }

  /// Marks what stands at a line and column, both from 1, columns in characters; null takes the mark away.
  mark(place) {
    const { area, mirror } = this.#parts;
    const text = area.value;
    area.setAttribute("aria-invalid", String(place !== null));
    // An empty line at the end has no height of its own.
    if (!place) return mirror.replaceChildren(text + "\u{200B}");
    const lines = text.split("\n");
    const above = lines.slice(0, place.line - 1).join("\n").length + (place.line > 1 ? 1 : 0);
    const from = above + [...(lines[place.line - 1] || "")].slice(0, place.column - 1).join("").length;
    const found = tokens(text).find((token) => token.from <= from && from < token.to);
    const to = found ? found.to : from;
    mirror.replaceChildren(
      text.slice(0, from), make("mark", {}, text.slice(from, to) || "\u{A0}"), text.slice(to) + "\u{200B}");
  }

  #planCompletion(delay = 90) {
    clearTimeout(this.#timer);
    this.#question?.abort();
    this.#timer = setTimeout(() => this.#complete(false), delay);
  }

  async #complete(isAsked) {
    const { area } = this.#parts;
    this.#question?.abort();
    const question = this.#question = new AbortController();
    const context = contextAt(area.value, area.selectionStart);
    const isWorthwhile = context?.kind && (context.word || isAsked || context.kind !== "expression");
    if (!isWorthwhile || area.selectionStart !== area.selectionEnd) return this.#close();
    let candidates;
    try {
      candidates = await this.#candidates(context, question.signal);
    } catch {
      // Without its vocabulary the field is still a field.
      candidates = [];
    }
    if (question.signal.aborted) return;
    const options = best(candidates, context.word);
    const isDone = options.length === 1 && options[0].text === context.word;
    if (options.length === 0 || (isDone && !isAsked)) return this.#close();
    this.#open(context, options);
  }

  async #candidates({ kind, label, selector }, signal) {
    const plain = (names, note) => names.map((text) => ({ text, note }));
    switch (kind) {
      case "duration": return plain(durations, this.#texts.duration);
      case "value": return plain(await this.#vocabulary.values(label, selector, signal));
      case "label": {
        const labels = await this.#vocabulary.labels(selector, signal);
        return plain(labels.filter((name) => name !== "__name__"), this.#texts.label);
      }
      case "grouping": {
        const metrics = [...new Set(this.words().filter(({ kind }) => kind === "metric").map(({ text }) => text))];
        return plain(await this.#vocabulary.labels(metrics, signal), this.#texts.label);
      }
      default: {
        const metrics = await this.#vocabulary.metrics(signal).catch(() => []);
        return [
          ...metrics.map(({ name, type, help }) => ({ text: name, note: type, help })),
          ...plain(this.#names.functions, this.#texts.function), ...plain(this.#names.aggregations, this.#texts.aggregation),
          ...plain(keywords, this.#texts.keyword),
        ];
      }
    }
  }

  #open(context, options) {
    const { area, mirror, list, status } = this.#parts;
    this.#context = context;
    this.#options = options;
    list.replaceChildren(...options.map(({ text, note, help }, index) => make("li", { role: "option", id: `option-${index}` },
      make("b", {}, text), ...(note ? [make("i", {}, note)] : []), ...(help ? [make("span", { title: help }, help)] : []))));
    list.hidden = false;
    // Below the word that is completed, yet inside the field's width.
    this.mark(null);
    const anchor = make("span");
    const text = area.value;
    mirror.replaceChildren(text.slice(0, context.from), anchor, text.slice(context.from) + "\u{200B}");
    const left = Math.min(anchor.offsetLeft - 10, mirror.offsetWidth - list.offsetWidth);
    list.style.left = `${Math.max(0, left)}px`;
    list.style.top = `${anchor.offsetTop + anchor.offsetHeight + 4}px`;
    this.mark(null);
    list.scrollTop = 0;
    this.#select(-1);
    status.textContent = this.#texts.offered.replace("{n}", options.length);
  }

  #close() {
    const { area, list, status } = this.#parts;
    clearTimeout(this.#timer);
    this.#question?.abort();
    list.hidden = true;
    this.#options = [];
    this.#selected = -1;
    area.removeAttribute("aria-activedescendant");
    status.textContent = "";
  }

  #select(index) {
    const { area, list } = this.#parts;
    this.#selected = index;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    if (index < 0) return area.removeAttribute("aria-activedescendant");
    area.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }

  #accept(index) {
    const { area } = this.#parts;
    const { kind, from, to, quote, isPattern, isOpen } = this.#context;
    const { text, note } = this.#options[index];
    const rest = area.value.slice(to);
    let inserted = text;
    if (kind === "value") {
      if (isPattern) inserted = inserted.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
      if (quote !== "`") inserted = inserted.replace(/\\/g, "\\\\").replaceAll(quote, "\\" + quote).replace(/\n/g, "\\n");
      if (isOpen) inserted += quote;
    } else if (kind === "label" && !/^\s*[=!]/.test(rest)) {
      inserted += '="';
    } else if (note === this.#texts.function || note === this.#texts.aggregation) {
      if (!/^\s*\(/.test(rest)) inserted += "(";
    }
    area.setSelectionRange(from, to);
    // The one way that keeps undo; an input event follows, and with it the next completion.
    if (!document.execCommand("insertText", false, inserted)) area.setRangeText(inserted, from, to, "end");
    // A value that was closed already: step over its quote.
    if (kind === "value" && !isOpen) area.setSelectionRange(area.selectionEnd + 1, area.selectionEnd + 1);
    this.#close();
    if (/[="(]$/.test(inserted) && kind !== "value") this.#planCompletion(0);
  }

  #pressed(event) {
    if (event.isComposing) return;
    const count = this.#options.length;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (this.#selected >= 0) return this.#accept(this.#selected);
      this.#close();
      this.#run();
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.#complete(true);
    } else if (count === 0) {
      return;
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.#close();
    } else if (event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      this.#accept(Math.max(0, this.#selected));
    } else if (step) {
      event.preventDefault();
      const from = this.#selected;
      const isWrapped = Math.abs(step) === 1;
      const next = from < 0 && step < 0 ? count - 1 : from + step;
      this.#select(isWrapped ? (next + count) % count : Math.max(0, Math.min(count - 1, next)));
    }
  }
}

/// The candidates that hold the word, those that begin with it first, then those with a part that does.
function best(candidates, word) {
  const wanted = word.toLowerCase();
  const rank = ({ text }) => {
    const lower = text.toLowerCase();
    if (lower.startsWith(wanted)) return 0;
    if (lower.includes("_" + wanted)) return 1;
    return lower.includes(wanted) ? 2 : 3;
  };
  return candidates.map((candidate) => ({ candidate, rank: rank(candidate) })).filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank).slice(0, 100).map(({ candidate }) => candidate);
}
