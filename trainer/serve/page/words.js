/* Small helpers for what people read, and for making elements. */

export const spoken = (name) => name.replaceAll("_", " ");
/* Only 1 is 100 %, and only 0 is 0 %: the rule of `percent` in cryptoai_common/percent.py. */
export function percent(share) {
  const finely = (share > 0 && share < 0.0995) || (share > 0.99 && share < 1);
  const text = (100 * share).toFixed(finely ? 1 : 0);
  if (finely && text === "100.0") return "> 99.9 %";
  if (finely && text === "0.0") return "< 0.1 %";
  return `${text} %`;
}
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/* An element with properties and children; a child is an element or a text. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/* A bar for a probability; the figure stands beside it. */
export function bar(share) {
  const inner = make("i");
  inner.style.width = `${100 * share}%`;
  return make("span", { className: "chance", ariaHidden: "true" }, inner);
}
