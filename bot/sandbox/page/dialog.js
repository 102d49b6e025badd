// The dialog that a confirm object asks for. Native, so that focus stays in it and the rest of the page is out of reach.

import { h } from "./dom.js";
import { textNodes } from "./texts.js";

/** True when the person confirms; Escape, the backdrop and the deny button all say no. */
export function ask(confirm, ctx) {
  const dangerous = confirm.style === "danger";
  const says = (text, otherwise) => (text ? textNodes(text, ctx) : [otherwise]);
  const deny = h("button", { type: "button", class: "button", "data-answer": "no" }, says(confirm.deny, "Cancel"));
  const accept = h("button", { type: "button", class: `button ${dangerous ? "danger" : "primary"}`, "data-answer": "yes" }, says(confirm.confirm, "Yes"));
  const title = h("h2", { id: "dialog-title" }, says(confirm.title, "Are you sure?"));
  const text = h("div", { id: "dialog-text", class: "section-text" }, textNodes(confirm.text, ctx));
  const card = h("div", { class: "dialog-card" }, title, text, h("div", { class: "dialog-buttons" }, deny, accept));
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "dialog-title", "aria-describedby": "dialog-text" }, card);
  const before = document.activeElement;
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = false;
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(answer);
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    deny.addEventListener("click", () => dialog.close());
    accept.addEventListener("click", () => {
      answer = true;
      dialog.close();
    });
    dialog.showModal();
    (dangerous ? deny : accept).focus();
  });
}
