// Files of a message: a tile, the beginning of what can be read, the whole of it when asked, and pictures as pictures.

import { h, icon } from "./dom.js";

const PICTURES = ["png", "jpg", "jpeg", "gif"];

const size = (bytes) => (bytes < 1024 ? `${bytes} bytes` : `${Math.ceil(bytes / 1024)} KB`);

export function drawFile(file, ctx) {
  const kind = file.pretty_type ?? file.filetype ?? file.mimetype ?? "file";
  const tile = h("div", { class: "file-tile" }, icon("file"), h("span", {}, h("strong", {}, file.title || file.name || file.id), h("small", {}, `${kind}${file.size ? ` · ${size(file.size)}` : ""}`)));
  const body = h("div", { class: "file-body" }, file.preview ? h("pre", { tabindex: "0", class: file.filetype === "diff" ? "diff" : null }, lines(file, file.preview)) : null);
  return h("div", { class: "file" }, tile, body, ctx?.readFile ? opener(file, body, ctx) : null);
}

function opener(file, body, ctx) {
  const isPicture = PICTURES.includes(String(file.filetype ?? "").toLowerCase());
  const whole = file.preview && !file.preview_is_truncated && file.preview.length >= (file.size ?? 0);
  if (whole) return null;
  const open = async (event) => {
    const node = event.currentTarget;
    node.setAttribute("aria-busy", "true");
    const content = await ctx.readFile(file.id);
    node.removeAttribute("aria-busy");
    if (content === null) return;
    if (isPicture) body.replaceChildren(h("img", { class: "image-large", alt: file.title || file.name, src: `data:image/${file.filetype === "jpg" ? "jpeg" : file.filetype};base64,${content}` }));
    else body.replaceChildren(h("pre", { tabindex: "0", class: "file-whole" }, lines(file, new TextDecoder().decode(Uint8Array.from(atob(content), (letter) => letter.codePointAt(0))))));
    node.remove();
  };
  return h("button", { type: "button", class: "text-button", onclick: open }, isPicture ? "Show the picture" : "Show the whole file");
}

/** A diff has colours; anything else is as it was written. */
function lines(file, text) {
  if (file.filetype !== "diff") return text;
  return text.split("\n").flatMap((line) => [/^\s*\+/.test(line) ? h("ins", {}, line) : /^\s*-/.test(line) ? h("del", {}, line) : line, "\n"]);
}
