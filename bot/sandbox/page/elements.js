// Elements that are pressed or chosen from a fixed list: buttons, overflow, plain selects, choices. What they do is said to `act`.

import { pickMany, pickOne } from "./combo.js";
import { h, icon, iconButton, safeUrl } from "./dom.js";
import { INPUTS } from "./inputs.js";
import { openMenu } from "./menu.js";
import { imageNode, textNodes, words } from "./texts.js";

const DRAWERS = {
  ...INPUTS,
  button,
  workflow_button: workflowButton,
  overflow,
  icon_button: iconButtonElement,
  feedback_buttons: feedback,
  static_select: select,
  external_select: (element, ctx) => pickOne(element, ctx, external(element, ctx), "selected_option", element.initial_option),
  users_select: (element, ctx) => idSelect(element, ctx, "selected_user", element.initial_user, ctx.people()),
  channels_select: (element, ctx) => idSelect(element, ctx, "selected_channel", element.initial_channel, ctx.channels()),
  conversations_select: (element, ctx) => idSelect(element, ctx, "selected_conversation", element.initial_conversation, ctx.channels()),
  multi_static_select: (element, ctx) => pickMany(element, ctx, fixed(element), "selected_options", element.initial_options),
  multi_external_select: (element, ctx) => pickMany(element, ctx, external(element, ctx), "selected_options", element.initial_options),
  multi_users_select: (element, ctx) => pickMany(element, ctx, listed(ctx.people()), "selected_users", element.initial_users),
  multi_channels_select: (element, ctx) => pickMany(element, ctx, listed(ctx.channels()), "selected_channels", element.initial_channels),
  multi_conversations_select: (element, ctx) => pickMany(element, ctx, listed(ctx.channels()), "selected_conversations", element.initial_conversations),
  radio_buttons: (element, ctx) => choices(element, ctx, "radio"),
  checkboxes: (element, ctx) => choices(element, ctx, "checkbox"),
  image: (element) => imageNode(element, "image-small"),
};

/** `ctx.act(element, blockId, extra, node)` does something; `ctx.held(element, blockId)` is what was chosen before, if anything. */
export function drawElement(element, blockId, ctx) {
  if (!Object.hasOwn(DRAWERS, element?.type)) return h("span", { class: "unknown-inline" }, `[${element?.type}]`);
  const kept = ctx.held?.(element, blockId);
  const bound = {
    ...ctx,
    act: (extra, node) => ctx.act(element, blockId, extra, node),
    hold: (extra) => ctx.hold?.(element, blockId, extra),
    held: (field, otherwise) => (kept && field in kept ? kept[field] : otherwise),
    suggest: (typed) => ctx.suggest(element, blockId, typed),
  };
  return DRAWERS[element.type](element, bound);
}

function button(element, ctx) {
  const tone = element.style === "primary" || element.style === "danger" ? ` ${element.style}` : "";
  const href = element.url ? safeUrl(element.url) : null;
  const label = { class: `button${tone}`, "aria-label": element.accessibility_label, "data-action": element.action_id };
  const text = textNodes(element.text, ctx);
  if (!href) return h("button", { ...label, type: "button", onclick: (event) => ctx.act({}, event.currentTarget) }, text);
  const follow = async (event) => {
    if (!element.confirm) return void ctx.act({}, event.currentTarget);
    event.preventDefault();
    if (await ctx.act({}, event.currentTarget)) window.open(href, "_blank", "noopener,noreferrer");
  };
  return h("a", { ...label, href, target: "_blank", rel: "noopener noreferrer", onclick: follow }, text, icon("out"));
}

/** Starts a workflow of Slack's, which the sandbox has none of; the app would not hear of it either. */
function workflowButton(element, ctx) {
  return h("button", { type: "button", class: "button", disabled: true, title: "Starts a workflow; there are none here" }, textNodes(element.text, ctx));
}

function iconButtonElement(element, ctx) {
  const label = element.accessibility_label ?? words(element.text);
  return iconButton(element.icon === "trash" ? "trash" : "more", label, { "data-action": element.action_id, onclick: (event) => ctx.act({}, event.currentTarget) });
}

function feedback(element, ctx) {
  const one = (part, sign) => h("button", { type: "button", class: "button", "aria-label": part.accessibility_label ?? words(part.text), "data-action": element.action_id, onclick: (event) => ctx.act({ value: part.value }, event.currentTarget) }, icon(sign), textNodes(part.text, ctx));
  return h("span", { class: "feedback" }, one(element.positive_button, "up"), one(element.negative_button, "down"));
}

function overflow(element, ctx) {
  const choose = (option, node) => {
    const href = option.url ? safeUrl(option.url) : null;
    ctx.act({ selected_option: option }, node);
    if (href) window.open(href, "_blank", "noopener,noreferrer");
  };
  const open = (event) => {
    const node = event.currentTarget;
    const entry = (option) => ({ label: words(option.text), note: option.description ? words(option.description) : null, run: () => choose(option, node) });
    openMenu(node, (element.options ?? []).map(entry));
  };
  return h("button", { type: "button", class: "button overflow", "aria-haspopup": "menu", "aria-label": "More actions", "data-action": element.action_id, onclick: open }, icon("more"));
}

const allOptions = (element) => [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options ?? [])];
const matching = (entries, typed) => entries.filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));
const optionEntry = (option, group) => ({ value: option, label: words(option.text), note: option.description ? words(option.description) : "", group });

const listed = (entries) => ({ least: 0, find: async (typed) => matching(entries.map(({ id, label }) => ({ value: id, label, note: "", group: "" })), typed) });

function fixed(element) {
  const entries = [
    ...(element.options ?? []).map((option) => optionEntry(option, "")),
    ...(element.option_groups ?? []).flatMap((group) => (group.options ?? []).map((option) => optionEntry(option, words(group.label)))),
  ];
  return { least: 0, find: async (typed) => matching(entries, typed) };
}

/** The app is asked for what was typed; it answers with options or with groups of them. */
function external(element, ctx) {
  const find = async (typed) => {
    const answer = await ctx.suggest(typed);
    if (answer.option_groups) return answer.option_groups.flatMap((group) => group.options.map((option) => optionEntry(option, words(group.label))));
    return (answer.options ?? []).map((option) => optionEntry(option, ""));
  };
  return { least: element.min_query_length ?? 3, find };
}

function select(element, ctx) {
  const all = allOptions(element);
  const entry = (option) => h("option", { value: String(all.indexOf(option)) }, words(option.text));
  const changed = (event) => ctx.act({ selected_option: all[Number(event.currentTarget.value)] }, event.currentTarget);
  const groups = (element.option_groups ?? []).map((group) => h("optgroup", { label: words(group.label) }, group.options.map(entry)));
  const node = selectShell(element, changed, [(element.options ?? []).map(entry), groups]);
  const initial = ctx.held("selected_option", element.initial_option);
  const chosen = all.findIndex((option) => option.value === initial?.value);
  node.value = chosen < 0 ? "" : String(chosen);
  return node;
}

function idSelect(element, ctx, field, initial, entries) {
  const changed = (event) => ctx.act({ [field]: event.currentTarget.value }, event.currentTarget);
  const node = selectShell(element, changed, entries.map(({ id, label }) => h("option", { value: id }, label)));
  node.value = ctx.held(field, initial) ?? "";
  return node;
}

function selectShell(element, changed, options) {
  const placeholder = words(element.placeholder) || "Choose";
  const label = { "aria-label": placeholder, "data-action": element.action_id, "data-control": true, class: "select", autofocus: element.focus_on_load };
  return h("select", { ...label, onchange: changed }, h("option", { value: "", disabled: true, hidden: true }, placeholder), options);
}

function choices(element, ctx, kind) {
  const options = element.options ?? [];
  const single = kind === "radio";
  const initial = single ? [ctx.held("selected_option", element.initial_option)] : (ctx.held("selected_options", element.initial_options) ?? []);
  const group = `choice-${crypto.randomUUID()}`;
  const box = h("div", { class: "choices", role: single ? "radiogroup" : "group", "aria-label": element.action_id, "data-control": true });
  const chosen = () => options.filter((_, index) => box.querySelectorAll("input")[index].checked);
  const changed = () => ctx.act(single ? { selected_option: chosen()[0] ?? null } : { selected_options: chosen() }, box);
  options.forEach((option, index) => {
    const checked = initial.some((one) => one?.value === option.value);
    const input = h("input", { type: kind, name: group, checked, onchange: changed, autofocus: element.focus_on_load && index === 0 });
    box.append(h("label", {}, input, h("span", {}, textNodes(option.text, ctx), option.description ? h("small", {}, textNodes(option.description, ctx)) : null)));
  });
  return box;
}
