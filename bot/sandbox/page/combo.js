// A box to type in with a list below it: type-ahead for one choice (external selects) or for many (all multi-selects).

import { fill, h, iconButton } from "./dom.js";
import { words } from "./texts.js";

const WAIT_MS = 150;
const identity = (value) => (typeof value === "object" ? value?.value : value);

let number = 0;

/** `source` is {least: letters needed, find(typed) → promise of entries {value, label, note, group}}. */
class Combo {
  constructor(element, ctx, source, taken) {
    Object.assign(this, { source, taken });
    this.id = `combo-${(number += 1)}`;
    this.entries = [];
    this.picked = 0;
    this.asked = 0;
    const aria = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${this.id}-list`, "aria-label": words(element.placeholder) || "Choose" };
    const on = { oninput: () => this.#soon(), onclick: () => this.#soon(0), onblur: () => this.close(), onkeydown: (event) => this.#key(event) };
    this.input = h("input", { type: "text", class: "select combo-input", autocomplete: "off", placeholder: words(element.placeholder) || "Choose", "data-action": element.action_id, "data-control": true, autofocus: element.focus_on_load, ...aria, ...on });
    this.list = h("div", { class: "suggestions combo-list", role: "listbox", id: `${this.id}-list`, "aria-label": aria["aria-label"], hidden: true });
  }

  #soon(wait = WAIT_MS) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#find(), wait);
  }

  async #find() {
    const typed = this.typed();
    const asked = (this.asked += 1);
    if (typed.length < this.source.least) return this.#say(`Type ${this.source.least} letters or more`);
    this.input.setAttribute("aria-busy", "true");
    try {
      const entries = await this.source.find(typed);
      if (asked === this.asked && document.activeElement === this.input) this.#show(entries);
    } catch (error) {
      if (asked === this.asked) this.#say(error.message);
    } finally {
      this.input.removeAttribute("aria-busy");
    }
  }

  /** What is in the box, unless that is the chosen one's name: then everything is offered. */
  typed() {
    return this.input.value === this.shown ? "" : this.input.value.trim();
  }

  #say(text) {
    this.entries = [];
    this.#open();
    fill(this.list, h("p", { class: "hint", role: "presentation" }, text));
  }

  #show(entries) {
    this.entries = entries;
    this.picked = 0;
    if (!entries.length) return this.#say("Nothing fits");
    const nodes = [];
    let group = "";
    entries.forEach((entry, index) => {
      if (entry.group && entry.group !== group) nodes.push(h("p", { class: "combo-group", role: "presentation" }, entry.group));
      group = entry.group;
      const take = (event) => {
        event.preventDefault();
        this.#take(index);
      };
      nodes.push(h("div", { class: "suggestion", role: "option", id: `${this.id}-${index}`, onpointerdown: take }, entry.label, entry.note ? h("small", {}, entry.note) : null));
    });
    this.#open();
    fill(this.list, nodes);
    this.#mark();
  }

  #open() {
    if (this.list.hidden) {
      (this.input.closest("dialog") ?? document.body).append(this.list);
      this.list.hidden = false;
    }
    const box = this.input.getBoundingClientRect();
    const above = innerHeight - box.bottom < 180 && box.top > 220;
    this.list.style.setProperty("left", `${box.left}px`);
    this.list.style.setProperty("width", `${Math.max(box.width, 200)}px`);
    this.list.style.setProperty("top", above ? "auto" : `${box.bottom + 4}px`);
    this.list.style.setProperty("bottom", above ? `${innerHeight - box.top + 4}px` : "auto");
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.list.remove();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #mark() {
    this.list.querySelectorAll("[role=option]").forEach((node, index) => {
      node.setAttribute("aria-selected", String(index === this.picked));
      if (index === this.picked) node.scrollIntoView({ block: "nearest" });
    });
    this.input.setAttribute("aria-activedescendant", `${this.id}-${this.picked}`);
  }

  #take(index) {
    const entry = this.entries[index];
    this.close();
    this.taken(entry);
  }

  #key(event) {
    const open = !this.list.hidden;
    const count = this.entries.length;
    if (event.key === "ArrowDown" && !open) this.#soon(0);
    else if (open && count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      this.picked = (this.picked + (event.key === "ArrowDown" ? 1 : count - 1)) % count;
      this.#mark();
    } else if (open && count && event.key === "Enter") this.#take(this.picked);
    else if (open && event.key === "Escape") this.close();
    else if (event.key === "Backspace" && !this.input.value) return void this.emptied?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export function pickOne(element, ctx, source, field, initial) {
  const chosen = ctx.held(field, initial);
  const combo = new Combo(element, ctx, source, (entry) => {
    name(entry.label);
    ctx.act({ [field]: entry.value }, combo.input);
  });
  const name = (label) => {
    combo.input.value = label;
    combo.shown = label;
  };
  combo.input.addEventListener("blur", () => {
    if (combo.input.value === "" && combo.shown) {
      name("");
      ctx.act({ [field]: null }, null);
    } else name(combo.shown ?? "");
  });
  if (chosen) name(words(chosen.text) || identity(chosen));
  return h("div", { class: "combo" }, combo.input);
}

export function pickMany(element, ctx, source, field, initial) {
  const chosen = [...(ctx.held(field, initial) ?? [])];
  const most = element.max_selected_items ?? Infinity;
  const names = new Map(chosen.map((value) => [identity(value), typeof value === "object" ? words(value.text) : value]));
  const tags = h("ul", { class: "tags" });
  const say = () => {
    ctx.act({ [field]: [...chosen] }, null);
    show();
  };
  const drop = (index) => {
    chosen.splice(index, 1);
    say();
    combo.input.focus();
  };
  const show = () => {
    fill(tags, chosen.map((value, index) => h("li", { class: "tag" }, names.get(identity(value)), iconButton("close", `Remove ${names.get(identity(value))}`, { onclick: () => drop(index) }))));
    tags.hidden = chosen.length === 0;
  };
  const free = { least: source.least, find: async (typed) => {
    const entries = await source.find(typed);
    entries.forEach(({ value, label }) => names.set(identity(value), label));
    return entries.filter(({ value }) => !chosen.some((one) => identity(one) === identity(value)));
  } };
  const combo = new Combo(element, ctx, free, (entry) => {
    combo.input.value = "";
    if (chosen.length < most) chosen.push(entry.value);
    say();
  });
  combo.emptied = () => chosen.length && drop(chosen.length - 1);
  if (chosen.some((value) => typeof value !== "object")) source.find("").then((entries) => {
    entries.forEach(({ value, label }) => names.set(identity(value), label));
    show();
  });
  show();
  return h("div", { class: "combo" }, tags, combo.input);
}
