/* A picture with its answer: boxes and names on it, probabilities as bars, the prices that were read. */

import { bar, capital, make, percent, spoken } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const GAP = 2.5; // columns further apart than this many usual steps are not joined: no price was read between them

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/* What the answer says in a few words, for the heading and for screen readers. */
export function summary(answer) {
  const [surest, ...others] = answer.patterns;
  if (!surest) return "No clear pattern";
  const named = `${spoken(surest.label)}, ${percent(surest.probability)}`;
  return others.length ? `${answer.patterns.length} patterns, the surest: ${named}` : capital(named);
}

/* The parts of a result: `figure` with the picture, `told` beside it. `readPrices` gives the prices, or is null. */
export function showPicture(file, answer, readPrices) {
  const image = make("img", { alt: `${file.name}, with the patterns that were found`, src: URL.createObjectURL(file) });
  const marks = shape("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
  const frame = make("div", { className: "frame" }, image, marks);
  const boxes = answer.patterns.map((pattern, i) => drawBox(pattern, i, marks, frame));
  image.addEventListener("load", () => {
    marks.setAttribute("viewBox", `0 0 ${image.naturalWidth} ${image.naturalHeight}`);
    new ResizeObserver(() => placeTags(answer.patterns, boxes, image, frame)).observe(image);
  });
  image.addEventListener("error", () => {
    frame.replaceChildren(make("p", { className: "faint" }, "This browser cannot show this kind of picture."));
  });
  return { figure: make("figure", { className: "frame" }, frame), told: tell(answer, boxes, marks, file, readPrices) };
}

function drawBox(pattern, i, marks, frame) {
  const [left, top, right, bottom] = pattern.box;
  const group = shape("g", {});
  for (const kind of ["halo", "box"])
    group.append(shape("rect", { class: kind, x: left, y: top, width: right - left, height: bottom - top, rx: 2 }));
  marks.append(group);
  const tag = make("span", { className: "tag", ariaHidden: "true" },
    `${i + 1} ${spoken(pattern.label)}`);
  frame.append(tag);
  return { group, tag };
}

/* Each name above its box, or inside, below or at the right, wherever it hides no other name. */
function placeTags(patterns, boxes, image, frame) {
  const scale = image.clientWidth / image.naturalWidth;
  const taken = [];
  patterns.forEach(({ box }, i) => {
    const [left, top, right, bottom] = box.map((each) => each * scale);
    const { tag } = boxes[i];
    const width = tag.offsetWidth, height = tag.offsetHeight;
    const places = [
      [left, top - height - 3], [left + 3, top + 3], [right - width, top - height - 3], [left, bottom + 3],
      [right - width - 3, top + 3], [left + 3, bottom - height - 3], [right - width, bottom + 3],
    ].map(([x, y]) => [
      Math.min(Math.max(x, 0), Math.max(frame.clientWidth - width, 0)),
      Math.min(Math.max(y, 0), Math.max(image.clientHeight - height, 0)),
    ]);
    const free = ([x, y]) => taken.every(([a, b, w, h]) => x >= a + w || x + width <= a || y >= b + h || y + height <= b);
    const [x, y] = places.find(free) ?? places[0];
    taken.push([x, y, width, height]);
    tag.style.left = `${x}px`;
    tag.style.top = `${y}px`;
  });
}

function tell(answer, boxes, marks, file, readPrices) {
  const told = make("div", {});
  told.append(answer.patterns.length ? found(answer.patterns, boxes) : nothing(answer));
  const ranking = Object.entries(answer.probabilities).sort((a, b) => b[1] - a[1]);
  const rows = ranking.map(([name, share]) =>
    make("li", { className: "row" }, make("span", {}, spoken(name)), bar(share), make("span", { className: "figure" }, percent(share))));
  told.append(make("h3", {}, "Highest probability of each pattern"), make("ul", { className: "all" }, ...rows));
  if (readPrices) told.append(pricesSwitch(file, marks, readPrices));
  for (const note of answer.notes ?? []) told.append(make("p", { className: "faint" }, `${capital(note)}.`));
  const json = make("pre", { tabIndex: 0 }, JSON.stringify(answer, null, 2));
  told.append(make("details", {}, make("summary", {}, "The answer as JSON"), json));
  return told;
}

function found(patterns, boxes) {
  const list = make("ol", {});
  patterns.forEach((pattern, i) => {
    const button = make("button", { type: "button", className: "row", ariaPressed: "false" },
      make("span", { className: "number" }, `${i + 1}`), make("strong", {}, spoken(pattern.label)),
      bar(pattern.probability), make("span", { className: "figure" }, percent(pattern.probability)));
    if (pattern.at_right_edge)
      button.append(make("small", {}, "ends at the newest price: it may still be forming"));
    const alone = (on) => boxes.forEach(({ group, tag }, j) => {
      group.classList.toggle("off", on && i !== j);
      tag.hidden = on && i !== j;
    });
    button.addEventListener("click", () => {
      const on = button.ariaPressed !== "true";
      for (const other of list.querySelectorAll("button")) other.ariaPressed = "false";
      button.ariaPressed = `${on}`;
      alone(on);
    });
    list.append(make("li", {}, button));
  });
  return list;
}

function nothing(answer) {
  const guess = answer.best_guess && answer.score > 0
    ? `What it looks most like is a ${spoken(answer.best_guess)}, with ${percent(answer.score)}: too little to say so.`
    : "Nothing in the picture looks like one of the patterns.";
  return make("p", { className: "none" }, make("strong", {}, "No clear pattern. "), guess);
}

function pricesSwitch(file, marks, readPrices) {
  const box = make("input", { type: "checkbox" });
  const said = make("span", {}, "Show the prices that were read");
  let bands = null;
  box.addEventListener("change", async () => {
    if (!box.checked || bands) {
      for (const band of bands ?? []) band.style.display = box.checked ? "" : "none";
      return;
    }
    try {
      bands = band(await readPrices(file));
      marks.prepend(...bands);
      if (!bands.length) said.textContent = "No prices were read in it";
    } catch (error) {
      said.textContent = `The prices cannot be shown: ${error.message}`;
      box.checked = false;
    }
  });
  return make("label", { className: "check" }, box, said);
}

/* Areas between the highest and the lowest price, one for each run of neighbouring columns. */
function band({ x, high, low }) {
  const steps = x.slice(1).map((each, i) => each - x[i]).sort((a, b) => a - b);
  const usual = steps[steps.length >> 1] ?? 1;
  const runs = [];
  x.forEach((each, i) => {
    if (i === 0 || each - x[i - 1] > GAP * usual) runs.push([]);
    runs.at(-1).push(i);
  });
  return runs.map((run) => {
    const upper = run.map((i) => `${x[i]} ${high[i]}`), lower = run.map((i) => `${x[i]} ${low[i]}`).reverse();
    return shape("path", { class: "band", d: `M${[...upper, ...lower].join("L")}z` });
  });
}
