// A list of messages that stays where the reader is: only what changed is drawn anew, the end is followed only from the end.

import { fill, h, icon } from "./dom.js";
import { drawMessage } from "./message.js";
import { keyOf } from "./state.js";
import { dateOf, dayKey, dayName } from "./times.js";

const FOLLOWS_WITHIN_S = 300;
const NEAR_END_PX = 80;
const WINDOW = 200;

export class Timeline {
  /** `intro()` is what stands above the first message; `isNew` tells where the line of unread messages goes. */
  constructor(ctx, { inThread = false, intro = () => null, isNew = () => false }) {
    this.ctx = ctx;
    this.options = { inThread };
    this.intro = intro;
    this.isNew = isNew;
    this.place = null;
    this.drawn = new Map();
    this.shown = WINDOW;
    this.log = h("div", { class: "log", role: "log", tabindex: "0", onscroll: () => this.#scrolled() });
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() }, icon("down"), "New messages");
    this.node = h("div", { class: "log-wrap" }, this.log, this.jump);
  }

  /** Draw `messages` (oldest first) of the conversation called `place`; `label` is its name for screen readers. */
  draw(place, label, messages) {
    const moved = place !== this.place;
    if (moved) this.#enter(place);
    this.log.setAttribute("aria-label", label);
    const follow = moved || this.#nearEnd();
    const grew = messages.at(-1) !== this.last && !moved;
    this.last = messages.at(-1);
    const keeper = this.#focused();
    const nodes = this.#nodes(messages);
    this.#sync(nodes);
    this.#refocus(keeper);
    if (follow) this.toEnd();
    else if (grew) this.jump.hidden = false;
  }

  #enter(place) {
    this.place = place;
    this.drawn.clear();
    this.shown = WINDOW;
    this.introNode = this.intro();
    fill(this.log);
    this.jump.hidden = true;
  }

  #nodes(messages) {
    const visible = messages.slice(-this.shown);
    const nodes = [visible.length < messages.length ? this.#earlier(messages.length - visible.length) : this.introNode];
    const kept = new Map();
    let before = null;
    let lined = false;
    for (const message of visible) {
      const date = dateOf(message.ts);
      const newDay = !before || dayKey(date) !== dayKey(dateOf(before.ts));
      if (newDay) nodes.push(this.#divider(`day ${dayKey(date)}`, dayName(date), kept));
      const replies = this.options.inThread && message === visible[1];
      if (replies) nodes.push(this.#divider(`replies ${visible.length - 1}`, visible.length === 2 ? "1 reply" : `${visible.length - 1} replies`, kept));
      const line = !lined && this.isNew(message);
      if (line) nodes.push(this.#divider("new", "New", kept));
      lined ||= line;
      nodes.push(this.#message(message, !newDay && !line && !replies && follows(before, message), kept));
      before = message;
    }
    this.drawn = kept;
    return nodes.filter(Boolean);
  }

  #message(message, following, kept) {
    const key = keyOf(message);
    const stamp = `${following} ${this.ctx.failure(message) ?? ""}`;
    const old = this.drawn.get(key);
    const same = old && old.message === message && old.stamp === stamp;
    const entry = same ? old : { message, stamp, node: drawMessage(message, following, this.ctx, this.options) };
    kept.set(key, entry);
    return entry.node;
  }

  #divider(key, words, kept) {
    const old = this.drawn.get(key);
    const node = old?.node ?? h("div", { class: key === "new" ? "divider divider-new" : "divider", role: "separator", "aria-label": words }, h("span", {}, words));
    kept.set(key, { node });
    return node;
  }

  #earlier(count) {
    const show = () => {
      this.shown += WINDOW;
      this.ctx.redraw();
    };
    return h("button", { type: "button", class: "text-button earlier", onclick: show }, `Show earlier messages (${count})`);
  }

  /** Puts nodes in order with as few moves as may be, so that focus and selection survive. */
  #sync(nodes) {
    const wanted = new Set(nodes);
    for (const child of [...this.log.children]) if (!wanted.has(child)) child.remove();
    let at = this.log.firstElementChild;
    for (const node of nodes) {
      if (node === at) at = at.nextElementSibling;
      else this.log.insertBefore(node, at);
    }
  }

  #focused() {
    const active = document.activeElement;
    const article = this.log.contains(active) ? active.closest("article") : null;
    return article ? { key: article.dataset.key, action: active.dataset.action } : null;
  }

  /** A redrawn message keeps the focus on the same element, or on itself when that is gone. */
  #refocus(keeper) {
    if (!keeper || this.log.contains(document.activeElement)) return;
    const article = this.drawn.get(keeper.key)?.node;
    const target = keeper.action ? [...(article?.querySelectorAll("[data-action]") ?? [])].find((node) => node.dataset.action === keeper.action) : null;
    (target ?? article)?.focus({ preventScroll: true });
  }

  #nearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END_PX;
  }

  #scrolled() {
    if (this.#nearEnd()) this.jump.hidden = true;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.jump.hidden = true;
  }
}

/** Whether a message goes on under the head of the one before it. */
function follows(before, message) {
  if (!before || before.ephemeral || message.ephemeral || before.subtype || message.subtype) return false;
  return before.user === message.user && before.username === message.username && Number(message.ts) - Number(before.ts) < FOLLOWS_WITHIN_S;
}
