// The blocks of a modal or of the Home tab: what is filled in stays while the app repaints around it.

import { drawBlock } from "./blocks.js";
import { ask } from "./dialog.js";
import { h } from "./dom.js";

export class Form {
  /** `surface` is `modal` or `home`; `error(blockId)` is what is wrong with a field. */
  constructor(surface, { store, actions, ctx }) {
    Object.assign(this, { surface, store, actions, base: ctx });
    this.node = h("div", { class: "blocks form" });
    this.failure = h("p", { class: "form-failure", role: "alert", hidden: true });
    this.views = new Map();
    this.drawn = new Map();
    this.view = null;
  }

  /** What was typed or chosen here and not yet told to the server, by view, block and element. */
  get #own() {
    if (!this.views.has(this.view.id)) this.views.set(this.view.id, new Map());
    return this.views.get(this.view.id);
  }

  draw(view) {
    const moved = view?.id !== this.view?.id;
    this.view = view;
    if (moved) this.#say("");
    const kept = new Map();
    for (const block of view?.blocks ?? []) {
      const old = moved ? null : this.drawn.get(block.block_id);
      const signature = this.#signature(block);
      kept.set(block.block_id, old?.signature === signature ? old : { signature, node: drawBlock(block, this.#context()) });
    }
    const focused = this.#focused();
    this.drawn = kept;
    const nodes = [...kept.values()].map((entry) => entry.node);
    for (const child of [...this.node.children]) if (!nodes.includes(child)) child.remove();
    nodes.forEach((node, index) => {
      if (this.node.children[index] !== node) this.node.insertBefore(node, this.node.children[index] ?? null);
    });
    this.#refocus(focused);
  }

  #signature(block) {
    const held = [...this.#own.entries()].filter(([key]) => key.startsWith(`${block.block_id}\n`));
    return JSON.stringify([block, held.length ? held : (this.view.state?.values?.[block.block_id] ?? null), this.view.errors?.[block.block_id] ?? null]);
  }

  #context() {
    return {
      ...this.base,
      act: (element, blockId, extra, node) => this.#act(element, blockId, extra, node),
      hold: (element, blockId, extra) => this.#hold(element, blockId, extra),
      held: (element, blockId) => this.#own.get(`${blockId}\n${element.action_id}`) ?? this.view.state?.values?.[blockId]?.[element.action_id],
      error: (blockId) => this.view.errors?.[blockId],
      suggest: (element, blockId, typed) => this.actions.suggest({ surface: this.surface, action_id: element.action_id, block_id: blockId, value: typed }),
    };
  }

  #hold(element, blockId, extra) {
    this.#own.set(`${blockId}\n${element.action_id}`, extra);
    const entry = this.drawn.get(blockId);
    const block = this.view.blocks.find((one) => one.block_id === blockId);
    if (entry && block) entry.signature = this.#signature(block);
  }

  /** Everything here is held first; the app hears of it unless it is an input that does not ask for that. */
  async #act(element, blockId, extra, node) {
    const confirm = extra.selected_option?.confirm ?? element.confirm;
    if (confirm && !(await ask(confirm, this.base))) return false;
    const block = this.view.blocks.find((one) => one.block_id === blockId);
    if (Object.keys(extra).length && element.type !== "overflow") this.#hold(element, blockId, extra);
    if (block?.type === "input" && !block.dispatch_action) return true;
    node?.setAttribute("aria-busy", "true");
    this.#say("");
    await this.flush();
    const answer = await this.actions.use({ surface: this.surface, action_id: element.action_id, block_id: blockId, ...wired(extra) });
    node?.removeAttribute("aria-busy");
    if (!answer?.ok) this.#say(this.actions.because(answer?.error));
    return true;
  }

  #say(text) {
    this.failure.textContent = text;
    this.failure.hidden = !text;
  }

  /** The values that only the page knows, as `/_person/fill` and `/_person/submit` take them. */
  values() {
    const values = {};
    for (const [key, extra] of this.#own) {
      const [blockId, actionId] = key.split("\n");
      const there = this.view.blocks.some((block) => block.block_id === blockId);
      if (there) (values[blockId] ??= {})[actionId] = Object.values(wired(extra))[0];
    }
    return values;
  }

  async flush() {
    const values = this.values();
    if (this.surface === "modal" && Object.keys(values).length) await this.actions.fill(values);
  }

  #focused() {
    const active = document.activeElement;
    return this.node.contains(active) ? active.dataset.action : null;
  }

  #refocus(action) {
    if (!action || this.node.contains(document.activeElement)) return;
    [...this.node.querySelectorAll("[data-action]")].find((node) => node.dataset.action === action)?.focus({ preventScroll: true });
  }
}

/** Files are told by their ids. */
const wired = (extra) => (extra.files ? { files: extra.files.map(({ id }) => id) } : extra);
