"use strict";
/* An interactive chart of candles with LightweightCharts, which must be loaded; for the report and the page of `make serve`. */
const FAINT = "59"; // the last two digits of #rrggbbaa: 35 %

function chartColours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { ground: of("--ground"), ink: of("--ink"), line: of("--line"), up: of("--up"), down: of("--down") };
}

/* `prices`: lists time (seconds since 1970), open, high, low, close of one length. Candles outside of rows `first` to
   `last` are faint. `chart` and `series` are those of the library; `mark(first, last)` moves the rows in full colour. */
function priceChart(element, prices, first = 0, last = prices.time.length - 1) {
  const c = chartColours();
  const intraday = prices.time.some((time) => time % 86400 !== 0);
  const precision = Math.min(Math.max(2, 5 - Math.ceil(Math.log10(Math.min(...prices.low)))), 12);
  const chart = LightweightCharts.createChart(element, {
    autoSize: true,
    layout: { background: { color: c.ground }, textColor: c.ink, attributionLogo: false }, // the page names the library
    grid: { vertLines: { color: c.line }, horzLines: { color: c.line } },
    rightPriceScale: { borderColor: c.line },
    timeScale: { borderColor: c.line, timeVisible: intraday, secondsVisible: false, minBarSpacing: 0.05 },
    crosshair: { mode: LightweightCharts.CrosshairMode.Normal },
  });
  const series = chart.addSeries(LightweightCharts.CandlestickSeries, {
    upColor: c.up, downColor: c.down, wickUpColor: c.up, wickDownColor: c.down, borderVisible: false,
    priceLineVisible: false, lastValueVisible: false,
    priceFormat: { type: "price", precision, minMove: Number(`1e-${precision}`) },
  });
  const mark = (first, last) => series.setData(prices.time.map((time, i) => {
    const candle = { time, open: prices.open[i], high: prices.high[i], low: prices.low[i], close: prices.close[i] };
    if (i < first || i > last) {
      const faint = (candle.close >= candle.open ? c.up : c.down) + FAINT;
      Object.assign(candle, { color: faint, wickColor: faint, borderColor: faint });
    }
    return candle;
  }));
  mark(first, last);
  chart.timeScale().fitContent();
  return { chart, series, mark };
}

/* A pattern's line in such a chart, from one time and price to another. */
function drawLine(chart, start, startPrice, end, endPrice) {
  if (start >= end) return null;
  const color = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  const line = chart.addSeries(LightweightCharts.LineSeries, {
    color, lineWidth: 2, lineStyle: LightweightCharts.LineStyle.Dashed, priceLineVisible: false, lastValueVisible: false,
    crosshairMarkerVisible: false,
  });
  line.setData([{ time: start, value: startPrice }, { time: end, value: endPrice }]);
  return line;
}
