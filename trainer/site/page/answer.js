/* What the finder gives for a picture → the answer that every interface gives, as trainer/models/answer.py makes it. */

const EDGE = 0.02; // of the width of what was read: a box that ends so near to the last price ends at it

/* `found`: boxes [4 n], labels [n] and probabilities [n], surest first, those below the threshold too. `about`: classes,
   threshold and model_version. `x`: the columns in which a price was read, or null. */
export function makeAnswer({ boxes, labels, probabilities }, about, x) {
  const chances = Object.fromEntries(about.classes.map((name) => [name, 0]));
  const patterns = [];
  probabilities.forEach((probability, i) => {
    const label = about.classes[Number(labels[i])];
    chances[label] = Math.max(chances[label], probability);
    if (probability < Math.fround(about.threshold)) return;
    const box = [...boxes.slice(4 * i, 4 * i + 4)];
    const rounded = box.map((edge) => Math.round(10 * edge) / 10);
    patterns.push({ label, probability, box: rounded, at_right_edge: atRightEdge(box, x) });
  });
  const seen = probabilities.length > 0;
  const best = seen ? about.classes[Number(labels[0])] : null;
  return {
    patterns,
    label: patterns[0]?.label ?? null,
    best_guess: best,
    score: seen ? chances[best] : 0,
    clear: patterns.length > 0,
    probabilities: chances,
    model_version: about.model_version,
  };
}

function atRightEdge([, , right], x) {
  if (!x?.length) return null;
  const first = x[0], last = x[x.length - 1];
  return right >= last - EDGE * (last - first + 1);
}
