// The Explore page: what is asked stands in the address, so that links, reload, back and forward all show the same.
import { QueryFailure, Vocabulary, ask } from "./explore-api.js";
import { Chart } from "./explore-chart.js";
import { ExpressionField } from "./explore-field.js";
import { Format, fill, roundStep, unitOf } from "./explore-format.js";
import { ResultTable, make } from "./explore-table.js";

const byId = (id) => document.getElementById(id);
const page = byId("main").dataset;
const texts = byId("texts").dataset;
const language = document.documentElement.lang;
const format = new Format(language, page.zone, texts);
const vocabulary = new Vocabulary();
const spans = { "1h": 1, "6h": 6, "24h": 24, "7d": 168, "30d": 720, "90d": 2160 };
const hour = 3_600_000;
const refreshes = [0, 10, 60];

// MARK: What is asked

/// `from` and `to` (milliseconds) are null while `range` counts back from now.
function stateOf(address) {
  const query = new URLSearchParams(address);
  const time = (name) => (query.has(name) ? Number(query.get(name)) * 1000 : NaN);
  const [from, to] = [time("from"), time("to")];
  // Beyond what a Date can be, there is nothing to show.
  const isFixed = from < to && Math.max(Math.abs(from), Math.abs(to)) <= 8.64e15;
  const refresh = Number(query.get("refresh"));
  return {
    expression: query.get("q") || "",
    range: isFixed ? "custom" : spans[query.get("range")] ? query.get("range") : "1h",
    from: isFixed ? from : null,
    to: isFixed ? to : null,
    step: query.get("step") || "",
    refresh: refreshes.includes(refresh) ? refresh : 0,
    view: query.get("view") === "table" ? "table" : "chart",
  };
}

function addressOf({ expression, range, from, to, step, refresh, view }, extra = {}) {
  const seconds = (time) => String(Math.round(time) / 1000);
  const wanted = {
    q: expression, range: range === "custom" || range === "1h" ? "" : range, from: from === null ? "" : seconds(from),
    to: to === null ? "" : seconds(to), step, refresh: refresh ? String(refresh) : "",
    view: view === "table" ? view : "", ...extra,
  };
  const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
  return location.pathname + (query.size ? "?" + query : "");
}

let state = stateOf(location.search);

/// What the address says beside the question.
function guise() {
  const query = new URLSearchParams(location.search);
  return { lang: query.get("lang"), theme: query.get("theme") };
}

/// The period of the question, on whole steps so that a refresh moves no point.
function period() {
  const now = Date.now();
  const end = state.to ?? now;
  const start = state.from ?? now - spans[state.range] * hour;
  const asked = milliseconds(state.step);
  const range = end - start;
  const poll = Number(page.pollInterval) * 1000;
  // A step below the poll interval shows nothing new, unless someone looks closer than that.
  const auto = Math.max(roundStep(range, Math.min(chart.width / 2, 800)), Math.min(roundStep(poll, 1), roundStep(range, 60)));
  const step = asked || auto;
  return { start: Math.floor(start / step) * step, end: state.to === null ? Math.floor(end / step) * step : end, step, auto };
}

/// Of a step as "30", "30s" or "1h30m"; NaN when it is none.
function milliseconds(text) {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const sizes = { ms: 1, s: 1000, m: 60_000, h: hour, d: 24 * hour, w: 168 * hour, y: 8760 * hour };
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) return NaN;
  return [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * sizes[unit], 0);
}

// MARK: Parts

const field = new ExpressionField(
  { area: byId("expression"), mirror: byId("mirror"), list: byId("suggestions"), status: byId("offered") },
  {
    vocabulary, texts, run: () => submit(),
    names: { functions: page.functions.split(" "), aggregations: page.aggregations.split(" ") },
  });
const chart = new Chart(byId("chart"), byId("reading"), { texts, format, zoom });
const table = new ResultTable(byId("table"), { texts, format });
const ranges = [...document.querySelectorAll("input[name=range]")];
const tabs = [...document.querySelectorAll("[role=tab]")];

/// Puts the question into the controls.
function fillControls() {
  if (field.value !== state.expression) field.value = state.expression;
  for (const radio of ranges) radio.checked = radio.value === state.range;
  byId("custom").hidden = state.range !== "custom";
  if (state.range === "custom") {
    byId("from").value = format.localText(state.from);
    byId("to").value = format.localText(state.to);
  }
  byId("step").value = state.step;
  byId("refresh").value = String(state.refresh);
  for (const tab of tabs) {
    const isChosen = tab.id === "tab-" + state.view;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = !isChosen;
  }
  byId("shared").hidden = true;
  byId("start").hidden = state.expression.trim() !== "";
  for (const link of document.querySelectorAll(".langs a")) {
    link.href = addressOf(state, { ...guise(), lang: link.hreflang });
  }
}

/// Changes the question, adds it to the history when it is another one, and asks.
function change(changes) {
  state = { ...state, ...changes };
  const address = addressOf(state, guise());
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  fillControls();
  run();
}

function submit() {
  const step = byId("step").value.trim();
  const changes = { expression: field.value, step };
  if (state.range === "custom") {
    const [from, to] = [format.fromLocalText(byId("from").value), format.fromLocalText(byId("to").value)];
    if (!(from < to)) return showProblem({ title: texts.badRange });
    Object.assign(changes, { from, to });
  }
  change(changes);
}

function zoom(from, to) {
  if (from === undefined) return widen();
  // Not closer than a few seconds: there is nothing between two samples.
  if (to - from < 10_000) [from, to] = [(from + to) / 2 - 5000, (from + to) / 2 + 5000];
  change({ range: "custom", from: second(from), to: second(to) });
}

/// Whole seconds keep addresses short.
const second = (time) => Math.round(time / 1000) * 1000;

function widen() {
  const { start, end } = period();
  const half = (end - start) / 2;
  const now = Date.now();
  const to = Math.min(end + half, Math.max(now, end));
  change({ range: "custom", from: second(Math.max(0, to - 4 * half)), to: second(to) });
}

// MARK: Asking

let running = null;
let timer = 0;

async function run(isRefresh = false) {
  running?.abort();
  clearTimeout(timer);
  const own = running = new AbortController();
  const { view } = state;
  const expression = state.expression.trim();
  if (!expression) {
    showResult(() => { chart.clear(); table.clear(); });
    setBusy(false);
    byId("summary").textContent = "";
    return;
  }
  setBusy(true, isRefresh);
  const began = performance.now();
  const { start, end, step, auto } = period();
  byId("step").placeholder = fill(texts.auto, { step: format.span(auto) });
  const seconds = (time) => String(time / 1000);
  try {
    const range = { query: expression, start: seconds(start), end: seconds(end), step: state.step || seconds(step) };
    const instant = { query: expression, time: seconds(state.to ?? Date.now()) };
    const envelope = await (view === "chart" ? ask("query_range", range, own.signal) : ask("query", instant, own.signal));
    if (running !== own) return;
    const unit = unitOf(field.words());
    const span = format.value((performance.now() - began) / 1000, "seconds");
    const { result, resultType } = envelope.data;
    const count = resultType === "scalar" || resultType === "string" ? 1 : result.length;
    const isEmpty = count === 0;
    const notices = [];
    const limit = view === "chart" ? Chart.most : ResultTable.most;
    if (count > limit) {
      const text = view === "chart" ? texts.tooMany : texts.tooManyRows;
      notices.push([texts.info, fill(text, { n: format.integer(count), m: format.integer(limit) })]);
    }
    for (const text of envelope.warnings || []) notices.push([texts.warning, text]);
    for (const text of envelope.infos || []) notices.push([texts.info, text]);
    showResult(() => {
      if (isEmpty) { chart.clear(); table.clear(); return; }
      if (view === "chart") chart.show(result, { start, end, step, unit, name: expression });
      else table.show(envelope.data, unit);
    }, notices, isEmpty);
    byId("summary").textContent = view === "chart"
      ? fill(texts.summary, { n: format.integer(count), step: format.span(step), span })
      : fill(texts.rows, { n: format.integer(count), time: format.dateTime(state.to ?? Date.now()), span });
  } catch (error) {
    if (running !== own || error.name === "AbortError") return;
    if (!(error instanceof QueryFailure)) throw error;
    fail(error);
  }
  setBusy(false);
  plan();
}

function plan() {
  clearTimeout(timer);
  if (state.refresh && !document.hidden) timer = setTimeout(() => run(true), state.refresh * 1000);
}

// MARK: Showing

function setBusy(isBusy, isRefresh = false) {
  byId("results").setAttribute("aria-busy", String(isBusy));
  byId("progress").hidden = !isBusy;
  if (isBusy && !isRefresh) byId("summary").textContent = texts.loading;
}

function showResult(draw, notices = [], isEmpty = false) {
  byId("problem").replaceChildren();
  field.mark(null);
  byId("empty").hidden = !isEmpty;
  byId("wider").hidden = !state.expression.trim();
  byId("notes").replaceChildren(...notices.map(([kind, text]) => make("p",
    { className: kind === texts.warning ? "notice warn" : "notice" }, make("b", {}, kind), " ", text)));
  draw();
}

function showProblem({ title, detail = "", place = "", note = "" }) {
  byId("problem").replaceChildren(make("div", { className: "problem" },
    make("p", {}, make("span", { className: "sign", ariaHidden: "true" }, "✕"), make("b", {}, title), place && ` (${place})`),
    ...(detail ? [make("code", {}, detail)] : []), ...(note ? [make("p", { className: "note" }, note)] : [])));
}

function fail({ type, status, message }) {
  const known = {
    bad_data: texts.badData, execution: texts.execution, timeout: texts.timeout, canceled: texts.timeout,
    network: texts.network, unauthenticated: texts.refused, forbidden: texts.refused,
  };
  const title = known[type] || fill(texts.other, { status });
  const place = /(?:^|: )(\d+):(\d+): /.exec(message);
  const [line, column] = place ? [Number(place[1]), Number(place[2])] : [0, 0];
  byId("summary").textContent = "";
  byId("empty").hidden = true;
  // What could not be reached may still be looked at; what is wrong has no result.
  const isKept = type === "network" || type === "other";
  if (!isKept) {
    chart.clear();
    table.clear();
    byId("notes").replaceChildren();
  }
  const isShown = byId("chart").querySelector("canvas") || byId("table").firstChild;
  showProblem({
    title, detail: place ? message.slice(place.index + place[0].length) : message,
    place: place ? fill(texts.place, { line, column }) : "", note: isKept && isShown ? texts.old : "",
  });
  if (place) field.mark({ line, column });
}

// MARK: Controls

byId("ask").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
for (const radio of ranges) {
  radio.addEventListener("change", () => {
    if (radio.value !== "custom") return change({ expression: field.value, range: radio.value, from: null, to: null });
    const { start, end } = period();
    change({ expression: field.value, range: "custom", from: start, to: end });
  });
}
byId("refresh").addEventListener("change", (event) => change({ expression: field.value, refresh: Number(event.target.value) }));
for (const id of ["step", "from", "to"]) byId(id).addEventListener("change", submit);
byId("wider").addEventListener("click", widen);
for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => { change({ expression: example.dataset.expression }); byId("expression").focus(); });
}
tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => change({ view: tab.id.slice("tab-".length) }));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tabs[(index + 1) % tabs.length];
    other.focus();
    other.click();
  });
});

byId("share").addEventListener("click", async () => {
  const { start, end } = period();
  // A link to what is seen now: without a theme or language, which are the receiver's own.
  const fixed = { ...state, expression: field.value, range: "custom", from: start, to: end, refresh: 0 };
  const address = byId("address");
  address.value = location.origin + addressOf(fixed);
  byId("shared").hidden = false;
  address.focus();
  address.select();
  let isCopied = false;
  try {
    await navigator.clipboard.writeText(address.value);
    isCopied = true;
  } catch { /* No secure context, or refused: the link is there to copy by hand. */ }
  byId("copied").textContent = isCopied ? texts.copied : texts.copy;
});

addEventListener("popstate", () => { state = stateOf(location.search); fillControls(); run(); });
document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(timer);
  else if (state.refresh) run(true);
});

fillControls();
run();
// On a phone the row of pages is longer than the screen.
document.querySelector(".bar [aria-current=page]").scrollIntoView({ block: "nearest", inline: "nearest" });
if (!state.expression) byId("expression").focus();
