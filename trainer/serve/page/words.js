/* Small helpers for what people read, and for making elements. */

export const spoken = (name) => name.replaceAll("_", " ");
/* A probability below 1 is never rounded up to 100 %. */
export const percent = (share) =>
  share > 0.99 ? `${Math.floor(1000 * share) / 10} %` : `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
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
