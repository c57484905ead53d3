// Makes elements. Everything the page shows goes through here as text nodes and attributes,
// so that no text of a writer or a service can ever become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return node;
}

/** An HTML element; children are nodes or strings. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element; children are nodes or strings. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** The element of index.html with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Gives `node` the colour of a dimension; the style sheet adapts it to light and dark. */
export function paint(node, color) {
  node.classList.add("painted");
  // Set through CSSOM: the Content-Security-Policy refuses style attributes.
  node.style.setProperty("--dimension", color);
  return node;
}
