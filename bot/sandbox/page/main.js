// Wires the page together: the secret, the store, the parts that draw it, and the first reading of the world.

import { Actions } from "./actions.js";
import { Banners } from "./banners.js";
import { Composer } from "./composer.js";
import { fill, h, icon, put } from "./dom.js";
import { HomeTab } from "./home.js";
import { ModalLayer } from "./modal.js";
import { Names } from "./names.js";
import { Panel } from "./panel.js";
import { followPermalinks } from "./permalinks.js";
import { Sidebar } from "./sidebar.js";
import { keyOf, Store } from "./state.js";
import { ThreadPane } from "./thread.js";
import { TerraformPane } from "./terraform.js";
import { Timeline } from "./timeline.js";
import { applyTheme, Topbar } from "./topbar.js";
import { TrafficPane } from "./traffic.js";
import { ideas, welcome } from "./welcome.js";
import { WhatIfPane } from "./whatif.js";
import { Refused, takeSecret, Wire } from "./wire.js";

const TOAST_MS = 6000;
const at = (id) => document.getElementById(id);

function toast(words) {
  const node = h("p", { class: "toast" }, words);
  put(at("toasts"), node);
  setTimeout(() => node.remove(), TOAST_MS);
}

/** The page that cannot go on says what to do. */
function gate(title, ...words) {
  at("app").hidden = true;
  at("gate").hidden = false;
  fill(at("gate"), h("div", { class: "gate-card" }, h("img", { src: "icon.svg", alt: "", class: "mark" }), h("h1", {}, title), words.map((word) => h("p", {}, word))));
}

function context(store, names) {
  const ctx = { names };
  ctx.people = () => store.world.people.map(({ id, real_name: label }) => ({ id, label }));
  ctx.channels = () => store.channels.map((channel) => ({ id: channel.id, label: `${channel.is_im ? "" : "#"}${names.title(channel)}` }));
  ctx.failure = (message) => store.failures.get(keyOf(message));
  ctx.held = (message, element, blockId) => store.held.get(`${store.me} ${keyOf(message)} ${blockId} ${element.action_id}`);
  ctx.shortcuts = (kind) => (store.world.shortcuts ?? []).filter(({ type }) => type === kind);
  ctx.mayDelete = (message) => message.user === store.me || Boolean(store.person?.is_admin);
  ctx.redraw = () => store.changed();
  return ctx;
}

function assemble(store, names, ctx, actions) {
  const send = (text) => {
    timeline.toEnd();
    return actions.say(text);
  };
  const shortcuts = () => ctx.shortcuts("global").map((one) => ({ label: one.name, note: one.description, lead: icon("bolt"), run: () => actions.shortcut(one) }));
  const upload = (file, text) => actions.upload(file, { channel: store.channelId, ...(text ? { text } : {}) });
  const composer = new Composer(at("composer"), "composer-input", { commands: () => store.world.commands, ideas: () => ideas(store), shortcuts, upload, send });
  const timeline = new Timeline(ctx, { intro: () => welcome(store, names, (text) => composer.set(text)), isNew: (message) => store.isNew(message) });
  put(at("timeline"), timeline.node);
  const choose = (channelId) => {
    store.look(channelId);
    composer.focus();
  };
  followPermalinks(store, choose);
  const sidebar = new Sidebar(at("sidebar"), at("shade"), [at("conversation"), at("thread"), at("panel")], { store, names, choose, openPane: (id) => panel.open(id) });
  const topbar = new Topbar(at("topbar"), { store, names, openSidebar: () => sidebar.show(true), become: (person) => actions.become(person), openTab: (tab) => actions.openTab(tab) });
  const banners = new Banners(at("banners"), { store, hurry: () => actions.stream?.hurry(), invite: () => actions.invite(store.world.app.user_id) });
  const thread = new ThreadPane(at("thread"), { store, names, ctx, actions });
  const home = new HomeTab(at("home"), { store, actions, ctx });
  const parts = { wire: actions.wire, toast, store, actions, names };
  const panel = new Panel(at("panel"), { store, panes: { terraform: new TerraformPane(parts), whatif: new WhatIfPane(parts), traffic: new TrafficPane(parts) } });
  const modals = new ModalLayer({ store, actions, ctx });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => topbar.draw());
  store.subscribe(() => {
    const { channel } = store;
    if (!document.hidden) store.markRead();
    for (const part of [sidebar, topbar, banners, thread, panel, home, modals]) part.draw();
    at("timeline").hidden = store.atHome;
    at("composer").hidden = store.atHome;
    if (!channel) return;
    const title = `${channel.is_im ? "" : "#"}${names.title(channel)}`;
    timeline.draw(`${store.me}/${channel.id}`, `Messages in ${title}`, store.messages(channel.id));
    composer.label(`Message ${title}`);
    const unread = store.channels.reduce((sum, one) => sum + store.unread(one.id), 0);
    document.title = `${unread ? `(${unread}) ` : ""}${title} · Runbell sandbox`;
  });
  document.addEventListener("visibilitychange", () => store.changed());
  return composer;
}

async function main() {
  applyTheme();
  const secret = takeSecret();
  if (!secret) {
    return gate("This page needs its secret", "Open the address that the terminal printed when the sandbox started. It ends in #secret=… and is new at each start.", "The secret keeps other web pages on this computer from acting for you.");
  }
  const store = new Store();
  const names = new Names(store);
  const ctx = context(store, names);
  const actions = new Actions(store, new Wire(secret), ctx, toast);
  ctx.act = (...deed) => actions.act(...deed);
  ctx.openThread = (ts) => actions.openThread(ts);
  ctx.readFile = (file) => actions.readFile(file);
  ctx.upload = (file) => actions.upload(file);
  ctx.suggest = (message, body) => actions.suggest({ channel: message.channel, ts: message.ts, ...body });
  ctx.shortcut = (shortcut, message) => actions.shortcut(shortcut, message);
  ctx.deleteMessage = (message) => actions.deleteMessage(message);
  try {
    await actions.start();
  } catch (error) {
    if (error instanceof Refused) return gate("This secret is not the sandbox's", "The sandbox was probably started anew. Open the address that the terminal printed last.");
    return gate("The sandbox does not answer", `${error.message}.`, "Is it still running? Start it again, then open the address that it prints.");
  }
  const composer = assemble(store, names, ctx, actions);
  at("app").hidden = false;
  store.changed();
  composer.focus();
}

addEventListener("hashchange", () => {
  if (location.hash.includes("secret=")) location.reload();
});
main();
