// One message: avatar, who, when, words or blocks, files, its thread, and what went wrong with a click on it.

import { drawAttachment, drawBlocks } from "./blocks.js";
import { h, icon, iconButton } from "./dom.js";
import { drawFile } from "./files.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { hue } from "./names.js";
import { isNotice, keyOf } from "./state.js";
import { clockTime, dateOf, fullTime } from "./times.js";

export function drawMessage(message, follows, ctx, { inThread = false } = {}) {
  const author = ctx.names.author(message);
  const date = dateOf(message.ts);
  const kind = `message${follows ? " follows" : ""}${message.ephemeral ? " only-you" : ""}${isNotice(message) ? " quiet" : ""}${message.blocks?.length ? " with-blocks" : ""}`;
  const time = h("time", { class: "message-time", datetime: date.toISOString(), title: fullTime(date) }, clockTime(date));
  return h("article", { class: kind, tabindex: "-1", "data-key": keyOf(message), "data-ts": message.ts, "aria-label": `${author.name}, ${clockTime(date)}` },
    message.ephemeral ? h("p", { class: "only-you-note" }, icon("eye"), "Only visible to you") : null,
    avatar(author),
    h("div", { class: "message-main" },
      h("div", { class: "message-head" }, h("span", { class: "message-author" }, author.name), author.app ? h("span", { class: "badge" }, "APP") : null, time),
      body(message, ctx),
      threadSummary(message, ctx, inThread),
      failure(message, ctx)),
    tools(message, ctx, inThread));
}

/** Shown on hover and focus: a reply, and the menu with the app's shortcuts for messages. */
function tools(message, ctx, inThread) {
  if (message.local || isNotice(message)) return null;
  const reply = canReply(message, inThread) ? iconButton("reply", "Reply in thread", { onclick: () => ctx.openThread(message.ts) }) : null;
  const items = menuItems(message, ctx, reply !== null);
  const more = items.length ? iconButton("more", "More for this message", { class: "more", "aria-haspopup": "menu", onclick: (event) => openMenu(event.currentTarget, items, "More for this message") }) : null;
  return reply || more ? h("div", { class: "message-tools" }, reply, more) : null;
}

function menuItems(message, ctx, takesReplies) {
  const items = takesReplies ? [{ label: "Reply in thread", lead: icon("reply"), run: () => ctx.openThread(message.ts) }] : [];
  if (!message.ephemeral) for (const shortcut of ctx.shortcuts("message")) items.push({ label: shortcut.name, note: shortcut.description, lead: icon("bolt"), run: () => ctx.shortcut(shortcut, message) });
  if (message.text) items.push({ label: "Copy the text", lead: icon("file"), run: () => navigator.clipboard?.writeText(message.text) });
  if (!message.ephemeral && ctx.mayDelete(message)) items.push({ label: "Delete", lead: icon("trash"), run: () => ctx.deleteMessage(message) });
  return items;
}

const canReply = (message, inThread) => !inThread && !message.local && !message.ephemeral && !message.is_broadcast && !isNotice(message);

export function avatar(author, size = "") {
  if (author.id === "sandbox") return h("span", { class: `avatar avatar-sandbox ${size}`, "aria-hidden": "true" }, icon("warn"));
  return h("span", { class: `avatar ${hue(author.id)} ${author.app ? "avatar-app" : ""} ${size}`, "aria-hidden": "true" }, author.initials);
}

function body(message, ctx) {
  const bound = {
    ...ctx,
    keepsOnChange: true,
    act: (element, blockId, extra, node) => ctx.act(message, element, blockId, extra, node),
    hold: null,
    held: (element, blockId) => ctx.held(message, element, blockId),
    suggest: (element, blockId, typed) => ctx.suggest(message, { action_id: element.action_id, block_id: blockId, value: typed }),
  };
  const blocks = message.blocks?.length ? drawBlocks(message.blocks, bound) : null;
  const text = !blocks && message.text ? h("div", { class: "message-text" }, mrkdwn(message.text, ctx.names)) : null;
  const edited = message.edited ? h("span", { class: "edited" }, "(edited)") : null;
  if (text && edited) text.append(" ", edited);
  return h("div", { class: "message-body" },
    text ?? blocks,
    (message.attachments ?? []).map((attachment) => drawAttachment(attachment, bound)),
    (message.files ?? []).map((file) => drawFile(file, ctx)),
    blocks ? edited : null);
}

function threadSummary(message, ctx, inThread) {
  if (inThread) return null;
  if (message.is_broadcast) return h("button", { type: "button", class: "thread-link", onclick: () => ctx.openThread(message.thread_ts) }, "Also sent from a thread");
  if (!message.reply_count) return null;
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return h("button", { type: "button", class: "thread-link", onclick: () => ctx.openThread(message.ts) }, icon("reply"), count);
}

function failure(message, ctx) {
  const why = ctx.failure(message);
  return why ? h("p", { class: "failure", role: "alert" }, icon("warn"), why) : null;
}
