// The chart of a range: lines drawn by dygraphs, everything with text in it by us, since dygraphs writes raw HTML.
import { commonLine, compare, make, seriesText } from "./explore-table.js";
import { fill, timeTicks } from "./explore-format.js";

/* global Dygraph */
const colours = 8;
const dashes = [null, [7, 3], [2, 3], [9, 3, 2, 3]];
const leastDrag = 8;

export class Chart {
  static most = 50;
  #parts;
  #texts;
  #format;
  #zoom;
  #dygraph = null;
  #shown = null;
  #hidden = new Set();
  #row = -1;
  #pulled = null;

  /// - zoom: called with the beginning and end of what was dragged over, or with nothing for a double click.
  constructor(root, reading, { texts, format, zoom }) {
    const find = (name) => root.querySelector("." + name);
    this.#parts = {
      plot: find("plot"), canvas: find("canvas"), cross: find("cross"), brush: find("brush"), tip: find("tip"),
      keys: find("keys"), reading,
    };
    this.#texts = texts;
    this.#format = format;
    this.#zoom = zoom;
    // Its legend would set style attributes, which the security policy refuses.
    Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
    this.#listen();
  }

  /// Pixels that points may be spread over.
  get width() { return Math.max(200, this.#parts.plot.parentElement.clientWidth - 80); }

  clear() {
    this.#dygraph?.destroy();
    this.#dygraph = this.#shown = null;
    this.#parts.plot.hidden = true;
    this.#parts.keys.replaceChildren();
    this.#leave();
  }

  /// - series: the result of `/api/v1/query_range` from `start` through `end` in steps of `step` milliseconds.
  /// - name: of a series without labels.
  show(series, { start, end, step, unit, name }) {
    const drawn = series.slice(0, Chart.most);
    const { common, apart } = compare(drawn);
    const lines = drawn.map(({ metric, values }) => ({
      text: Object.keys(metric).length ? seriesText(metric, apart) : name, values: values || [],
    }));
    // What was hidden stays hidden over a refresh.
    this.#hidden = new Set(lines.map(({ text }) => text).filter((text) => this.#hidden.has(text)));
    this.#shown = { lines, common, start, end, step, unit, rows: rows(lines, start, end, step) };
    this.#draw();
    this.#writeKeys();
  }

  #draw() {
    const { plot, canvas } = this.#parts;
    const { lines, start, end, unit, rows } = this.#shown;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const format = this.#format;
    this.#dygraph?.destroy();
    this.#leave();
    plot.hidden = false;
    canvas.setAttribute("aria-label", fill(this.#texts.chart, {
      n: format.integer(lines.length), from: format.dateTime(start), to: format.dateTime(end),
    }));
    this.#dygraph = new Dygraph(canvas, rows, {
      labels: ["time", ...lines.map((_, index) => `s${index}`)],
      visibility: lines.map(({ text }) => !this.#hidden.has(text)),
      colors: lines.map((_, index) => colour(`--series${index % colours}`)),
      series: Object.fromEntries(lines.map((_, index) => [`s${index}`, { strokePattern: dash(index) }])),
      dateWindow: [start, end],
      strokeWidth: lines.length > 20 ? 1.2 : 1.7,
      highlightCircleSize: 3,
      highlightSeriesOpts: { strokeWidth: 2.6 },
      highlightSeriesBackgroundAlpha: 0.45,
      highlightSeriesBackgroundColor: colour("--card"),
      animateBackgroundFade: false,
      gridLineColor: colour("--line"),
      axisLineColor: colour("--soft"),
      axisLabelFontSize: 12,
      // Drags are ours: a touch has to scroll the page, and there is nothing to pan to.
      interactionModel: {},
      axes: {
        x: { ticker: (from, to, pixels) => timeTicks(format, from, to, pixels), axisLabelWidth: 76, pixelsPerLabel: 90 },
        y: {
          axisLabelWidth: labelWidth(rows, (value, spread) => format.value(value, unit, spread)),
          axisLabelFormatter: (value, _, __, dygraph) => {
            const [low, high] = dygraph.yAxisRange();
            return format.value(value, unit, high - low);
          },
        },
      },
      highlightCallback: (event, _, __, row) => this.#read(row, event.offsetY),
      unhighlightCallback: () => this.#leave(),
    });
  }

  #listen() {
    const { plot, canvas, brush } = this.#parts;
    new ResizeObserver(() => { if (!plot.hidden) this.#dygraph?.resize(); }).observe(plot);
    const redraw = () => { if (this.#shown) this.#draw(); };
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

    const place = (event) => {
      const { x, w } = this.#dygraph.getArea();
      return Math.max(x, Math.min(x + w, event.clientX - plot.getBoundingClientRect().left));
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.#dygraph || event.button !== 0 || event.pointerType === "touch") return;
      this.#pulled = { from: place(event), to: place(event) };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.#pulled) return;
      const { from } = this.#pulled;
      const to = this.#pulled.to = place(event);
      brush.hidden = Math.abs(to - from) < leastDrag;
      brush.style.left = `${Math.min(from, to)}px`;
      brush.style.width = `${Math.abs(to - from)}px`;
    });
    const drop = (isZoom) => {
      const pulled = this.#pulled;
      this.#pulled = null;
      brush.hidden = true;
      if (!pulled || !isZoom || Math.abs(pulled.to - pulled.from) < leastDrag) return;
      const [from, to] = [pulled.from, pulled.to].sort((a, b) => a - b).map((x) => this.#dygraph.toDataXCoord(x));
      this.#zoom(from, to);
    };
    canvas.addEventListener("pointerup", () => drop(true));
    canvas.addEventListener("pointercancel", () => drop(false));
    canvas.addEventListener("dblclick", () => this.#zoom());
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { drop(false); this.#leave(); }
      const last = this.#shown ? this.#shown.rows.length - 1 : -1;
      const left = this.#row < 0 ? last : this.#row - 1;
      const row = { ArrowLeft: left, ArrowRight: this.#row + 1, Home: 0, End: last }[event.key];
      if (row === undefined || last < 0) return;
      event.preventDefault();
      this.#read(Math.max(0, Math.min(last, row)));
    });
    canvas.addEventListener("blur", () => this.#leave());
  }

  /// Shows the values of one moment: in the legend, and those nearest to the pointer (else the largest) beside it.
  #read(row, y) {
    if (this.#pulled && Math.abs(this.#pulled.to - this.#pulled.from) >= leastDrag) return;
    const { plot, cross, tip, reading } = this.#parts;
    const { lines, rows, unit } = this.#shown;
    const isByKey = y === undefined;
    this.#row = row;
    const time = rows[row][0];
    const at = this.#dygraph.toDomXCoord(time);
    const area = this.#dygraph.getArea();
    cross.hidden = false;
    cross.style.left = `${at}px`;
    cross.style.height = `${area.h}px`;

    const present = lines.map(({ text }, index) => ({ text, index, value: rows[row][index + 1] }))
      .filter(({ text, value }) => value !== null && !Number.isNaN(value) && !this.#hidden.has(text));
    const distance = ({ value }) => Math.abs(this.#dygraph.toDomYCoord(value) - y);
    present.sort((a, b) => (isByKey ? b.value - a.value : distance(a) - distance(b)));
    const nearest = present[0];
    const few = present.slice(0, area.w < 500 ? 3 : 8).sort((a, b) => b.value - a.value);
    const moment = this.#format.dateTime(time);
    tip.replaceChildren(make("time", {}, moment), ...few.map((line) => make("p",
      { className: line === nearest && !isByKey ? "near" : "" }, sample(line.index), make("span", {}, line.text),
      make("b", {}, this.#format.value(line.value, unit)))));
    tip.hidden = false;
    const isLeft = at > area.x + area.w / 2;
    tip.style.left = isLeft ? `${Math.max(0, at - tip.offsetWidth - 12)}px`
      : `${Math.min(at + 12, plot.clientWidth - tip.offsetWidth)}px`;
    if (isByKey) {
      const values = few.map(({ text, value }) => `${text} ${this.#format.value(value, unit)}`);
      reading.textContent = [moment, ...values].join("; ");
    }
    this.#writeValues(row);
  }

  #leave() {
    const { cross, tip } = this.#parts;
    this.#row = -1;
    cross.hidden = tip.hidden = true;
    if (this.#shown) this.#writeValues(-1);
  }

  #writeKeys() {
    const { keys } = this.#parts;
    const { lines, common, rows, unit } = this.#shown;
    const texts = this.#texts;
    const head = [texts.series, texts.last, texts.minimum, texts.mean, texts.maximum];
    const format = (value) => (value === null ? "–" : this.#format.value(value, unit));
    const body = lines.map(({ text }, index) => {
      const look = { type: "button", className: "key", title: texts.toggle, ariaPressed: String(!this.#hidden.has(text)) };
      const button = make("button", look, sample(index), make("span", {}, text));
      button.addEventListener("click", (event) => this.#toggle(text, event.shiftKey || event.ctrlKey || event.metaKey));
      const figures = summary(rows, index + 1);
      const cells = figures.map((value) => make("td", { className: "num" }, format(value)));
      const row = make("tr", {}, make("td", {}, button), ...cells);
      row.addEventListener("pointerenter", () => this.#dygraph?.setSelection(false, `s${index}`));
      row.addEventListener("pointerleave", () => this.#dygraph?.clearSelection());
      return row;
    });
    const names = head.map((name, index) => make("th", { scope: "col", className: index ? "num" : "" }, name));
    keys.replaceChildren(...commonLine(common, texts), make("table", { className: "st" },
      make("thead", {}, make("tr", {}, ...names)), make("tbody", {}, ...body)));
  }

  /// The legend's column of values: those of a row, or the last ones for -1.
  #writeValues(row) {
    const { keys } = this.#parts;
    const { lines, rows, unit } = this.#shown;
    const cells = keys.querySelectorAll("tbody td:nth-child(2)");
    const head = keys.querySelector("th:nth-child(2)");
    if (!head) return;
    head.textContent = row < 0 ? this.#texts.last : fill(this.#texts.at, { time: this.#format.clock(rows[row][0], true) });
    lines.forEach((_, index) => {
      const value = row < 0 ? summary(rows, index + 1)[0] : rows[row][index + 1];
      cells[index].textContent = value === null ? "–" : this.#format.value(value, unit);
    });
  }

  #toggle(text, isAlone) {
    const all = this.#shown.lines.map(({ text }) => text);
    const isOnly = isAlone && !this.#hidden.has(text) && this.#hidden.size === all.length - 1;
    if (isAlone) this.#hidden = new Set(isOnly ? [] : all.filter((other) => other !== text));
    else if (!this.#hidden.delete(text)) this.#hidden.add(text);
    this.#parts.keys.querySelectorAll(".key").forEach((key, index) =>
      key.setAttribute("aria-pressed", String(!this.#hidden.has(all[index]))));
    this.#dygraph.setVisibility(Object.fromEntries(all.map((text, index) => [index, !this.#hidden.has(text)])), true);
  }
}

/// One row per step with a column for each line. A step without a sample stays null, so a gap stays a gap.
function rows(lines, start, end, step) {
  const count = Math.floor((end - start) / step + 1e-9) + 1;
  const rows = Array.from({ length: count }, (_, row) => [start + row * step, ...lines.map(() => null)]);
  lines.forEach(({ values }, index) => {
    for (const [time, text] of values) {
      const row = rows[Math.round((time * 1000 - start) / step)];
      const value = Number(text);
      // dygraphs draws nothing for NaN, and "+Inf" reads as such.
      if (row) row[index + 1] = value;
    }
  });
  return rows;
}

/// Last, minimum, mean and maximum of a column; null without a number.
function summary(rows, column) {
  let [last, least, most, sum, count] = [null, Infinity, -Infinity, 0, 0];
  for (const row of rows) {
    const value = row[column];
    if (value === null || Number.isNaN(value)) continue;
    last = value;
    least = Math.min(least, value);
    most = Math.max(most, value);
    sum += value;
    count += 1;
  }
  return count ? [last, least, sum / count, most] : [null, null, null, null];
}

/// Pixels for the labels of the axis of values. Close values far from zero have many digits.
function labelWidth(rows, write) {
  let [least, most] = [Infinity, -Infinity];
  for (const row of rows) {
    for (let column = 1; column < row.length; column += 1) {
      const value = row[column];
      if (value === null || !Number.isFinite(value)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  const spread = most - least;
  const longest = spread > 0 ? Math.max(...[least, most].map((value) => write(value, spread).length)) : 9;
  return Math.min(130, Math.max(44, longest * 7.4 + 6));
}

const dash = (index) => dashes[Math.floor(index / colours) % dashes.length];

/// A short piece of a series' line.
function sample(index) {
  const shape = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const svg = shape("svg", { width: 24, height: 10, "aria-hidden": "true", class: "sample-line" });
  const dashes = (dash(index) || []).join(" ");
  svg.append(shape("path", { d: "M1 5h22", class: `series${index % colours}`, "stroke-dasharray": dashes }));
  return svg;
}
