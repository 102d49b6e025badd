// The markdown block: the part of standard Markdown that Slack translates. Markup in it that is HTML stays text.

import { h, link, safeUrl } from "./dom.js";
import { withSigns } from "./mrkdwn.js";

const INLINE = /`([^`\n]+)`|\*\*(\S(?:[^\n]*?\S)?)\*\*|~~(\S(?:[^\n]*?\S)?)~~|(?<![\p{L}\p{N}])[*_](\S(?:[^\n]*?\S)?)[*_](?![\p{L}\p{N}])|!?\[([^\]\n]*)\]\(([^()\s]+)\)|https?:\/\/[^\s<>()]+/gu;

export function markdown(text) {
  const out = h("div", { class: "rich-text" });
  const lines = String(text ?? "").split("\n");
  while (lines.length) out.append(...takeBlock(lines));
  return out;
}

function takeBlock(lines) {
  const [line] = lines;
  const fence = /^\s*(```+|~~~+)/.exec(line);
  if (fence) return [takeFence(lines, fence[1])];
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) return lines.shift(), [h("p", { class: "md-heading", role: "heading", "aria-level": Math.max(4, heading[1].length) }, inline(heading[2]))];
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return lines.shift(), [h("hr")];
  if (/^\s*>/.test(line)) return [h("blockquote", {}, inline(takeWhile(lines, /^\s*>\s?/).join("\n")))];
  if (/^\s*[-*+]\s+/.test(line)) return [items("ul", takeWhile(lines, /^\s*[-*+]\s+/))];
  if (/^\s*\d+[.)]\s+/.test(line)) return [items("ol", takeWhile(lines, /^\s*\d+[.)]\s+/))];
  if (/^\s*\|.*\|\s*$/.test(line) && /^\s*\|[\s:|-]+\|\s*$/.test(lines[1] ?? "")) return [takeTable(lines)];
  if (!line.trim()) return lines.shift(), [];
  const words = [lines.shift()];
  while (lines.length && lines[0].trim() && !/^\s*(```|~~~|#{1,6}\s|>|[-*+]\s|\d+[.)]\s|\|)/.test(lines[0])) words.push(lines.shift());
  return [h("p", {}, inline(words.join("\n")))];
}

function takeFence(lines, mark) {
  lines.shift();
  const end = lines.findIndex((line) => line.trim().startsWith(mark));
  const body = lines.splice(0, end < 0 ? lines.length : end + 1);
  return h("pre", { tabindex: "0" }, body.slice(0, end < 0 ? undefined : -1).join("\n"));
}

function takeWhile(lines, start) {
  const taken = [];
  while (lines.length && start.test(lines[0])) taken.push(lines.shift().replace(start, ""));
  return taken;
}

function items(tag, words) {
  return h(tag, {}, words.map((word) => {
    const task = /^\[([ xX])\]\s+/.exec(word);
    return h("li", {}, task ? (task[1] === " " ? "☐ " : "☑ ") : null, inline(task ? word.slice(task[0].length) : word));
  }));
}

function takeTable(lines) {
  const cells = (line) => line.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  const head = cells(lines.shift());
  lines.shift();
  const rows = [];
  while (lines.length && /^\s*\|.*\|\s*$/.test(lines[0])) rows.push(cells(lines.shift()));
  const row = (tag, line) => h("tr", {}, line.map((cell) => h(tag, {}, inline(cell))));
  return h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {}, h("thead", {}, row("th", head)), h("tbody", {}, rows.map((line) => row("td", line)))));
}

function inline(text) {
  const out = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    out.push(...withSigns(text.slice(from, found.index)), token(found));
    from = found.index + found[0].length;
  }
  out.push(...withSigns(text.slice(from)));
  return out;
}

function token([whole, code, bold, strike, italic, label, address]) {
  if (code !== undefined) return h("code", {}, code);
  if (bold !== undefined) return h("strong", {}, inline(bold));
  if (strike !== undefined) return h("s", {}, inline(strike));
  if (italic !== undefined) return h("em", {}, inline(italic));
  if (address === undefined) return link(whole, whole);
  return safeUrl(address) === null ? whole : link(address, label || address);
}
