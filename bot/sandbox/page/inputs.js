// Elements that one writes or picks values in: words, numbers, addresses, dates and times, files.

import { h, icon, iconButton } from "./dom.js";
import { words } from "./texts.js";

const pad = (number) => String(number).padStart(2, "0");

export const INPUTS = {
  plain_text_input: (element, ctx) => typed(element, ctx, element.multiline ? { tag: "textarea", rows: "3" } : { type: "text" }),
  email_text_input: (element, ctx) => typed(element, ctx, { type: "email", inputmode: "email" }),
  url_text_input: (element, ctx) => typed(element, ctx, { type: "url", inputmode: "url" }),
  number_input: (element, ctx) => typed(element, ctx, { type: "text", inputmode: element.is_decimal_allowed ? "decimal" : "numeric" }),
  rich_text_input: (element, ctx) => typed(element, ctx, { tag: "textarea", rows: "4" }, "rich_text_value"),
  datepicker: (element, ctx) => picker(element, ctx, "date", "selected_date", element.initial_date),
  timepicker: (element, ctx) => picker(element, ctx, "time", "selected_time", element.initial_time),
  datetimepicker: dateTime,
  file_input: files,
};

/** The words in a rich_text value, which a plain box can show. */
function plainWords(value) {
  if (typeof value === "string") return value;
  return (value?.elements ?? []).map((part) => (part.elements ?? []).map((one) => one.text ?? one.url ?? "").join("")).join("\n");
}

/** Every letter is held; the app hears of it where its block asks for that: on Enter, or as one types. */
function typed(element, ctx, shape, field = "value") {
  const { tag = "input", ...more } = shape;
  const moments = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const deed = (node) => ctx.act({ [field]: node.value || null }, null);
  const oninput = (event) => {
    ctx.hold({ [field]: event.currentTarget.value || null });
    if (ctx.dispatches && moments.includes("on_character_entered")) deed(event.currentTarget);
  };
  const onkeydown = (event) => {
    if (event.key === "Enter" && !event.isComposing && tag === "input" && ctx.dispatches && moments.includes("on_enter_pressed")) {
      event.preventDefault();
      deed(event.currentTarget);
    }
  };
  const onchange = (event) => (ctx.keepsOnChange && !ctx.dispatches ? deed(event.currentTarget) : undefined);
  const about = { class: "select text-input", "data-control": true, "data-action": element.action_id, "aria-label": words(element.placeholder) || element.action_id, autocomplete: "off" };
  const bounds = { minlength: element.min_length, maxlength: element.max_length, placeholder: words(element.placeholder) || null, autofocus: element.focus_on_load };
  return h(tag, { ...more, ...about, ...bounds, value: plainWords(ctx.held(field, element.initial_value) ?? ""), oninput, onkeydown, onchange });
}

function picker(element, ctx, type, field, initial) {
  const changed = (event) => ctx.act({ [field]: event.currentTarget.value || null }, event.currentTarget);
  return h("input", { type, class: "select", value: ctx.held(field, initial) ?? "", "aria-label": words(element.placeholder) || `Pick a ${type}`, "data-action": element.action_id, "data-control": true, autofocus: element.focus_on_load, onchange: changed });
}

function localMoment(unix) {
  if (!unix) return "";
  const date = new Date(unix * 1000);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

function dateTime(element, ctx) {
  const changed = (event) => {
    const { value } = event.currentTarget;
    ctx.act({ selected_date_time: value ? Math.floor(new Date(value).getTime() / 1000) : null }, event.currentTarget);
  };
  const initial = localMoment(ctx.held("selected_date_time", element.initial_date_time));
  return h("input", { type: "datetime-local", class: "select", value: initial, "aria-label": "Pick a date and a time", "data-action": element.action_id, "data-control": true, autofocus: element.focus_on_load, onchange: changed });
}

/** Files go up at once; what the form holds are their ids, as Slack keeps them. */
function files(element, ctx) {
  const most = element.max_files ?? 10;
  const chosen = [...(ctx.held("files", []) ?? [])];
  const list = h("ul", { class: "picked-files" });
  const told = h("p", { class: "hint", role: "status" });
  const show = () => {
    list.replaceChildren(...chosen.map((file) => h("li", {}, icon("file"), file.name ?? file.id, iconButton("close", `Remove ${file.name ?? file.id}`, { onclick: () => { chosen.splice(chosen.indexOf(file), 1); keep(); } }))));
    list.hidden = chosen.length === 0;
  };
  const keep = () => {
    ctx.act({ files: chosen.map(({ id, name }) => ({ id, name })) }, null);
    show();
  };
  const take = async (event) => {
    const wanted = [...event.currentTarget.files].slice(0, most - chosen.length);
    event.currentTarget.value = "";
    told.textContent = wanted.length ? "Uploading…" : `No more than ${most} here.`;
    for (const file of wanted) {
      const up = await ctx.upload(file);
      if (up) chosen.push(up);
    }
    told.textContent = "";
    keep();
  };
  const accept = element.filetypes?.map((kind) => `.${kind}`).join(",");
  const input = h("input", { type: "file", class: "file-picker", multiple: most > 1, accept, "aria-label": "Choose files", "data-action": element.action_id, "data-control": true, onchange: take });
  show();
  return h("div", { class: "file-input" }, input, list, told);
}
