// Builds elements and icons. Words become text nodes only; markup is never parsed from a string.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  hash: "M6.5 3 5 17M15 3l-1.5 14M3 7.5h14.5M2.5 12.5H17",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  close: "M5 5l10 10M15 5 5 15",
  reply: "M4 4h12v9H9.5L6 16v-3H4z",
  send: "M3.5 3.5 17 10 3.5 16.5 5.5 10zM5.5 10H11",
  idea: "M7.5 14.5h5M8.5 17h3M10 3a5 5 0 0 0-3 9l.5 2.5h5L13 12a5 5 0 0 0-3-9z",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M16 4l-1.4 1.4M5.4 14.6 4 16",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z",
  out: "M8 4H4v12h12v-4M11 4h5v5M16 4l-7 7",
  eye: "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z",
  down: "M5 8l5 5 5-5",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  file: "M5 2.5h6L15.5 7v10.5H5zM11 2.5V7h4.5",
  check: "M4 10.5l4 4 8-9",
  up: "M7 17V9l3.5-6c1.5 0 2 1 1.7 2.4L11.6 8H16a1.6 1.6 0 0 1 1.6 2l-1.3 5.4A2 2 0 0 1 14.4 17zM3 9h4v8H3z",
  trash: "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.7 11h7.6l.7-11M8.5 8.5v5M11.5 8.5v5",
  bolt: "M11 2 4.5 11.5h4.5L8.5 18 15.5 8.5h-5z",
  home: "M3 9.5 10 3.5l7 6V17h-4.5v-4.5h-5V17H3z",
  layers: "M10 3 2.5 7 10 11l7.5-4zM2.5 10.5 10 14.5l7.5-4M2.5 14 10 18l7.5-4",
  flask: "M8 2.5h4M8.5 2.5v5L3.5 16a1 1 0 0 0 1 1.5h11a1 1 0 0 0 1-1.5l-5-8.5v-5M6 12h8",
  list: "M3.5 5h13M3.5 10h13M3.5 15h13",
  attach: "M15.5 9.5 9.8 15.2a3.3 3.3 0 0 1-4.7-4.7l6-6a2.2 2.2 0 0 1 3.1 3.1l-5.8 5.8a1.1 1.1 0 0 1-1.6-1.6l5.2-5.2",
  clock: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM10 6v4.5l3 2",
  play: "M6 3.5v13l10-6.5z",
  warn: "M10 3 1.8 17h16.4zM10 8v4M10 14.5h.01",
};

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  put(node, ...children);
  return node;
}

export function put(node, ...children) {
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren();
  return put(node, ...children);
}

export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return put(node, ...children);
}

export function icon(name) {
  return svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

export function iconButton(name, label, props = {}) {
  return h("button", { type: "button", ...props, class: `icon-button ${props.class ?? ""}`, "aria-label": label, title: label }, icon(name));
}

/** The address as a browser would follow it, or null when it is nothing that a link here may lead to. */
export function safeUrl(address, schemes = ["http:", "https:", "mailto:"]) {
  try {
    const url = new URL(String(address).trim());
    return schemes.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function link(address, ...children) {
  const href = safeUrl(address);
  if (href === null) return h("span", {}, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, ...children);
}
