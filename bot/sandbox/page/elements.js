// Interactive elements of blocks: buttons, overflow, selects, choices, pickers. What they do is said to `ctx.act`.

import { h, icon, safeUrl } from "./dom.js";
import { openMenu } from "./menu.js";
import { mrkdwn, withSigns } from "./mrkdwn.js";

/** A text object as nodes. Plain text is verbatim, with emoji unless it says no. */
export function textNodes(text, ctx) {
  if (!text) return [];
  if (typeof text === "string") return [text];
  if (text.type === "plain_text") return text.emoji === false ? [text.text] : withSigns(text.text);
  return [mrkdwn(text.text, ctx.names, { verbatim: text.verbatim === true })];
}

const words = (text) => (text ? h("span", {}, withSigns(text.text ?? "")).textContent : "");

export function imageNode(element, className) {
  const address = String(element.image_url ?? "");
  const own = address.startsWith("data:image/") || safeUrl(address, ["http:"])?.startsWith(`${location.origin}/`);
  if (own) return h("img", { src: address, alt: element.alt_text ?? "", class: className });
  return h("span", { class: `${className} image-missing`, role: "img", "aria-label": element.alt_text ?? "", title: address || "an image kept elsewhere" }, element.alt_text || "image");
}

const DRAWERS = {
  button,
  workflow_button: button,
  overflow,
  static_select: (element, ctx, act) => select(element, ctx, act, element.options ?? [], element.option_groups ?? []),
  users_select: (element, ctx, act) => idSelect(element, act, "selected_user", element.initial_user, ctx.people()),
  channels_select: (element, ctx, act) => idSelect(element, act, "selected_channel", element.initial_channel, ctx.channels()),
  conversations_select: (element, ctx, act) => idSelect(element, act, "selected_conversation", element.initial_conversation, ctx.channels()),
  radio_buttons: (element, ctx, act) => choices(element, ctx, act, "radio"),
  checkboxes: (element, ctx, act) => choices(element, ctx, act, "checkbox"),
  datepicker: (element, ctx, act) => picker(element, act, "date", "selected_date", element.initial_date),
  timepicker: (element, ctx, act) => picker(element, act, "time", "selected_time", element.initial_time),
  image: (element) => imageNode(element, "image-small"),
};

export function drawElement(element, blockId, ctx) {
  const draw = DRAWERS[element.type];
  if (!draw) return h("span", { class: "unknown-inline" }, `[${element.type}]`);
  return draw(element, ctx, (extra, node) => ctx.act(element, blockId, extra, node));
}

function button(element, ctx, act) {
  const tone = element.style === "primary" || element.style === "danger" ? ` ${element.style}` : "";
  const href = element.url ? safeUrl(element.url) : null;
  const label = { class: `button${tone}`, "aria-label": element.accessibility_label, "data-action": element.action_id };
  const text = textNodes(element.text, ctx);
  if (!href) return h("button", { ...label, type: "button", onclick: (event) => act({}, event.currentTarget) }, text);
  const follow = async (event) => {
    if (!element.confirm) return void act({}, event.currentTarget);
    event.preventDefault();
    if (await act({}, event.currentTarget)) window.open(href, "_blank", "noopener,noreferrer");
  };
  return h("a", { ...label, href, target: "_blank", rel: "noopener noreferrer", onclick: follow }, text, icon("out"));
}

function overflow(element, ctx, act) {
  const choose = (option, node) => {
    const href = option.url ? safeUrl(option.url) : null;
    act({ selected_option: option }, node);
    if (href) window.open(href, "_blank", "noopener,noreferrer");
  };
  const open = (event) => {
    const node = event.currentTarget;
    openMenu(node, (element.options ?? []).map((option) => ({ label: words(option.text), run: () => choose(option, node) })));
  };
  return h("button", { type: "button", class: "button overflow", "aria-haspopup": "menu", "aria-label": "More actions", "data-action": element.action_id, onclick: open }, icon("more"));
}

function select(element, ctx, act, options, groups) {
  const all = [...options, ...groups.flatMap((group) => group.options ?? [])];
  const entry = (option) => h("option", { value: String(all.indexOf(option)) }, words(option.text));
  const changed = (event) => act({ selected_option: all[Number(event.currentTarget.value)] }, event.currentTarget);
  const node = selectShell(element, changed, [options.map(entry), groups.map((group) => h("optgroup", { label: words(group.label) }, group.options.map(entry)))]);
  const chosen = all.findIndex((option) => option.value === element.initial_option?.value);
  node.value = chosen < 0 ? "" : String(chosen);
  return node;
}

function idSelect(element, act, field, initial, entries) {
  const changed = (event) => act({ [field]: event.currentTarget.value }, event.currentTarget);
  const node = selectShell(element, changed, entries.map(({ id, label }) => h("option", { value: id }, label)));
  node.value = initial ?? "";
  return node;
}

function selectShell(element, changed, options) {
  const placeholder = words(element.placeholder) || "Choose";
  const label = { "aria-label": placeholder, "data-action": element.action_id, class: "select" };
  return h("select", { ...label, onchange: changed }, h("option", { value: "", disabled: true, hidden: true }, placeholder), options);
}

function choices(element, ctx, act, kind) {
  const options = element.options ?? [];
  const initial = element.initial_options ?? (element.initial_option ? [element.initial_option] : []);
  const group = `choice-${crypto.randomUUID()}`;
  const box = h("div", { class: "choices", role: kind === "radio" ? "radiogroup" : "group", "aria-label": element.action_id });
  const chosen = () => options.filter((_, index) => box.querySelectorAll("input")[index].checked);
  const changed = () => act(kind === "radio" ? { selected_option: chosen()[0] ?? null } : { selected_options: chosen() }, box);
  for (const option of options) {
    const checked = initial.some((one) => one.value === option.value);
    const input = h("input", { type: kind, name: group, checked, onchange: changed });
    box.append(h("label", {}, input, h("span", {}, textNodes(option.text, ctx), option.description ? h("small", {}, textNodes(option.description, ctx)) : null)));
  }
  return box;
}

function picker(element, act, type, field, initial) {
  const changed = (event) => act({ [field]: event.currentTarget.value || null }, event.currentTarget);
  return h("input", { type, class: "select", value: initial ?? "", "aria-label": words(element.placeholder) || `Pick a ${type}`, "data-action": element.action_id, onchange: changed });
}
