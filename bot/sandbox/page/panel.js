// What stands beside the chat: the other side of the bridge, what one may break, and the raw traffic. One of them at a time, or none.

import { fill, h, iconButton } from "./dom.js";

export const PANES = [
  { id: "terraform", label: "Terraform", note: "workspaces, queues, logs", icon: "layers" },
  { id: "whatif", label: "What if…", note: "break something and watch", icon: "flask" },
  { id: "traffic", label: "Traffic", note: "every call, as it is made", icon: "list" },
];

const WIDE = matchMedia("(min-width: 1180px)");
const KEPT = "runbell.panel";

export class Panel {
  /** `panes` are objects by id with a `node`, `shown(bool)` and `draw()`. */
  constructor(node, { store, panes }) {
    Object.assign(this, { node, store, panes });
    const kept = sessionStorage.getItem(KEPT);
    store.pane = kept ?? (WIDE.matches ? "terraform" : "");
    this.title = h("h2", { tabindex: "-1" });
    this.note = h("small", {});
    this.body = h("div", { class: "panel-body" });
    const close = iconButton("close", "Close", { onclick: () => this.open("") });
    fill(node, h("header", { class: "topbar" }, h("div", { class: "topbar-words" }, this.title, this.note), close), this.body);
    node.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.open(""));
  }

  open(id) {
    const { store } = this;
    const from = store.pane;
    store.pane = id;
    sessionStorage.setItem(KEPT, id);
    if (id) store.threadTs = null;
    store.changed();
    this.draw();
    if (id) this.title.focus();
    else document.querySelector(`[data-pane="${from}"]`)?.focus();
  }

  draw() {
    const id = this.store.threadTs === null ? this.store.pane : "";
    document.getElementById("app").classList.toggle("with-panel", Boolean(id));
    this.node.hidden = !id;
    if (id !== this.drawn) {
      this.panes[this.drawn]?.shown(false);
      this.drawn = id;
      const pane = PANES.find((one) => one.id === id);
      if (pane) {
        this.title.textContent = pane.label;
        this.note.textContent = pane.note;
        this.node.setAttribute("aria-label", pane.label);
        fill(this.body, this.panes[id].node);
        this.panes[id].shown(true);
      }
    }
    this.panes[id]?.draw();
  }
}

/** Asks again and again while it is wanted and somebody looks. */
export class Poll {
  constructor(every, ask) {
    Object.assign(this, { every, ask, wanted: false, timer: null });
  }

  set(wanted) {
    this.wanted = wanted;
    if (wanted && this.timer === null) this.#turn();
  }

  async #turn() {
    this.timer = 0;
    if (!document.hidden) await this.ask().catch(() => {});
    this.timer = this.wanted ? setTimeout(() => this.#turn(), this.every) : null;
  }
}
