// The blocks that hold other things: alerts, cards, carousels, containers, tasks and plans of tasks, videos.

import { h, icon, link } from "./dom.js";
import { drawElement } from "./elements.js";
import { richText } from "./richtext.js";
import { imageNode, textNodes } from "./texts.js";

const LEVELS = { error: "warn", warning: "warn", success: "check", info: "idea", default: "idea" };
const STATES = { pending: "Not begun", in_progress: "Going on", complete: "Done", error: "Failed" };
const SIGNS = { pending: "clock", in_progress: "clock", complete: "check", error: "warn" };

export function alertBlock(block, ctx) {
  const level = Object.hasOwn(LEVELS, block.level) ? block.level : "default";
  return h("div", { class: `alert alert-${level}`, role: "note" }, icon(LEVELS[level]), h("div", { class: "section-text" }, textNodes(block.text, ctx)));
}

export function card(block, ctx) {
  const actions = (block.actions ?? []).map((element) => drawElement(element, block.block_id, ctx));
  return h("div", { class: "card", role: "group" },
    block.hero_image ? imageNode(block.hero_image, "card-hero") : null,
    h("div", { class: "card-head" },
      block.icon ? imageNode(block.icon, "card-icon") : null,
      h("div", {}, block.title ? h("strong", {}, textNodes(block.title, ctx)) : null, block.subtitle ? h("small", {}, textNodes(block.subtitle, ctx)) : null)),
    block.body ? h("div", { class: "section-text" }, textNodes(block.body, ctx)) : null,
    actions.length ? h("div", { class: "block-actions" }, actions) : null);
}

export function carousel(block, ctx) {
  return h("div", { class: "carousel", role: "group", "aria-label": "Cards", tabindex: "0" }, (block.elements ?? []).map((one) => card({ ...one, block_id: one.block_id ?? block.block_id }, ctx)));
}

/** `drawBlock` draws what is inside. */
export function container(block, ctx, drawBlock) {
  const title = block.rich_text_title ? richText(block.rich_text_title, ctx.names) : h("strong", {}, textNodes(block.title, ctx));
  const head = [title, block.subtitle ? h("small", {}, textNodes(block.subtitle, ctx)) : null];
  const body = h("div", { class: "blocks" }, (block.child_blocks ?? []).map((child) => drawBlock(child, ctx)));
  const kind = `container width-${block.width ?? "standard"}${block.has_header_divider ? " ruled" : ""}`;
  if (!block.is_collapsible) return h("section", { class: kind }, h("div", { class: "container-head" }, head), body);
  return h("details", { class: kind, open: block.default_collapsed !== true }, h("summary", { class: "container-head" }, head), body);
}

export function task(block, ctx) {
  const status = Object.hasOwn(STATES, block.status) ? block.status : "pending";
  const more = [block.details, block.output].filter(Boolean).map((part) => richText(part, ctx.names));
  const sources = (block.sources ?? []).map((source) => h("li", {}, source.url ? link(source.url, source.text ?? source.url) : JSON.stringify(source)));
  const head = [icon(SIGNS[status]), h("span", { class: "task-title" }, block.title), h("small", {}, STATES[status])];
  if (!more.length && !sources.length) return h("div", { class: `task task-${status}` }, h("div", { class: "task-head" }, head));
  return h("details", { class: `task task-${status}`, open: status === "in_progress" || status === "error" }, h("summary", { class: "task-head" }, head), more, sources.length ? h("ul", {}, sources) : null);
}

export function plan(block, ctx) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter(({ status }) => status === "complete").length;
  return h("section", { class: "plan" }, h("div", { class: "container-head" }, h("strong", {}, block.title), h("small", {}, `${done} of ${tasks.length} done`)), tasks.map((one) => task(one, ctx)));
}

/** Nothing is played here, since nothing is fetched from elsewhere; the way to the video is a link. */
export function video(block, ctx) {
  const title = h("span", {}, textNodes(block.title, ctx));
  return h("figure", { class: "card" },
    h("span", { class: "card-hero image-missing", role: "img", "aria-label": block.alt_text ?? "" }, icon("play"), block.alt_text ?? ""),
    h("figcaption", {}, link(block.title_url ?? block.video_url, title), block.author_name || block.provider_name ? h("small", {}, [block.author_name, block.provider_name].filter(Boolean).join(" · ")) : null, block.description ? h("div", { class: "section-text" }, textNodes(block.description, ctx)) : null));
}
