// Where one types: Enter sends, "/" suggests commands, the arrow up brings back what was typed before.

import { fill, h, icon, iconButton } from "./dom.js";
import { openMenu } from "./menu.js";

const REMEMBERED = 100;
const INVITE = { command: "/invite", description: "Bring somebody into this channel", usage_hint: "@name" };

const history = {
  read: () => JSON.parse(sessionStorage.getItem("runbell.typed") ?? "[]"),
  add(text) {
    const kept = [...this.read().filter((one) => one !== text), text].slice(-REMEMBERED);
    sessionStorage.setItem("runbell.typed", JSON.stringify(kept));
  },
};

export class Composer {
  /** `commands()` are the app's; `ideas()` are lines worth trying; `send(text)` gives whether it was taken. */
  constructor(node, id, { commands, ideas = () => [], shortcuts = () => [], upload = null, send }) {
    Object.assign(this, { id, commands, ideas, shortcuts, send });
    this.at = null;
    this.draft = "";
    this.picked = 0;
    const aria = { "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": `${id}-suggestions`, "aria-describedby": `${id}-usage` };
    this.input = h("textarea", { id, rows: "1", spellcheck: "false", autocapitalize: "off", autocomplete: "off", ...aria, oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onblur: () => this.#close() });
    this.list = h("div", { class: "suggestions", role: "listbox", id: `${id}-suggestions`, "aria-label": "Commands", hidden: true });
    this.hint = h("p", { class: "usage", id: `${id}-usage`, hidden: true });
    this.button = h("button", { type: "button", class: "send", "aria-label": "Send", title: "Send (Enter)", disabled: true, onclick: () => this.#submit() }, icon("send"));
    this.idea = iconButton("idea", "Things to try", { class: "idea", "aria-haspopup": "menu", onclick: () => this.#offer() });
    this.bolt = iconButton("bolt", "Shortcuts", { class: "idea", "aria-haspopup": "menu", hidden: true, onclick: () => openMenu(this.bolt, this.shortcuts(), "Shortcuts") });
    fill(node, this.list, this.hint, h("div", { class: "composer-box" }, this.idea, this.bolt, upload ? this.#attachments(upload) : null, this.input, this.button), h("p", { class: "composer-help" }, "/ for commands · Enter sends · Shift + Enter starts a line · ↑ brings back what you typed"));
  }

  label(text) {
    this.idea.hidden = this.ideas().length === 0;
    this.bolt.hidden = this.shortcuts().length === 0;
    if (this.input.placeholder === text) return;
    this.input.placeholder = text;
    this.input.setAttribute("aria-label", text);
  }

  focus() {
    this.input.focus();
  }

  set(text) {
    this.input.value = text;
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.#typed({ suggest: !text.includes(" ") });
  }

  /** Files go into the conversation with what is typed beside them. */
  #attachments(upload) {
    const take = async (event) => {
      const [file] = event.currentTarget.files;
      event.currentTarget.value = "";
      if (file && (await upload(file, this.input.value.trim()))) this.set("");
    };
    const picker = h("input", { type: "file", hidden: true, onchange: take });
    return [iconButton("attach", "Send a file", { class: "idea", onclick: () => picker.click() }), picker];
  }

  #offer() {
    openMenu(this.idea, this.ideas().map(({ text, note }) => ({ label: text, note, run: () => this.set(text) })), "Things to try");
  }

  #typed({ suggest = true } = {}) {
    const text = this.input.value;
    this.button.disabled = !text.trim();
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, 180)}px`);
    const known = [...this.commands(), INVITE];
    const word = /^\/\S*/.exec(text)?.[0];
    const found = word !== undefined && word === text && suggest ? known.filter(({ command }) => command.startsWith(word)) : [];
    this.#suggest(found);
    const exact = found.length ? null : known.find(({ command }) => command === word);
    this.hint.hidden = !exact;
    if (exact) fill(this.hint, h("strong", {}, exact.command), ` ${exact.usage_hint ?? ""}`, h("small", {}, exact.description ?? ""));
  }

  #suggest(found) {
    this.found = found;
    this.picked = 0;
    this.list.hidden = found.length === 0;
    fill(this.list, found.map((one, index) => this.#option(one, index)));
    this.#mark();
  }

  #option(one, index) {
    const take = (event) => {
      event.preventDefault();
      this.#complete(index);
    };
    return h("div", { class: "suggestion", role: "option", id: `${this.id}-option-${index}`, onpointerdown: take }, h("span", {}, h("strong", {}, one.command), ` ${one.usage_hint ?? ""}`), h("small", {}, one.description ?? ""));
  }

  #mark() {
    [...this.list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === this.picked)));
    if (this.found.length) this.input.setAttribute("aria-activedescendant", `${this.id}-option-${this.picked}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #complete(index) {
    this.set(`${this.found[index].command} `);
  }

  #close() {
    this.#suggest([]);
  }

  #key(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    if (open && this.#suggestionKey(event.key)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" && this.#recall(-1)) event.preventDefault();
    else if (event.key === "ArrowDown" && this.#recall(1)) event.preventDefault();
  }

  /** Whether the key was for the list of suggestions. Enter on a whole command sends it. */
  #suggestionKey(key) {
    if (key === "ArrowDown" || key === "ArrowUp") {
      const count = this.found.length;
      this.picked = (this.picked + (key === "ArrowDown" ? 1 : count - 1)) % count;
      this.#mark();
    } else if (key === "Tab" || (key === "Enter" && this.found[this.picked].command !== this.input.value)) this.#complete(this.picked);
    else if (key === "Escape") this.#close();
    else return false;
    return true;
  }

  /** Steps through what was typed; only from an empty line, or while stepping. */
  #recall(step) {
    const typed = history.read();
    const stepping = this.at !== null && this.input.value === (typed[this.at] ?? this.draft);
    if (!stepping) {
      if (this.input.value !== "" || step > 0) return false;
      this.at = typed.length;
      this.draft = "";
    }
    const to = this.at + step;
    if (to < 0 || to > typed.length) return true;
    this.at = to;
    this.input.value = typed[to] ?? this.draft;
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    this.#typed({ suggest: false });
    return true;
  }

  async #submit() {
    const text = this.input.value.trim();
    if (!text) return;
    history.add(text);
    this.at = null;
    this.input.value = "";
    this.#typed();
    const taken = await this.send(text);
    if (taken || this.input.value) return;
    this.input.value = text;
    this.#typed({ suggest: false });
  }
}
