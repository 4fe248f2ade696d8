/* Takes files from the clipboard, the mouse and the file dialog, one after the other, and shows what comes back. */

import * as engine from "./engine.js";
import { showCandles, summary as candlesSummary } from "./candles.js";
import { showPicture, summary as pictureSummary } from "./picture.js";
import { make } from "./words.js";

const CANDLES = /\.(csv|tsv|txt|json|jsonl|parquet|feather|gz|zip)$/i;
const byId = (id) => document.getElementById(id);
const drop = byId("drop"), status = byId("status"), results = byId("results");
let number = 0;
let queue = Promise.resolve();
let about = null;

byId("where").textContent = engine.where;
engine.ready.then((sentence) => { byId("where").textContent = sentence; }, () => {}); // a failure is told for each file

/* One file after the other: the model has one core. */
function take(files) {
  for (const file of files) queue = queue.then(() => show(file));
}

async function show(file) {
  status.replaceChildren(make("span", { className: "wait", ariaHidden: "true" }), `Looking at ${file.name}…`);
  try {
    about ??= await engine.about();
    const isCandles = !file.type.startsWith("image/") && (CANDLES.test(file.name) || file.type.startsWith("text/"));
    await (isCandles ? showScan(file) : showAnswer(file));
  } catch (error) {
    const sentence = `${error.message.replace(/^the picture\b/, file.name).replace(/\.$/, "")}.`;
    status.textContent = sentence.includes(file.name) ? sentence : `${file.name}: ${sentence}`;
    add("Not usable", file.name).append(make("p", { className: "error" }, sentence));
  }
}

async function showAnswer(file) {
  const answer = await engine.predict(file);
  const { figure, told } = showPicture(file, answer, about.prices ? engine.prices : null);
  add(pictureSummary(answer), file.name).append(make("div", { className: "columns" }, figure, told));
  status.textContent = `${file.name}: ${pictureSummary(answer)}.`;
}

async function showScan(file) {
  const scan = await engine.scan(file);
  for (const market of scan.markets) {
    const { figure, told, start } = showCandles(market);
    add(candlesSummary(market), market.market).append(make("div", { className: "columns" }, figure, told));
    await start();
  }
  status.textContent = `${file.name}: ${scan.markets.map(candlesSummary).join("; ")}.`;
}

/* A new result above the others. */
function add(heading, name) {
  const id = `result-${++number}`;
  const remove = make("button", { type: "button", ariaLabel: `Remove the result for ${name}` }, "Remove");
  const head = make("div", { className: "bar" }, make("h2", { id }, heading), make("span", { className: "file" }, name), remove);
  const article = make("article", { className: "result", "aria-labelledby": id }, head);
  remove.addEventListener("click", () => {
    for (const image of article.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    article.remove();
    byId("files").focus();
  });
  results.prepend(article);
  return article;
}

byId("files").addEventListener("change", (event) => {
  take([...event.target.files]);
  event.target.value = ""; // so that the same file can be chosen again
});

addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  if (files.length) take(files.map(named));
  else status.textContent = "The clipboard holds no picture.";
});

/* What is pasted is called image.png by every browser. */
function named(file) {
  return file.name === "image.png" ? new File([file], "pasted picture", { type: file.type }) : file;
}

if (navigator.clipboard?.read) {
  byId("paste").hidden = false;
  byId("paste").addEventListener("click", async () => {
    try {
      const blobs = [];
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((each) => each.startsWith("image/"));
        if (type) blobs.push(await item.getType(type));
      }
      if (blobs.length) take(blobs.map((blob) => new File([blob], "pasted picture", { type: blob.type })));
      else status.textContent = "The clipboard holds no picture.";
    } catch {
      status.textContent = "The browser does not hand out the clipboard: press Ctrl V instead.";
    }
  });
}

let inside = 0; // elements of the page that the mouse is in, while it carries files
const over = (step) => {
  inside = Math.max(inside + step, 0);
  drop.classList.toggle("over", inside > 0);
};
addEventListener("dragenter", () => over(1));
addEventListener("dragleave", () => over(-1));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  over(-inside);
  take([...event.dataTransfer.files]);
});
