// Labels as text, and the table of an instant value.

// What cannot be seen, or would reorder what stands beside it; as on pages that the server writes.
const unreadable = /[\0-\x08\x0B-\x1F\x7F-\x9F\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/g;

/// An element with properties and children; text stays text, whatever it says.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.map((child) => (typeof child === "string" ? child.replace(unreadable, "\uFFFD") : child)));
  return element;
}

/// Splits labels into those that every series has alike and the names of those that tell them apart.
export function compare(series) {
  const names = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort((a, b) =>
    (b === "__name__") - (a === "__name__") || (a < b ? -1 : 1));
  const isCommon = (name) => series.length > 1 && series.every(({ metric }) => metric[name] === series[0].metric[name]);
  const common = Object.fromEntries(names.filter(isCommon).map((name) => [name, series[0].metric[name]]));
  return { common, apart: names.filter((name) => !(name in common)) };
}

/// A name as PromQL writes it: quoted when it is no plain one.
const nameText = (name, plain) => (plain.test(name) ? name : JSON.stringify(name));

/// A series as PromQL writes it.
export function seriesText(metric, names = Object.keys(metric)) {
  const labels = names.filter((name) => name !== "__name__" && name in metric)
    .map((name) => `${nameText(name, /^[a-zA-Z_]\w*$/)}=${JSON.stringify(metric[name])}`);
  const name = nameText(names.includes("__name__") ? metric.__name__ || "" : "", /^([a-zA-Z_:][\w:]*)?$/);
  // A quoted name stands among the labels.
  const isPlain = !name.startsWith("\"");
  const braced = (isPlain ? labels : [name, ...labels]).join(", ");
  return (isPlain ? name : "") + (braced || !name ? `{${braced}}` : "");
}

/// The line that names what all series have in common, or nothing.
export function commonLine(common, texts) {
  if (Object.keys(common).length === 0) return [];
  return [make("p", { className: "note common" }, texts.common + " ", make("code", {}, seriesText(common)))];
}

export class ResultTable {
  static most = 500;
  #root;
  #texts;
  #format;
  #rows = [];
  #columns = [];
  #order = { column: -1, descending: false };

  constructor(root, { texts, format }) {
    this.#root = root;
    this.#texts = texts;
    this.#format = format;
  }

  clear() { this.#root.replaceChildren(); }

  /// - result: the data of `/api/v1/query`.
  show({ resultType, result }, unit) {
    const elements = resultType === "scalar" || resultType === "string" ? [{ metric: {}, value: result }] : result;
    const { common, apart } = compare(elements);
    this.#rows = elements.map(({ metric, value, values }) => {
      const raw = (value || values?.at(-1) || [0, "NaN"])[1];
      const number = resultType === "string" ? NaN : Number(raw.replace("Inf", "Infinity"));
      let text = resultType === "string" ? raw : this.#format.value(number, unit);
      if (values) text = this.#texts.samples.replace("{n}", this.#format.integer(values.length)).replace("{value}", text);
      return { cells: apart.map((name) => metric[name] || ""), number, raw, text };
    });
    this.#columns = apart.map((name) => (name === "__name__" ? this.#texts.metric : name));
    if (this.#order.column > this.#columns.length) this.#order = { column: -1, descending: false };
    this.#root.replaceChildren(...commonLine(common, this.#texts));
    this.#root.append(make("div", { className: "tw", tabIndex: 0, role: "region", ariaLabel: this.#texts.value }));
    this.#draw();
  }

  #sorted() {
    const { column, descending } = this.#order;
    if (column < 0) return this.#rows;
    const sign = descending ? -1 : 1;
    const isValue = column === this.#columns.length;
    const compareCells = isValue
      // What is no number comes last, however the rest is ordered.
      ? (a, b) => Number.isNaN(a.number) - Number.isNaN(b.number) || sign * (a.number - b.number || 0)
      : (a, b) => sign * a.cells[column].localeCompare(b.cells[column], undefined, { numeric: true });
    return [...this.#rows].sort(compareCells);
  }

  #draw(focused) {
    const names = [...this.#columns, this.#texts.value];
    const heads = names.map((name, index) => {
      const isOrder = index === this.#order.column;
      const arrow = isOrder ? (this.#order.descending ? " ▼" : " ▲") : "";
      const button = make("button", { type: "button" }, name, make("span", { ariaHidden: "true" }, arrow));
      button.addEventListener("click", () => {
        // Values are asked for their largest first, names from A on.
        const first = index === this.#columns.length;
        this.#order = { column: index, descending: isOrder ? !this.#order.descending : first };
        this.#draw(index);
      });
      const sort = isOrder ? (this.#order.descending ? "descending" : "ascending") : "none";
      return make("th", { scope: "col", ariaSort: sort, className: index === names.length - 1 ? "num" : "" }, button);
    });
    const body = this.#sorted().slice(0, ResultTable.most).map(({ cells, raw, text }) => make("tr", {},
      ...cells.map((cell) => make("td", {}, cell)), make("td", { className: "num", title: raw }, text)));
    const table = make("table", { className: "st" },
      make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body));
    const region = this.#root.querySelector(".tw");
    const scrolled = region.scrollLeft;
    region.replaceChildren(table);
    region.scrollLeft = scrolled;
    if (focused !== undefined) heads[focused].firstChild.focus();
  }
}
