// The thread pane: the parent, its replies, and a composer of its own. Escape closes it.

import { Composer } from "./composer.js";
import { fill, h, iconButton } from "./dom.js";
import { Timeline } from "./timeline.js";

export class ThreadPane {
  constructor(node, { store, names, ctx, actions }) {
    Object.assign(this, { node, store, names, actions });
    this.timeline = new Timeline(ctx, { inThread: true });
    this.where = h("small", {});
    const close = iconButton("close", "Close the thread", { onclick: () => this.close() });
    const composer = h("div", { class: "composer" });
    this.composer = new Composer(composer, "reply-input", { commands: () => [], send: (text) => actions.say(text, store.threadTs) });
    fill(node, h("header", { class: "topbar" }, h("div", { class: "topbar-words" }, h("h2", {}, "Thread"), this.where), close), this.timeline.node, composer);
    node.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.close());
  }

  draw() {
    const { store } = this;
    const open = store.threadTs !== null;
    const opened = open && this.node.hidden;
    this.node.hidden = !open;
    document.getElementById("app").classList.toggle("with-thread", open);
    if (!open) return;
    this.where.textContent = `${store.channel?.is_im ? "" : "#"}${this.names.title(store.channel)}`;
    this.timeline.draw(`${store.me}/${store.channelId}/${store.threadTs}`, "Replies", this.#messages());
    this.composer.label("Reply…");
    if (opened) this.composer.focus();
  }

  /** The parent is known from the channel until the thread itself has been read. */
  #messages() {
    const { store } = this;
    const replies = store.messages(store.channelId, store.threadTs);
    if (replies.some((message) => message.ts === store.threadTs)) return replies;
    const parent = store.messages(store.channelId).find((message) => message.ts === store.threadTs);
    return parent ? [parent, ...replies] : replies;
  }

  close() {
    const from = this.store.threadTs;
    this.actions.openThread(null);
    document.querySelector(`#timeline article[data-ts="${CSS.escape(from)}"]`)?.focus({ preventScroll: true });
  }
}
