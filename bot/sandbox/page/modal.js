// Modals: the view on top of the stack in a native dialog, its fields, and what came of submitting it.

import { Form } from "./forms.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { textNodes } from "./texts.js";

export class ModalLayer {
  constructor({ store, actions, ctx }) {
    Object.assign(this, { store, actions, ctx, key: "" });
    this.form = new Form("modal", { store, actions, ctx });
    this.title = h("h2", { id: "modal-title", tabindex: "-1" });
    this.depth = h("small", { class: "modal-depth" });
    this.trouble = h("p", { class: "modal-trouble", role: "alert", hidden: true });
    this.foot = h("div", { class: "dialog-buttons" });
    const cross = iconButton("close", "Close", { onclick: () => this.#close(true) });
    const head = h("header", { class: "modal-head" }, h("span", { class: "avatar avatar-app small", "aria-hidden": "true" }, "R"), this.title, this.depth, cross);
    const submit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    this.body = h("div", { class: "modal-body" }, this.trouble, this.form.node, this.form.failure);
    this.node = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" }, h("form", { method: "dialog", novalidate: true, onsubmit: submit }, head, this.body, this.foot));
    this.node.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#close(false);
    });
    document.body.append(this.node);
  }

  draw() {
    const { view, stack = [] } = this.store.screen;
    const wanted = Boolean(view);
    if (!wanted) {
      if (this.node.open) this.node.close();
      this.form.draw(null);
      this.key = "";
      return;
    }
    const moved = this.form.view?.id !== view.id;
    const key = JSON.stringify([view, stack]);
    if (key === this.key) return;
    this.key = key;
    fill(this.title, textNodes(view.title, this.ctx));
    this.depth.textContent = stack.length > 1 ? `${stack.length} of ${stack.length} open` : "";
    this.trouble.hidden = !view.trouble;
    fill(this.trouble, icon("warn"), view.trouble ?? "");
    this.form.draw(view);
    this.#buttons(view, stack.length);
    if (!this.node.open) this.node.showModal();
    if (moved) {
      this.body.scrollTop = 0;
      (this.node.querySelector("[autofocus]") ?? this.form.node.querySelector("[data-control], button, a") ?? this.title).focus({ preventScroll: true });
    } else if (Object.keys(view.errors ?? {}).length && JSON.stringify(view.errors) !== this.errors) this.form.node.querySelector("[aria-invalid]")?.focus();
    this.errors = JSON.stringify(view.errors ?? {});
  }

  #buttons(view, depth) {
    const busy = this.foot.querySelector("[aria-busy]");
    const says = (text, otherwise) => (text ? textNodes(text, this.ctx) : [otherwise]);
    const back = h("button", { type: "button", class: "button", onclick: () => this.#close(false) }, says(view.close, depth > 1 ? "Back" : view.submit ? "Cancel" : "Close"));
    const submit = view.submit ? h("button", { type: "submit", class: "button primary", disabled: view.submit_disabled === true, "aria-busy": busy ? "true" : null }, says(view.submit)) : null;
    fill(this.foot, back, submit);
  }

  async #submit() {
    const button = this.foot.querySelector("[type=submit]");
    if (!button || button.disabled || button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    await this.actions.submit(this.form.values());
    this.foot.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }

  #close(all) {
    this.actions.closeView(all);
  }
}
