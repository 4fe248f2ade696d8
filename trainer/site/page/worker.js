/* Runs the ONNX files with onnxruntime-web, in one thread. Answers {id, what, file} with {id, content} or {id, error}. */

import * as ort from "./onnxruntime-web.js";
import { makeAnswer } from "./answer.js";
import { decode } from "./pixels.js";

ort.env.wasm.numThreads = 1; // more need headers that static hosts do not send
ort.env.wasm.wasmPaths = { wasm: new URL("onnxruntime-web.wasm", import.meta.url).href };

const loaded = load();
loaded.catch(() => {}); // told to whoever asks

async function load() {
  try {
    const about = await (await get("about.json")).json();
    const [finder, reader] = await Promise.all([about.model, about.reader].map(open));
    return { about, finder, reader };
  } catch (error) {
    throw new Error(`the model cannot be loaded (${error.message}); reload the page`);
  }
}

async function get(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
}

async function open(name) {
  if (!name) return null;
  return ort.InferenceSession.create(new Uint8Array(await (await get(name)).arrayBuffer()));
}

async function run(session, picture, more = {}) {
  const input = new ort.Tensor("uint8", picture.pixels, [1, picture.height, picture.width, 3]);
  const outputs = await session.run({ input, ...more });
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data]));
}

async function predict({ about, finder, reader }, file) {
  const picture = await decode(file);
  // The threshold is an input of the files that `make site` writes: one run shows what is below it too.
  const all = finder.inputNames.includes("threshold");
  const found = await run(finder, picture, all ? { threshold: new ort.Tensor("float32", [0], []) } : {});
  const x = reader ? (await run(reader, picture)).x : null;
  return makeAnswer(found, about, x);
}

async function prices({ reader }, file) {
  const { x, high, low } = await run(reader, await decode(file));
  return { x: [...x], high: [...high], low: [...low] };
}

const WORK = { load: ({ about }) => about, predict, prices };
let queue = Promise.resolve(); // one at a time

addEventListener("message", ({ data: { id, what, file } }) => {
  queue = queue.then(async () => {
    try {
      postMessage({ id, content: await WORK[what](await loaded, file) });
    } catch (error) {
      postMessage({ id, error: error.message });
    }
  });
});
