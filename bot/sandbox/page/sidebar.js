// The left column: workspace, channels, direct messages, apps, and the way to the other side of the bridge. A drawer on phones.

import { fill, h, icon, link } from "./dom.js";
import { avatar } from "./message.js";
import { initials } from "./names.js";
import { PANES } from "./panel.js";

const NARROW = matchMedia("(max-width: 760px)");

export class Sidebar {
  constructor(node, shade, behind, { store, names, choose, openPane }) {
    Object.assign(this, { node, shade, behind, store, names, choose, openPane });
    this.mark = h("img", { src: "icon.svg", alt: "", class: "mark" });
    this.signature = "";
    this.open = false;
    shade.addEventListener("click", () => this.show(false));
    node.addEventListener("keydown", (event) => event.key === "Escape" && this.show(false));
    NARROW.addEventListener("change", () => this.show(false));
  }

  draw() {
    const { store } = this;
    const rows = store.channels.map((channel) => [channel.id, this.names.title(channel), store.unread(channel.id)]);
    const { team, engine, terraform, connected } = store.world;
    const signature = JSON.stringify([rows, store.me, store.channelId, team, engine, terraform, connected, store.pane]);
    if (signature === this.signature) return;
    this.signature = signature;
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset : {};
    fill(this.node, this.#head(), h("div", { class: "sidebar-scroll" }, this.#sections(new Map(rows.map(([id, , count]) => [id, count]))), this.#tools()), this.#foot());
    for (const key of ["channel", "pane"]) if (focused[key]) this.node.querySelector(`[data-${key}="${CSS.escape(focused[key])}"]`)?.focus();
  }

  #head() {
    const { team, connected } = this.store.world;
    const state = connected ? "app connected" : "app not connected";
    return h("div", { class: "sidebar-head" },
      this.mark,
      h("div", {}, h("strong", {}, "Runbell sandbox"), h("small", { class: connected ? "dot dot-on" : "dot" }, `${team.name ?? ""} · ${state}`)));
  }

  #sections(counts) {
    const { channels } = this.store;
    const kinds = [
      ["Channels", channels.filter((channel) => !channel.is_im)],
      ["Direct messages", channels.filter((channel) => channel.is_im && !this.names.isApp(channel))],
      ["Apps", channels.filter((channel) => this.names.isApp(channel))],
    ];
    return kinds.filter(([, list]) => list.length).map(([title, list]) => h("section", { "aria-label": title }, h("h2", {}, title), h("ul", {}, list.map((channel) => h("li", {}, this.#row(channel, counts.get(channel.id)))))));
  }

  #tools() {
    const one = ({ id, label, note, icon: sign }) => {
      const press = () => {
        this.show(false);
        this.openPane(this.store.pane === id ? "" : id);
      };
      return h("li", {}, h("button", { type: "button", class: "tool", "data-pane": id, "aria-pressed": String(this.store.pane === id), onclick: press }, icon(sign), h("span", {}, label), h("small", {}, note)));
    };
    return h("section", { "aria-label": "Behind the scenes", class: "tools" }, h("h2", {}, "Behind the scenes"), h("ul", {}, PANES.map(one)));
  }

  #row(channel, count) {
    const title = this.names.title(channel);
    const current = channel.id === this.store.channelId;
    const unread = count && !current;
    const lead = channel.is_im ? avatar({ id: this.#imId(channel), initials: initials(title), app: this.names.isApp(channel) }, "small") : icon(channel.is_private ? "lock" : "hash");
    const choose = () => {
      this.choose(channel.id);
      this.show(false);
    };
    const props = { type: "button", class: `channel${unread ? " unread" : ""}`, "data-channel": channel.id, "aria-current": current ? "page" : null, onclick: choose };
    return h("button", props, lead, h("span", { class: "channel-name" }, title), unread ? h("span", { class: "count", "aria-label": `${count} unread` }, count) : null);
  }

  #imId(channel) {
    return this.names.isApp(channel) ? this.store.world.app.user_id : (channel.members.find((id) => id !== this.store.me) ?? channel.id);
  }

  #foot() {
    const { terraform, engine } = this.store.world;
    const page = terraform?.page ? link(terraform.page, icon("out"), h("span", {}, "Terraform's own page"), h("small", {}, "runs and workspaces")) : null;
    if (page) page.className = "to-terraform";
    return h("div", { class: "sidebar-foot" }, page, engine ? h("small", {}, `Engine: ${engine}`) : null);
  }

  /** Opens or closes the drawer; on wide screens the column is simply there. */
  show(open) {
    const changed = open !== this.open;
    this.open = open;
    this.node.classList.toggle("open", open);
    this.shade.hidden = !open;
    for (const part of this.behind) part.inert = open;
    const opener = document.getElementById("open-sidebar");
    opener?.setAttribute("aria-expanded", String(open));
    if (!changed) return;
    if (open) (this.node.querySelector("[aria-current]") ?? this.node.querySelector("button"))?.focus();
    else if (NARROW.matches) opener?.focus();
  }
}
