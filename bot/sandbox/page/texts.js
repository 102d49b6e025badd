// Text objects and images of Block Kit as nodes.

import { h, safeUrl } from "./dom.js";
import { mrkdwn, withSigns } from "./mrkdwn.js";

/** A text object as nodes. Plain text is verbatim, with emoji unless it says no. */
export function textNodes(text, ctx) {
  if (!text) return [];
  if (typeof text === "string") return [text];
  if (text.type === "plain_text") return text.emoji === false ? [text.text] : withSigns(text.text);
  return [mrkdwn(text.text, ctx.names, { verbatim: text.verbatim === true })];
}

/** A text object as words alone, for labels. */
export const words = (text) => (text ? h("span", {}, withSigns(text.text ?? "")).textContent : "");

/** An image that the page may show: its own, or one written into the address. Any other is a box with its alternative text. */
export function imageNode(element, className) {
  const address = String(element.image_url ?? element.slack_file?.url ?? "");
  const own = address.startsWith("data:image/") || safeUrl(address, ["http:"])?.startsWith(`${location.origin}/`);
  if (own) return h("img", { src: address, alt: element.alt_text ?? "", class: className });
  return h("span", { class: `${className} image-missing`, role: "img", "aria-label": element.alt_text ?? "", title: address || "an image kept elsewhere" }, element.alt_text || "image");
}
