/* Who answers the page: here the server that the page comes from. `make site` puts another file in this place, in which
   the model runs in the browser. Each function throws an Error with one sentence. */

/* Where answers come from: what is told at first, and what once answers can be given. */
export const where = "Answered by the server of this page; nothing goes to any other host.";
export const ready = Promise.resolve(where);

async function read(response) {
  const content = await response.json();
  if (!response.ok) throw new Error(content.error);
  return content;
}

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Error("the server does not answer; is it still running?");
  }
  return read(response);
}

/* What can be asked: `classes`, `model_version`, and whether `prices` can be read and `candles` scanned. */
export const about = () => ask("about.json");

function post(address, file, type) {
  return ask(address, { method: "POST", body: file, headers: { "Content-Type": type } });
}

const pictureType = (file) => (file.type.startsWith("image/") ? file.type : "application/octet-stream");

/* The answer for a picture file, as docs/deployment.md describes it. */
export const predict = (file) => post("predict", file, pictureType(file));

/* The prices read in a picture file: lists `x`, `high` and `low` of one length, in its pixels. */
export const prices = (file) => post("prices", file, pictureType(file));

/* What a scan of a file of candles finds. */
export const scan = (file) => post(`scan?name=${encodeURIComponent(file.name)}`, file, "application/octet-stream");
