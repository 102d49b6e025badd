// A list of messages that stays where the reader is: only what changed is drawn anew, the end is followed only from the end.

import { fill, h, icon } from "./dom.js";
import { drawMessage } from "./message.js";
import { isNotice, keyOf } from "./state.js";
import { dateOf, dayKey, dayName } from "./times.js";

const FOLLOWS_WITHIN_S = 300;
const NEAR_END_PX = 80;
const NEAR_EDGE_PX = 1600;
const WINDOW = 80;
const STEP = 8;
const MOST = 120;

export class Timeline {
  /** `intro()` is what stands above the first message; `isNew` tells where the line of unread messages goes. */
  constructor(ctx, { inThread = false, intro = () => null, isNew = () => false }) {
    this.ctx = ctx;
    this.options = { inThread };
    this.intro = intro;
    this.isNew = isNew;
    this.place = null;
    this.drawn = new Map();
    this.messages = [];
    this.first = 0;
    this.end = null;
    this.log = h("div", { class: "log", role: "log", tabindex: "0", onscroll: () => this.#scrolled() });
    this.jumpWords = h("span", {}, "");
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() }, icon("down"), this.jumpWords);
    this.node = h("div", { class: "log-wrap" }, this.log, this.jump);
  }

  /** Draw `messages` (oldest first) of the conversation called `place`; `label` is its name for screen readers. Of many only a window
   * is drawn, from `first` to `end` (null: the newest), which moves as one scrolls.
   */
  draw(place, label, messages) {
    const moved = place !== this.place;
    if (moved) this.#enter(place);
    this.log.setAttribute("aria-label", label);
    const follow = moved || (this.end === null && this.#nearEnd());
    const grew = messages.at(-1) !== this.messages.at(-1) && !moved;
    this.messages = messages;
    if (follow) this.first = Math.max(0, messages.length - WINDOW);
    else if (this.end === null && messages.length - this.first > MOST) this.end = this.first + MOST;
    this.#paint();
    if (follow) this.toEnd();
    else if (grew) this.#offerJump("New messages");
  }

  /** What one looks at stays where it is, whatever comes or goes around it. */
  #paint() {
    const keeper = this.#focused();
    const top = this.log.scrollTop;
    const anchor = [...this.log.children].find((node) => node.offsetTop + node.offsetHeight > top && node.dataset.key);
    const before = anchor?.offsetTop;
    this.#sync(this.#nodes(this.messages));
    const after = anchor ? this.drawn.get(anchor.dataset.key)?.node : null;
    if (after) this.log.scrollTop = top + after.offsetTop - before;
    this.#refocus(keeper);
  }

  #offerJump(words) {
    if (this.jump.hidden || words === "New messages") this.jumpWords.textContent = words;
    this.jump.hidden = false;
  }

  #enter(place) {
    this.place = place;
    this.drawn.clear();
    this.end = null;
    this.introNode = this.intro();
    fill(this.log);
    this.jump.hidden = true;
  }

  #nodes(messages) {
    const visible = messages.slice(this.first, this.end ?? undefined);
    const nodes = [this.first > 0 ? this.#earlier() : this.introNode];
    const kept = new Map();
    let before = null;
    let lined = false;
    for (const message of visible) {
      const date = dateOf(message.ts);
      const newDay = !before || dayKey(date) !== dayKey(dateOf(before.ts));
      if (newDay) nodes.push(this.#divider(`day ${dayKey(date)}`, dayName(date), kept));
      const replies = this.options.inThread && message === messages[1];
      if (replies) nodes.push(this.#divider(`replies ${messages.length - 1}`, messages.length === 2 ? "1 reply" : `${messages.length - 1} replies`, kept));
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

  #earlier() {
    this.earlierNode ??= h("button", { type: "button", class: "text-button earlier", onclick: () => this.#backward() }, "Show earlier messages");
    return this.earlierNode;
  }

  #backward() {
    this.first = Math.max(0, this.first - STEP);
    if ((this.end ?? this.messages.length) - this.first > MOST) this.end = this.first + MOST;
    this.#paint();
    if (this.end === null) this.jump.hidden = true;
    else this.#offerJump("To the newest");
  }

  #forward() {
    this.end = Math.min(this.messages.length, this.end + STEP);
    if (this.end - this.first > MOST) this.first = this.end - MOST;
    if (this.end === this.messages.length) this.end = null;
    this.#paint();
    if (this.end === null) this.jump.hidden = true;
    else this.#offerJump("To the newest");
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
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    if (this.first > 0 && scrollTop < NEAR_EDGE_PX) this.#backward();
    else if (this.end !== null && scrollHeight - scrollTop - clientHeight < NEAR_EDGE_PX) this.#forward();
    if (this.end === null && this.#nearEnd()) this.jump.hidden = true;
  }

  toEnd() {
    if (this.end !== null) {
      this.end = null;
      this.first = Math.max(0, this.messages.length - WINDOW);
      this.#paint();
    }
    this.log.scrollTop = this.log.scrollHeight;
    this.jump.hidden = true;
  }
}

/** Whether a message goes on under the head of the one before it. */
function follows(before, message) {
  if (!before || before.ephemeral || message.ephemeral || isNotice(before) || isNotice(message)) return false;
  return before.user === message.user && before.username === message.username && Number(message.ts) - Number(before.ts) < FOLLOWS_WITHIN_S;
}
