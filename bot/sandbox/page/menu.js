// A small menu below a button: arrows, Home, End, Escape, a click elsewhere closes it, focus goes back.

import { h, icon } from "./dom.js";

let closeOpen = () => {};

/** Items are {label, note?, checked?, lead?, run}. */
export function openMenu(anchor, items, label = "Choices") {
  closeOpen();
  const radio = items.some((item) => item.checked !== undefined);
  const entries = items.map((item) => entry(item, radio, () => close(true)));
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label }, entries);
  const close = (back) => {
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    closeOpen = () => {};
    if (back) anchor.focus();
  };
  const outside = (event) => {
    if (!menu.contains(event.target) && !anchor.contains(event.target)) close(false);
  };
  menu.addEventListener("keydown", (event) => keys(event, entries, close));
  document.addEventListener("pointerdown", outside, true);
  closeOpen = () => close(false);
  anchor.setAttribute("aria-expanded", "true");
  (anchor.closest("dialog") ?? document.body).append(menu);
  place(menu, anchor);
  (entries.find((node) => node.getAttribute("aria-checked") === "true") ?? entries[0])?.focus();
}

function entry(item, radio, close) {
  const run = () => {
    close();
    item.run();
  };
  const check = radio ? h("span", { class: "menu-check" }, item.checked ? icon("check") : null) : null;
  const role = radio ? { role: "menuitemradio", "aria-checked": String(Boolean(item.checked)) } : { role: "menuitem" };
  const words = h("span", { class: "menu-words" }, h("span", {}, item.label), item.note ? h("small", {}, item.note) : null);
  return h("button", { ...role, type: "button", class: "menu-item", tabindex: "-1", onclick: run }, item.lead ?? null, words, check);
}

function keys(event, entries, close) {
  const at = entries.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) {
    entries.at(to % entries.length).focus();
    event.preventDefault();
  } else if (event.key === "Escape" || event.key === "Tab") {
    close(true);
    event.preventDefault();
    event.stopPropagation();
  }
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, innerWidth - size.width - 8));
  const below = box.bottom + 6;
  const top = below + size.height > innerHeight - 8 ? Math.max(8, box.top - size.height - 6) : below;
  menu.style.setProperty("left", `${left}px`);
  menu.style.setProperty("top", `${top}px`);
}
