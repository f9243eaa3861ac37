// How numbers, spans and times are written, in the language of the page and the time zone of the service.

/// A text of the catalogue with each `{name}` replaced.
export function fill(text, values) {
  return text.replace(/\{([a-z0-9]+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

// Moments are no spans, though both are in seconds.
const units = [
  [/_(timestamp|time)_seconds$/, ""], [/(_bytes|Octets)$/, "bytes"], [/_seconds$/, "seconds"], [/_ratio$/, "ratio"],
  [/_percent$/, "%"], [/_celsius$/, "°C"], [/_volts$/, "V"], [/_amperes$/, "A"], [/_watts$/, "W"],
  [/_joules$/, "J"], [/_hertz$/, "Hz"], [/_bits$/, "bit"],
];
const keepsUnit = new RegExp("^((sum|avg|min|max|quantile)(_over_time)?|last_over_time|topk|bottomk|limitk|limit_ratio|abs|"
  + "ceil|floor|round|clamp|clamp_min|clamp_max|sort|sort_desc|increase|delta|idelta)$");

/// The unit of a metric by the end of its name, or "".
function unitOfName(name) {
  const unit = units.find(([end]) => end.test(name.replace(/_total$/, "")));
  return unit ? unit[1] : "";
}

/// The unit an expression's values have, as far as its text tells: of its only metric, unless something changes it.
export function unitOf(words) {
  let unit = "";
  let isRate = false;
  let metric = "";
  for (const { kind, text } of words) {
    if (kind === "function" && /^(rate|irate|deriv)$/.test(text)) isRate = true;
    else if (kind === "function" && !keepsUnit.test(text)) return "";
    else if (kind === "operator") return "";
    else if (kind === "metric" && metric && metric !== text) return "";
    else if (kind === "metric") [metric, unit] = [text, unitOfName(text)];
  }
  if (!isRate || !metric) return unit;
  // Seconds per second are a share.
  return unit === "seconds" ? "ratio" : unit === "bytes" ? "bytes/s" : unit ? unit + "/s" : "/s";
}

const byteScale = [[1e15, "PB"], [1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]];
const plainScale = [[1e12, "T"], [1e9, "G"], [1e6, "M"]];

export class Format {
  #language;
  #texts;
  #civil;

  /// - texts: the data attributes with the catalogue's texts.
  constructor(language, zone, texts) {
    this.#language = language;
    this.#texts = texts;
    // Only the figures are taken from it; their order is the catalogue's.
    this.#civil = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit",
      minute: "2-digit", second: "2-digit",
    });
  }

  number(value, digits) {
    const text = new Intl.NumberFormat(this.#language, digits === undefined ? { maximumSignificantDigits: 4 }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
    return text.replace(/^-/, "−");
  }

  integer(value) { return this.number(value, 0); }

  /// A value with its unit. `spread`: how far the values beside it reach, so that ticks of an axis stay apart.
  value(value, unit, spread = 0) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+∞" : "−∞";
    const magnitude = Math.abs(value);
    const per = unit.endsWith("/s") ? "/s" : "";
    const of = per ? unit.slice(0, -2) : unit;
    const scaled = (factor, symbol) => {
      const shown = value / factor;
      const size = Math.abs(shown);
      const wanted = spread ? Math.ceil(-Math.log10(spread / factor / 5) - 1e-9) : size < 10 ? 2 : size < 100 ? 1 : 0;
      const digits = size === 0 && !spread ? 0 : Math.min(9, Math.max(0, wanted));
      const space = symbol === "%" && this.#language === "en" ? "" : "\u{A0}";
      return this.number(shown, digits) + (symbol + per ? space + symbol + per : "");
    };
    // One scale for a whole axis, whatever its zero says.
    const reach = spread ? Math.max(magnitude, spread) : magnitude;
    if (of === "bytes") return scaled(...(byteScale.find(([factor]) => reach >= factor) || [1, "B"]));
    if (of === "ratio") return scaled(0.01, "%");
    if (of === "seconds") {
      const steps = [[86_400, "days"], [3600, "hours"], [60, "minutes"], [1, "s"], [1e-3, "ms"], [1e-6, "µs"]];
      const [factor, name] = steps.find(([least]) => reach >= least) || (reach ? [1e-9, "ns"] : [1, "s"]);
      if (factor > 1) return fill(this.#texts[name], { n: scaled(factor, "") });
      return scaled(factor, name);
    }
    const [factor, symbol] = plainScale.find(([least]) => reach >= least) || [1, ""];
    if (factor > 1 || spread) return scaled(factor, symbol + of);
    const small = { notation: "scientific", maximumFractionDigits: 2 };
    const text = magnitude && magnitude < 1e-3 ? new Intl.NumberFormat(this.#language, small).format(value).replaceAll("-", "−")
      : Number.isInteger(value) ? this.integer(value) : this.number(value);
    return text + (of + per && "\u{A0}" + of + per);
  }

  /// A span in its largest unit that divides it: "5 phút".
  span(milliseconds) {
    const names = [[86_400_000, "days"], [3_600_000, "hours"], [60_000, "minutes"]];
    const [factor, name] = names.find(([size]) => milliseconds >= size && milliseconds % size === 0) || [1000, "seconds"];
    return fill(this.#texts[name], { n: this.number(milliseconds / factor) });
  }

  /// Year, month (1…12), day, hour, minute and second in the zone.
  civil(time) {
    const parts = { millisecond: time - Math.floor(time / 1000) * 1000 };
    for (const { type, value } of this.#civil.formatToParts(time)) parts[type] = Number(value);
    return parts;
  }

  /// Milliseconds that clocks of the zone are ahead of UTC at a time.
  offset(time) {
    const { year, month, day, hour, minute, second, millisecond } = this.civil(time);
    return Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - time;
  }

  /// The time at which clocks of the zone show what `Date.UTC` would call `local`.
  fromLocal(local) { return local - this.offset(local - this.offset(local)); }

  /// For an input of type datetime-local.
  localText(time) { return new Date(time + this.offset(time)).toISOString().slice(0, 19); }

  fromLocalText(text) {
    const local = Date.parse(text + "Z");
    return Number.isNaN(local) ? NaN : this.fromLocal(local);
  }

  clock(time, withSeconds) { return this.localText(time).slice(11, withSeconds ? 19 : 16); }

  date(time) { return this.dateTime(time, false).trim(); }

  dateTime(time, withSeconds = true) {
    const { year, month, day } = this.civil(time);
    const two = (value) => String(value).padStart(2, "0");
    // The year goes where the language puts it, and only when it is not this one.
    const other = year === this.civil(Date.now()).year ? "" : (this.#language === "vi" ? "/" : " ") + year;
    return fill(this.#texts.dateShort, {
      day, day2: two(day), month2: two(month) + other, month: this.#texts.months.split("|")[month - 1] + other,
      time: withSeconds ? this.clock(time, true) : "",
    });
  }
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const intervals = [
  1000, 2000, 5000, 10_000, 15_000, 30_000, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour,
  2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 4 * day, 7 * day, 14 * day, 28 * day, 91 * day, 182 * day, 364 * day,
];

/// The shortest round step that gives at most `points` over `range`.
export function roundStep(range, points) {
  return intervals.find((interval) => range / interval <= points) || Math.ceil(range / points / day) * day;
}

/// Ticks of a time axis on round times of the zone's clocks.
export function timeTicks(format, start, end, pixels) {
  const interval = roundStep(end - start, Math.max(2, pixels / 90));
  const ticks = [];
  let local = Math.ceil((start + format.offset(start)) / interval) * interval;
  for (; ticks.length < 100; local += interval) {
    const time = format.fromLocal(local);
    if (time > end) break;
    if (time < start) continue;
    const isDay = local % day === 0;
    ticks.push({ v: time, label: isDay ? format.date(time) : format.clock(time, interval < minute) });
  }
  return ticks;
}
