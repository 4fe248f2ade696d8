"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const table = document.getElementById("hits");
const detail = document.getElementById("detail");
let chart = null;

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { ground: of("--ground"), ink: of("--ink"), line: of("--line"), up: of("--up"), down: of("--down") };
}

function show(row) {
  const hit = data[Number(row.dataset.hit)];
  const c = colours();
  const market = row.querySelector(".market").textContent, pattern = row.querySelector(".pattern").textContent;
  document.getElementById("detail-title").textContent = `${market}: ${pattern}`;
  document.getElementById("detail-text").textContent =
    `${row.dataset.text} The window's candles are in full colour, those before and after it are faint.`;
  detail.showModal();
  const smallest = Math.min(...hit.low);
  const precision = Math.min(Math.max(2, 5 - Math.ceil(Math.log10(smallest))), 12);
  chart = LightweightCharts.createChart(document.getElementById("chart"), {
    autoSize: true,
    layout: { background: { color: c.ground }, textColor: c.ink, attributionLogo: true },
    grid: { vertLines: { color: c.line }, horzLines: { color: c.line } },
    rightPriceScale: { borderColor: c.line },
    timeScale: { borderColor: c.line, timeVisible: hit.intraday, secondsVisible: false },
    crosshair: { mode: LightweightCharts.CrosshairMode.Normal },
  });
  const series = chart.addSeries(LightweightCharts.CandlestickSeries, {
    upColor: c.up, downColor: c.down, wickUpColor: c.up, wickDownColor: c.down, borderVisible: false,
    priceLineVisible: false, lastValueVisible: false,
    priceFormat: { type: "price", precision, minMove: Number(`1e-${precision}`) },
  });
  let time = 0;
  series.setData(hit.steps.map((step, i) => {
    time += step;
    const candle = { time, open: hit.open[i], high: hit.high[i], low: hit.low[i], close: hit.close[i] };
    if (i < hit.first || i > hit.last) {
      const faint = (candle.close >= candle.open ? c.up : c.down) + "59";
      Object.assign(candle, { color: faint, wickColor: faint, borderColor: faint });
    }
    return candle;
  }));
  chart.timeScale().fitContent();
}

function sortBy(heading) {
  const column = [...heading.parentNode.children].indexOf(heading);
  const downwards = heading.getAttribute("aria-sort") !== "descending";
  for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", downwards ? "descending" : "ascending");
  const value = (row) => row.children[column].dataset.value;
  const numbers = heading.classList.contains("number");
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => (downwards ? -1 : 1) * (numbers ? value(a) - value(b) : value(a).localeCompare(value(b))));
  table.tBodies[0].append(...rows);
}

function filter() {
  const market = document.getElementById("market").value.toLowerCase();
  const pattern = document.getElementById("pattern").value;
  for (const row of table.tBodies[0].rows) {
    const fits = row.querySelector(".market").textContent.toLowerCase().includes(market);
    row.hidden = !fits || (pattern !== "" && row.querySelector(".pattern").textContent !== pattern);
  }
}

if (table) {
  for (const button of table.querySelectorAll("th button"))
    button.addEventListener("click", () => sortBy(button.parentNode));
  table.tBodies[0].addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row) show(row);
  });
  document.getElementById("market").addEventListener("input", filter);
  document.getElementById("pattern").addEventListener("change", filter);
}
document.getElementById("close").addEventListener("click", () => detail.close());
detail.addEventListener("click", (event) => { if (event.target === detail) detail.close(); });
detail.addEventListener("close", () => { if (chart) chart.remove(); chart = null; });
