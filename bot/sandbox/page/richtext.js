// rich_text blocks and table cells as nodes. Nothing in them is parsed: text is text.

import { h, link } from "./dom.js";
import { broadcast, channelMention, emojiNode, groupMention, userMention } from "./mrkdwn.js";
import { formatDate } from "./times.js";

const STYLES = [["code", "code"], ["strike", "s"], ["underline", "u"], ["italic", "em"], ["bold", "strong"]];
const MARKERS = ["decimal", "alpha", "roman"];

export function richText(block, names) {
  return h("div", { class: "rich-text" }, lists(block.elements ?? []).map((element) => part(element, names)));
}

/** Neighbouring lists of one kind are one list; deeper ones hang in the item before them. */
function lists(elements) {
  const out = [];
  for (const element of elements) {
    const last = out.at(-1);
    const deeper = element.type === "rich_text_list" && last?.type === "rich_text_list" && (element.indent ?? 0) > (last.indent ?? 0);
    if (deeper) last.nested = [...(last.nested ?? []), { after: last.elements.length - 1, list: element }];
    else if (joins(last, element)) last.elements = [...last.elements, ...element.elements];
    else out.push(element.type === "rich_text_list" ? { ...element, elements: [...(element.elements ?? [])] } : element);
  }
  return out;
}

const joins = (last, element) =>
  element.type === "rich_text_list" && last?.type === "rich_text_list" && last.nested && last.style === element.style && (last.indent ?? 0) === (element.indent ?? 0);

function part(element, names) {
  const nodes = () => (element.elements ?? []).map((child) => inlinePart(child, names));
  switch (element.type) {
    case "rich_text_section":
      return h("p", {}, nodes());
    case "rich_text_list":
      return list(element, names);
    case "rich_text_quote":
      return h("blockquote", {}, nodes());
    case "rich_text_preformatted":
      return h("pre", { tabindex: "0" }, nodes());
    default:
      return h("p", { class: "unknown-inline" }, `[${element.type}]`);
  }
}

function list(element, names) {
  const ordered = element.style === "ordered";
  const items = element.elements.map((item, index) => {
    const below = lists((element.nested ?? []).filter(({ after }) => after === index).map((entry) => entry.list));
    return h("li", {}, (item.elements ?? []).map((child) => inlinePart(child, names)), below.map((deeper) => list(deeper, names)));
  });
  const kind = ordered ? `marker-${MARKERS[(element.indent ?? 0) % 3]}` : null;
  return h(ordered ? "ol" : "ul", { class: kind, start: ordered && element.offset ? element.offset + 1 : null }, items);
}

function inlinePart(element, names) {
  let node = bare(element, names);
  for (const [style, tag] of STYLES) if (element.style?.[style]) node = h(tag, {}, node);
  return node;
}

function bare(element, names) {
  switch (element.type) {
    case "text":
      return element.text ?? "";
    case "link":
      return link(element.url, element.text || element.url);
    case "user":
      return userMention(element.user_id, names);
    case "channel":
      return channelMention(element.channel_id, names);
    case "usergroup":
      return groupMention(element.usergroup_id, names);
    case "broadcast":
      return broadcast(element.range);
    case "emoji":
      return emojiNode(element.name, element.unicode);
    case "date":
      return h("time", {}, formatDate(element.timestamp, element.format ?? "{date}", element.fallback ?? ""));
    case "color":
      return h("code", {}, element.value ?? "");
    default:
      return element.text ?? `[${element.type}]`;
  }
}
