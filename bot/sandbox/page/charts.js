// data_visualization as SVG: bars, lines, areas, pies; with a legend, and the figures as a table for those who cannot see it.

import { h, put, svg } from "./dom.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [560, 250, 46, 10, 24, 40];
const MOST_TICKS = 5;
const MOST_NAMES = 10;
const said = (value) => new Intl.NumberFormat("en", { notation: Math.abs(value) >= 100000 ? "compact" : "standard", maximumFractionDigits: 2 }).format(value);

export function chart(block) {
  const { type } = block.chart ?? {};
  const title = typeof block.title === "string" ? block.title : (block.title?.text ?? "");
  const drawn = type === "pie" ? pie(block.chart) : axes(block.chart, type);
  return h("figure", { class: "chart", role: "group", "aria-label": `${title}, ${type} chart` }, h("figcaption", {}, title), drawn);
}

function pie({ segments }) {
  const whole = segments.reduce((sum, { value }) => sum + value, 0);
  const picture = svg("svg", { viewBox: "0 0 200 200", class: "chart-pie", role: "img", "aria-label": segments.map(({ label, value }) => `${label} ${said(value)}`).join(", ") });
  let from = 0;
  segments.forEach(({ label, value }, index) => {
    const to = from + value / whole;
    picture.append(slice(from, to, `fill-${index % 6}`, `${label}: ${said(value)} (${Math.round((value / whole) * 100)} %)`));
    from = to;
  });
  const names = segments.map(({ label, value }) => `${label} · ${said(value)}`);
  return h("div", { class: "chart-beside" }, picture, legend(names));
}

function slice(from, to, kind, words) {
  if (to - from > 0.9999) return titled(svg("circle", { cx: 100, cy: 100, r: 92, class: kind }), words);
  const at = (part) => `${100 + 92 * Math.sin(2 * Math.PI * part)} ${100 - 92 * Math.cos(2 * Math.PI * part)}`;
  return titled(svg("path", { d: `M100 100L${at(from)}A92 92 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`, class: `slice ${kind}` }), words);
}

function titled(node, words) {
  const title = svg("title", {});
  title.textContent = words;
  node.append(title);
  return node;
}

function axes({ series, axis_config: config = {} }, type) {
  if (!["bar", "line", "area"].includes(type)) throw new Error(`no chart of type ${type}`);
  const names = config.categories ?? series[0].data.map(({ label }) => label);
  const rows = series.map(({ name, data }) => ({ name, values: names.map((label, index) => (data.find((one) => one.label === label) ?? data[index])?.value ?? 0) }));
  const all = rows.flatMap(({ values }) => values);
  const scale = scaled(Math.min(0, ...all), Math.max(0, ...all));
  const [x, y] = [config.x_label ?? config.x_axis_label, config.y_label ?? config.y_axis_label];
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart-axes", role: "img", "aria-label": [y, x].filter(Boolean).join(" by ") || rows.map(({ name }) => name).join(", ") });
  const step = (WIDTH - LEFT - RIGHT) / names.length;
  put(picture, scale.ticks.map((tick) => gridLine(scale, tick)), labels(names, step), type === "bar" ? bars(rows, scale, step, names) : lines(rows, scale, step, names, type), y ? text(6, 10, y, "chart-label") : null, x ? text(WIDTH - RIGHT, HEIGHT - 3, x, "chart-label end") : null);
  return h("div", {}, picture, legend(rows.map(({ name }) => name)), figures(names, rows));
}

/** Round steps from the lowest to the highest; `y` is where a value stands. */
function scaled(low, high) {
  const rough = (high - low || 1) / (MOST_TICKS - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const [from, to] = [Math.floor(low / step) * step, Math.ceil(high / step || 1) * step];
  const ticks = [];
  for (let tick = from; tick <= to + step / 2; tick += step) ticks.push(tick);
  const tall = HEIGHT - TOP - BOTTOM;
  return { ticks, y: (value) => TOP + tall - ((value - from) / (to - from)) * tall };
}

function text(x, y, words, kind) {
  const node = svg("text", { x, y, class: kind });
  node.textContent = words;
  return node;
}

function gridLine(scale, tick) {
  const y = scale.y(tick);
  return [svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y, class: tick === 0 ? "axis" : "grid" }), text(LEFT - 7, y + 4, said(tick), "chart-tick end")];
}

function labels(names, step) {
  const every = Math.ceil(names.length / MOST_NAMES);
  return names.map((name, index) => (index % every ? null : text(LEFT + step * (index + 0.5), HEIGHT - BOTTOM + 18, name, "chart-tick middle")));
}

function bars(rows, scale, step, names) {
  const wide = Math.min(42, (step * 0.76) / rows.length);
  return rows.flatMap(({ name, values }, row) => values.map((value, index) => {
    const x = LEFT + step * (index + 0.5) + (row - rows.length / 2) * wide;
    const [top, bottom] = [Math.min(scale.y(value), scale.y(0)), Math.max(scale.y(value), scale.y(0))];
    return titled(svg("rect", { x: x + 1, y: top, width: Math.max(1, wide - 2), height: Math.max(0.5, bottom - top), rx: 2, class: `fill-${row % 6}` }), `${name}, ${names[index]}: ${said(value)}`);
  }));
}

function lines(rows, scale, step, names, type) {
  return rows.flatMap(({ name, values }, row) => {
    const points = values.map((value, index) => [LEFT + step * (index + 0.5), scale.y(value)]);
    const path = points.map((point, index) => `${index ? "L" : "M"}${point[0]} ${point[1]}`).join("");
    const area = type === "area" ? svg("path", { d: `${path}L${points.at(-1)[0]} ${scale.y(0)}L${points[0][0]} ${scale.y(0)}Z`, class: `area fill-${row % 6}` }) : null;
    const dots = points.map(([cx, cy], index) => titled(svg("circle", { cx, cy, r: 3.2, class: `fill-${row % 6}` }), `${name}, ${names[index]}: ${said(values[index])}`));
    return [area, svg("path", { d: path, class: `line stroke-${row % 6}` }), dots];
  });
}

function legend(names) {
  return h("ul", { class: "legend" }, names.map((name, index) => h("li", {}, h("span", { class: `swatch back-${index % 6}`, "aria-hidden": "true" }), name)));
}

function figures(names, rows) {
  const head = h("tr", {}, h("td", {}), names.map((name) => h("th", { scope: "col" }, name)));
  const body = rows.map(({ name, values }) => h("tr", {}, h("th", { scope: "row" }, name), values.map((value) => h("td", {}, said(value)))));
  return h("div", { class: "for-readers" }, h("table", {}, h("tbody", {}, head, body)));
}
