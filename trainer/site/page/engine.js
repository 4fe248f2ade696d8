/* Who answers the page: here the model in this browser, in a worker, so that the page stays alive. Each function throws
   an Error with one sentence. In the page of `make serve` another file of this name asks the server. */

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const waiting = new Map();
let number = 0;

worker.addEventListener("message", ({ data }) => {
  const { done, fail } = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.error) fail(new Error(data.error));
  else done(data.content);
});
worker.addEventListener("error", () => {
  for (const { fail } of waiting.values()) fail(new Error("the model cannot run in this browser"));
  waiting.clear();
});

function ask(what, file = null) {
  return new Promise((done, fail) => {
    waiting.set(++number, { done, fail });
    worker.postMessage({ id: number, what, file });
  });
}

/* What can be asked: `classes`, `model_version`, and whether `prices` can be read. It comes once the model is loaded. */
const loaded = ask("load");
export const about = () => loaded;

/* Where answers come from: what is told at first, and what once answers can be given. */
export const where = "The model runs in this browser; your pictures stay on this device. It is loading (18 MB)…";
export const ready = loaded.then(() =>
  "The model runs in this browser; your pictures stay on this device. It is loaded: no network is needed any more.");

/* The answer for a picture file, as docs/deployment.md describes it. */
export const predict = (file) => ask("predict", file);

/* The prices read in a picture file: lists `x`, `high` and `low` of one length, in its pixels. */
export const prices = (file) => ask("prices", file);

export async function scan() {
  throw new Error("candles cannot be looked at here, since their charts are drawn by Python: `make serve` has a page that can");
}
