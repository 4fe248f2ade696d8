/* A file of candles with the hits of a scan: an interactive chart, and a list that moves it. */

import { bar, capital, make, percent, spoken } from "./words.js";

const NUMBERED = 9; // hits with a number in the chart: more would hide the candles
const BESIDE = 20; // candles shown on each side of a hit

let library = null;

/* The chart library is loaded with the first candles: pictures need none. */
function load() {
  library ??= ["lightweight-charts.js", "price_chart.js"].reduce((before, name) => before.then(() => script(name)),
    Promise.resolve());
  return library;
}

function script(name) {
  return new Promise((done, fail) => {
    const element = make("script", { src: name });
    element.addEventListener("load", done);
    element.addEventListener("error", () => fail(new Error(`${name} cannot be loaded`)));
    document.head.append(element);
  });
}

const day = (text) => text.replace("T00:00:00Z", "").replace("T", " ").replace(":00Z", "");

/* The stage of a hit and the way from its last close to the pattern's line, where one can be told. */
function standing(hit) {
  if (hit.stage === null) return "";
  const far = `${Math.abs(hit.to_line_percent).toFixed(2)}% (${Math.abs(hit.to_line_atr).toFixed(1)} ATR)`;
  return `; ${hit.stage}, line at ${hit.line}, ${far} ${hit.to_line_percent < 0 ? "below" : "above"} the last close`;
}

/* What a scan of one market says in a few words. */
export function summary(market) {
  const candles = `${market.candles.toLocaleString("en")} candles`;
  return market.found ? `${market.found} pattern${market.found === 1 ? "" : "s"} in ${candles}` : `No clear pattern in ${candles}`;
}

/* The parts of a result: `figure` with the chart, `told` beside it. `start` draws, once they are in the page. */
export function showCandles(market) {
  const element = make("div", { className: "chart" });
  const told = make("div", {});
  const start = async () => {
    await load();
    const shown = priceChart(element, market.prices);
    const times = market.prices.time;
    const markers = market.hits.slice(0, NUMBERED).map((hit, i) => ({
      time: times[hit.last], position: "aboveBar", shape: "arrowDown", text: `${i + 1}`,
      color: getComputedStyle(element).getPropertyValue("--accent"),
    }));
    markers.sort((a, b) => a.time - b.time);
    LightweightCharts.createSeriesMarkers(shown.series, markers);
    told.prepend(list(market, shown));
  };
  if (!market.hits.length)
    told.append(make("p", { className: "none" }, make("strong", {}, "No clear pattern "),
      `in ${market.windows} windows of 30 to 120 candles.`));
  if (market.found > market.hits.length)
    told.append(make("p", { className: "faint" }, `The ${market.hits.length} surest are listed.`));
  for (const note of market.notes) told.append(make("p", { className: "faint" }, `${capital(note)}.`));
  if (market.read_as) told.append(make("p", { className: "faint" }, `${market.read_as}.`));
  return { figure: element, told, start };
}

function list(market, { chart, mark }) {
  const items = make("ol", { className: "hits" });
  const times = market.prices.time;
  let line = null;
  market.hits.forEach((hit, i) => {
    const missing = hit.missing ? `, ${hit.missing} candles missing` : "";
    const button = make("button", { type: "button", className: "row", ariaPressed: "false" },
      make("span", { className: "number" }, `${i + 1}`), make("strong", {}, spoken(hit.pattern)),
      bar(hit.probability), make("span", { className: "figure" }, percent(hit.probability)),
      make("small", {}, `${day(hit.start)} to ${day(hit.end)}${missing}${standing(hit)}`));
    button.addEventListener("click", () => {
      const on = button.ariaPressed !== "true";
      for (const other of items.querySelectorAll("button")) other.ariaPressed = "false";
      button.ariaPressed = `${on}`;
      if (line) chart.removeSeries(line); // before the candles change: else the chart loses its times, and goes blank
      mark(on ? hit.first : 0, on ? hit.last : Infinity);
      if (on) chart.timeScale().setVisibleLogicalRange({ from: hit.first - BESIDE, to: hit.last + BESIDE });
      else chart.timeScale().fitContent();
      line = on && hit.line !== null
        ? drawLine(chart, times[hit.line_first], hit.line_start, times[hit.last], hit.line) : null;
    });
    items.append(make("li", {}, button));
  });
  return items;
}
