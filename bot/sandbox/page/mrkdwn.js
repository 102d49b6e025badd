// Slack's mrkdwn as nodes: block level (fences, quotes) here, marks, entities and emoji inline. Never fails: what is no markup is text.

import { h, link, safeUrl } from "./dom.js";
import { sign } from "./emoji.js";
import { formatDate } from "./times.js";

const TOKEN = /<([^<>\n]*)>|`([^`\n]+)`|:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?|https?:\/\/[^\s<>|]+|[*_~]/g;
const OPAQUE = /<[^<>\n]*>|`[^`\n]+`|https?:\/\/[^\s<>|]+/g;
const TAGS = { "*": "strong", _: "em", "~": "s" };
const FARTHEST_CLOSE = 3000;
const WORD = /[\p{L}\p{N}]/u;

export const decode = (text) => text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);

/** `text` as a fragment. `names` tells what ids are called; `verbatim` leaves bare addresses as words. */
export function mrkdwn(text, names, { verbatim = false } = {}) {
  const out = document.createDocumentFragment();
  const parts = String(text ?? "").split("```");
  if (parts.length % 2 === 0) parts.push(`${parts.splice(-2).join("```")}`);
  parts.forEach((part, index) => {
    if (index % 2) out.append(h("pre", { tabindex: "0" }, plainEntities(part.replace(/^\n|\n$/g, ""), names)));
    else paragraphs(trimBeside(part, index, parts.length), names, verbatim, out);
  });
  return out;
}

/** A fence is a block of its own, so the line break beside it shows nothing. */
function trimBeside(part, index, count) {
  let text = part;
  if (index > 0) text = text.replace(/^\n/, "");
  if (index < count - 1) text = text.replace(/\n$/, "");
  return text;
}

function paragraphs(text, names, verbatim, out) {
  if (text === "") return;
  const groups = [];
  let rest = false;
  for (const line of text.split("\n")) {
    const all = !rest && /^(>>>|&gt;&gt;&gt;) ?/.exec(line);
    if (all) rest = true;
    const quote = all || (!rest && /^(>|&gt;) ?/.exec(line));
    const quoted = rest || Boolean(quote);
    const said = quote ? line.slice(quote[0].length) : line;
    if (groups.at(-1)?.quoted === quoted && !all) groups.at(-1).lines.push(said);
    else groups.push({ quoted, lines: [said] });
  }
  for (const { quoted, lines } of groups) {
    const nodes = inline(lines.join("\n"), names, verbatim, "");
    if (quoted) out.append(h("blockquote", {}, nodes));
    else out.append(...nodes);
  }
}

function inline(text, names, verbatim, open) {
  const opaque = [...text.matchAll(OPAQUE)].map((found) => [found.index, found.index + found[0].length]);
  const token = new RegExp(TOKEN);
  const out = [];
  let from = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const drawn = drawToken(found, { text, names, verbatim, open, opaque });
    if (drawn === null) continue;
    out.push(decode(text.slice(from, found.index)), drawn.node);
    from = drawn.end ?? found.index + found[0].length;
    token.lastIndex = from;
  }
  out.push(decode(text.slice(from)));
  return out.filter((part) => part !== "");
}

function drawToken(found, { text, names, verbatim, open, opaque }) {
  const [whole, entityText, code, emoji] = found;
  if (entityText !== undefined) return { node: entity(entityText, names) };
  if (code !== undefined) return { node: h("code", {}, plainEntities(code, names)) };
  if (emoji !== undefined) return sign(emoji) ? { node: emojiNode(emoji) } : null;
  if (whole in TAGS) {
    const end = open.includes(whole) ? -1 : closing(text, found.index, whole, opaque);
    if (end < 0) return null;
    return { node: h(TAGS[whole], {}, inline(text.slice(found.index + 1, end), names, verbatim, open + whole)), end: end + 1 };
  }
  if (verbatim) return null;
  const address = whole.replace(/(?:[.,;:!?)\]}'"*_~]|&gt;|&lt;)+$/, "");
  return { node: link(decode(address), decode(address)), end: found.index + address.length };
}

/** Where the mark at `start` is closed, or -1: marks hug their words, stand outside words and end on their line. */
function closing(text, start, mark, opaque) {
  const before = text[start - 1] ?? " ";
  const after = text[start + 1] ?? " ";
  if (WORD.test(before) || /\s/.test(after) || after === mark) return -1;
  const line = text.indexOf("\n", start);
  const limit = Math.min(line < 0 ? text.length : line, start + FARTHEST_CLOSE);
  for (let end = text.indexOf(mark, start + 2); end >= 0 && end < limit; end = text.indexOf(mark, end + 1)) {
    const hugs = !/\s/.test(text[end - 1]) && !WORD.test(text[end + 1] ?? " ");
    if (hugs && !opaque.some(([from, to]) => from <= end && end < to)) return end;
  }
  return -1;
}

function entity(raw, names) {
  const cut = raw.indexOf("|");
  const target = cut < 0 ? raw : raw.slice(0, cut);
  const label = cut < 0 ? "" : decode(raw.slice(cut + 1));
  if (/^@[UW][A-Z0-9]+$/.test(target)) return userMention(target.slice(1), names, label);
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return channelMention(target.slice(1), names, label);
  if (/^!subteam\^S[A-Z0-9]+$/.test(target)) return groupMention(target.slice(9), names, label);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!date^")) return dateEntity(target, label);
  if (target.startsWith("!")) return label || `<${target}>`;
  const address = decode(target);
  if (safeUrl(address) === null) return `<${decode(raw)}>`;
  return link(address, label ? withSigns(label) : address.replace(/^mailto:/, ""));
}

export function userMention(id, names, label) {
  const { label: said, me } = names.user(id, label);
  return h("span", { class: me ? "mention mention-me" : "mention" }, said);
}

export const channelMention = (id, names, label) => h("span", { class: "mention" }, `#${names.channel(id, label)}`);
export const groupMention = (id, names, label) => h("span", { class: "mention" }, names.group(id, label));
export const broadcast = (range) => h("span", { class: "mention mention-all" }, `@${range}`);

function dateEntity(target, label) {
  const [, unix, format = "", address] = target.split("^");
  const said = formatDate(unix, decode(format), label || decode(format));
  const node = h("time", { title: label || null }, said);
  return address ? link(decode(address), node) : node;
}

export function emojiNode(name, unicode) {
  const found = sign(name, unicode);
  return found ? h("span", { class: "emoji", role: "img", "aria-label": name.replace(/_/g, " "), title: `:${name}:` }, found) : `:${name}:`;
}

/** Plain words with emoji: all that plain_text knows. */
export function withSigns(text) {
  const parts = String(text ?? "").split(/:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/);
  return parts.map((part, index) => (index % 2 ? emojiNode(part) : part)).filter((part) => part !== "");
}

/** Inside code only entities are resolved, to the words that they show. */
function plainEntities(text, names) {
  return decode(text.replace(/<([^<>\n]*)>/g, (whole, raw) => {
    const node = entity(raw, names);
    return escapeBack(typeof node === "string" ? node : node.textContent);
  }));
}

const escapeBack = (text) => text.replace(/&/g, "&amp;");
