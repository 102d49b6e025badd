// Block Kit as nodes: one drawer a block. A block that the page does not know is a labelled box.

import { alertBlock, card, carousel, container, plan, task, video } from "./cards.js";
import { chart } from "./charts.js";
import { h, icon, link } from "./dom.js";
import { drawElement } from "./elements.js";
import { markdown } from "./markdown.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { imageNode, textNodes } from "./texts.js";

const NAMED_COLOURS = { good: "#2f9e6e", warning: "#d99a1c", danger: "#cf3a32" };
const PAGE_SIZE = 5;

const DRAWERS = {
  header: (block, ctx) => h("h3", { class: `block-header level-${block.level ?? 1}` }, textNodes(block.text, ctx)),
  section,
  context: (block, ctx) => h("div", { class: "block-context" }, (block.elements ?? []).map((element) => contextPart(element, ctx))),
  actions: (block, ctx) => h("div", { class: "block-actions" }, (block.elements ?? []).map((element) => drawElement(element, block.block_id, ctx))),
  context_actions: (block, ctx) => h("div", { class: "block-actions" }, (block.elements ?? []).map((element) => drawElement(element, block.block_id, ctx))),
  input,
  divider: () => h("hr", { class: "block-divider" }),
  image: (block, ctx) => h("figure", { class: "block-image" }, block.title ? h("figcaption", {}, textNodes(block.title, ctx)) : null, imageNode(block, "image-large")),
  rich_text: (block, ctx) => richText(block, ctx.names),
  markdown: (block) => markdown(block.text),
  table: (block, ctx) => table(block, ctx, { header: true, size: Infinity }),
  data_table: (block, ctx) => table(block, ctx, { header: true, size: block.page_size ?? PAGE_SIZE }),
  data_visualization: chart,
  alert: alertBlock,
  card,
  carousel,
  container: (block, ctx) => container(block, ctx, drawBlock),
  task_card: task,
  plan,
  video,
  file: (block) => h("p", { class: "block-context" }, icon("file"), ` ${block.external_id ?? "file"}`),
};

export function drawBlocks(blocks, ctx) {
  return h("div", { class: "blocks" }, blocks.map((block) => drawBlock(block, ctx)));
}

/** A field with its label, its hint and what is wrong with it, tied together for screen readers. */
function input(block, ctx) {
  const id = `field-${crypto.randomUUID()}`;
  const wrong = ctx.error?.(block.block_id);
  const node = drawElement(block.element, block.block_id, { ...ctx, dispatches: block.dispatch_action === true });
  const control = node.matches("[data-control]") ? node : (node.querySelector("[data-control]") ?? node);
  const told = [block.hint ? `${id}-hint` : "", wrong ? `${id}-wrong` : ""].join(" ").trim();
  control.removeAttribute("aria-label");
  const isField = control.matches("input, select, textarea");
  if (isField) control.id = id;
  else control.setAttribute("aria-labelledby", `${id}-label`);
  if (told) control.setAttribute("aria-describedby", told);
  if (wrong) control.setAttribute("aria-invalid", "true");
  return h("div", { class: wrong ? "block-input wrong" : "block-input" },
    h(isField ? "label" : "span", { class: "input-label", id: `${id}-label`, for: isField ? id : null }, textNodes(block.label, ctx), block.optional ? h("small", {}, " (optional)") : null),
    node,
    wrong ? h("p", { class: "field-error", id: `${id}-wrong`, role: "alert" }, icon("warn"), wrong) : null,
    block.hint ? h("p", { class: "hint", id: `${id}-hint` }, textNodes(block.hint, ctx)) : null);
}

export function drawBlock(block, ctx) {
  const draw = Object.hasOwn(DRAWERS, block?.type) ? DRAWERS[block.type] : unknown;
  try {
    return draw(block, ctx);
  } catch (error) {
    return unknown(block, ctx, error);
  }
}

function unknown(block, _ctx, error) {
  const type = String(block?.type ?? "nothing");
  const why = error ? `The block “${type}” is not well formed` : `A block of type “${type}” (not drawn here)`;
  return h("details", { class: "block-unknown" }, h("summary", {}, why), h("pre", { tabindex: "0" }, JSON.stringify(block, null, 2)));
}

function section(block, ctx) {
  const fields = (block.fields ?? []).map((field) => h("div", { class: "field" }, textNodes(field, ctx)));
  const body = h("div", { class: "section-body" },
    block.text ? h("div", { class: "section-text" }, textNodes(block.text, ctx)) : null,
    fields.length ? h("div", { class: "fields" }, fields) : null);
  const side = block.accessory ? accessory(block, ctx) : null;
  return h("div", { class: `block-section${side ? " with-accessory" : ""}${block.accessory?.type === "image" ? " with-image" : ""}` }, body, side);
}

function accessory(block, ctx) {
  if (block.accessory.type === "image") return imageNode(block.accessory, "image-accessory");
  return h("div", { class: "accessory" }, drawElement(block.accessory, block.block_id, ctx));
}

function contextPart(element, ctx) {
  if (element.type === "image") return imageNode(element, "image-small");
  return h("span", { class: "context-text" }, textNodes(element, ctx));
}

function table(block, ctx, { header, size }) {
  const rows = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const cell = (tag) => (value, index) => h(tag, { class: cellClass(value, settings[index]), scope: tag === "th" ? "col" : null }, cellNodes(value, ctx));
  const head = header && rows.length ? h("thead", {}, h("tr", {}, rows[0].map(cell("th")))) : null;
  const body = h("tbody", {}, rows.slice(header ? 1 : 0).map((row) => h("tr", {}, row.map(cell("td")))));
  const caption = block.caption ? h("caption", {}, typeof block.caption === "string" ? block.caption : textNodes(block.caption, ctx)) : null;
  const wrap = h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": caption?.textContent ?? "Table" }, h("table", {}, caption, head, body));
  return h("div", {}, wrap, moreRows(body, size));
}

function moreRows(body, size) {
  const rows = [...body.rows];
  if (rows.length <= size) return null;
  rows.slice(size).forEach((row) => { row.hidden = true; });
  const show = (event) => {
    rows.forEach((row) => { row.hidden = false; });
    event.currentTarget.remove();
  };
  return h("button", { type: "button", class: "text-button", onclick: show }, `Show all ${rows.length} rows`);
}

function cellClass(value, setting) {
  const align = setting?.align ?? (value?.type === "raw_number" ? "right" : "left");
  return `align-${["left", "center", "right"].includes(align) ? align : "left"}${setting?.is_wrapped ? " wrapped" : ""}`;
}

function cellNodes(value, ctx) {
  if (!value) return [];
  if (value.type === "rich_text") return [richText(value, ctx.names)];
  return [String(value.text ?? value.value ?? "")];
}

/** Legacy attachments: a colour bar, then blocks or the old fields. */
export function drawAttachment(attachment, ctx) {
  const bar = h("div", { class: "attachment" });
  const colour = NAMED_COLOURS[attachment.color] ?? `#${String(attachment.color ?? "").replace(/^#/, "")}`;
  if (/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(colour)) bar.style.setProperty("--bar", colour);
  if (attachment.blocks?.length) bar.append(drawBlocks(attachment.blocks, ctx));
  else bar.append(...oldAttachment(attachment, ctx));
  const before = attachment.pretext ? h("p", { class: "attachment-before" }, mrkdwn(attachment.pretext, ctx.names)) : null;
  return h("div", {}, before, bar);
}

function oldAttachment(attachment, ctx) {
  const said = (text) => mrkdwn(text, ctx.names);
  const title = attachment.title ? h("p", { class: "attachment-title" }, attachment.title_link ? link(attachment.title_link, attachment.title) : attachment.title) : null;
  const fields = (attachment.fields ?? []).map((field) => h("div", { class: field.short ? "field" : "field wide" }, h("strong", {}, field.title ?? ""), "\n", said(field.value)));
  const parts = [
    attachment.author_name ? h("p", { class: "attachment-small" }, attachment.author_name) : null,
    title,
    attachment.text ? h("div", { class: "section-text" }, said(attachment.text)) : null,
    fields.length ? h("div", { class: "fields" }, fields) : null,
    attachment.footer ? h("p", { class: "attachment-small" }, attachment.footer) : null,
  ].filter(Boolean);
  return parts.length ? parts : [h("p", {}, attachment.fallback ?? "")];
}
