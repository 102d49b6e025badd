// The line above a conversation: its name and topic, the theme switch, and as whom one acts.

import { fill, h, icon, iconButton } from "./dom.js";
import { openMenu } from "./menu.js";
import { avatar } from "./message.js";

const THEMES = [["auto", "As the system has it"], ["light", "Light"], ["dark", "Dark"]];

export function applyTheme(theme = localStorage.getItem("runbell.theme") ?? "auto") {
  localStorage.setItem("runbell.theme", theme);
  document.documentElement.dataset.theme = theme;
}

const currentTheme = () => document.documentElement.dataset.theme ?? "auto";

function isDark() {
  const theme = currentTheme();
  return theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
}

export class Topbar {
  constructor(node, { store, names, openSidebar, become, openTab }) {
    Object.assign(this, { node, store, names, become, openTab });
    const menu = iconButton("menu", "Channels", { id: "open-sidebar", class: "only-narrow", "aria-expanded": "false", "aria-controls": "sidebar", onclick: openSidebar });
    this.title = h("h1", {});
    this.topic = h("p", { class: "topic" });
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Home or messages", hidden: true });
    this.theme = iconButton("sun", "Colours", { id: "theme", "aria-haspopup": "menu", onclick: () => this.#themes() });
    this.acting = h("button", { type: "button", id: "acting-as", class: "acting", "aria-haspopup": "menu", onclick: () => this.#people() });
    fill(node, menu, h("div", { class: "topbar-words" }, this.title, this.topic), this.tabs, this.theme, this.acting);
  }

  draw() {
    const { store } = this;
    const { channel, person } = store;
    if (!channel || !person) return;
    const signature = JSON.stringify([channel, person, isDark(), store.world.app, store.tab]);
    if (signature === this.signature) return;
    this.signature = signature;
    fill(this.title, channel.is_im ? null : icon(channel.is_private ? "lock" : "hash"), this.names.title(channel));
    this.topic.textContent = channel.topic || (channel.is_im ? "Direct messages" : "");
    this.#drawTabs();
    fill(this.theme, icon(isDark() ? "moon" : "sun"));
    this.acting.setAttribute("aria-label", `Acting as ${person.real_name}, ${person.role}. Change`);
    fill(this.acting, avatar(this.#author(person), "small"), h("span", { class: "acting-words" }, h("small", {}, "Acting as"), h("strong", {}, person.real_name), h("small", { class: "role" }, person.role)), icon("down"));
  }

  #drawTabs() {
    const { store } = this;
    this.tabs.hidden = !(store.isAppChannel && store.world.app.has_home);
    this.node.classList.toggle("with-tabs", !this.tabs.hidden);
    if (this.tabs.hidden) return;
    const tab = (name, label) => h("button", { type: "button", class: "tab", role: "tab", "aria-selected": String(store.tab === name), "aria-controls": name === "home" ? "home" : "timeline", onclick: () => this.openTab(name) }, label);
    const focused = this.tabs.contains(document.activeElement);
    fill(this.tabs, tab("home", "Home"), tab("messages", "Messages"));
    if (focused) this.tabs.querySelector("[aria-selected=true]").focus();
  }

  #author(person) {
    return { ...this.names.author({ user: person.id }), id: person.id };
  }

  #people() {
    const items = this.store.world.people.map((person) => ({
      label: person.real_name,
      note: `@${person.name} · ${person.role}`,
      lead: avatar(this.#author(person), "small"),
      checked: person.id === this.store.me,
      run: () => person.id !== this.store.me && this.become(person.id),
    }));
    openMenu(this.acting, items, "Act as");
  }

  #themes() {
    const choose = (theme) => {
      applyTheme(theme);
      this.draw();
    };
    openMenu(this.theme, THEMES.map(([theme, label]) => ({ label, checked: theme === currentTheme(), run: () => choose(theme) })), "Colours");
  }
}
