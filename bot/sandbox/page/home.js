// The app's Home tab: what the app has published for this person, or a word on when it will.

import { Form } from "./forms.js";
import { fill, h } from "./dom.js";

export class HomeTab {
  constructor(node, { store, actions, ctx }) {
    Object.assign(this, { node, store });
    this.form = new Form("home", { store, actions, ctx });
    this.empty = h("p", { class: "home-empty" });
    fill(node, h("div", { class: "home-page" }, this.empty, this.form.node, this.form.failure));
  }

  draw() {
    this.node.hidden = !this.store.atHome;
    if (this.node.hidden) return;
    const { home } = this.store.screen;
    this.empty.hidden = Boolean(home);
    this.empty.textContent = `${this.store.world.app.name} has not drawn its Home tab yet. It is told that you look at it, and draws it within a moment.`;
    this.form.draw(home);
  }
}
