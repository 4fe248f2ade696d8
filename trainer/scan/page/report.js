"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const table = document.getElementById("hits");
const detail = document.getElementById("detail");
let chart = null;

function show(row) {
  const hit = data[Number(row.dataset.hit)];
  const market = row.querySelector(".market").textContent, pattern = row.querySelector(".pattern").textContent;
  document.getElementById("detail-title").textContent = `${market}: ${pattern}`;
  document.getElementById("detail-text").textContent =
    `${row.dataset.text} The window's candles are in full colour, those before and after it are faint.`;
  detail.showModal();
  let sum = 0;
  const time = hit.steps.map((step) => (sum += step));
  chart = priceChart(document.getElementById("chart"), { time, ...hit }, hit.first, hit.last).chart;
  if (hit.line) drawLine(chart, time[hit.line[0]], hit.line[1], time[hit.last], hit.line[2]);
}

const headings = table ? [...table.tHead.rows[0].cells] : [];
const sorting = document.getElementById("sort"); // instead of the headings, where there is no room for them

/* The first click on a heading gives the order that suits the column, and the next one the other. */
function turn(heading) {
  const now = heading.getAttribute("aria-sort");
  const other = now === "ascending" ? "descending" : "ascending";
  sortBy(headings.indexOf(heading), now === null ? heading.dataset.first : other);
}

/* `order`: "ascending" or "descending". */
function sortBy(column, order) {
  const heading = headings[column], downwards = order === "descending";
  for (const other of headings) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", order);
  sorting.value = `${column} ${order}`;
  const value = (row) => row.children[column].dataset.value;
  const numbers = heading.classList.contains("number");
  const rows = [...table.tBodies[0].rows];
  const compare = (a, b) => (numbers ? a - b : a.localeCompare(b));
  rows.sort((a, b) => // those without a value come last, either way
    (value(a) === "") - (value(b) === "") || (downwards ? -1 : 1) * compare(value(a), value(b)));
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
    button.addEventListener("click", () => turn(button.parentNode));
  sorting.addEventListener("change", () => {
    const [column, order] = sorting.value.split(" ");
    sortBy(Number(column), order);
  });
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
