// The drawer “What if…”: experiments that break something, and below each what Runbell made of it, as it happens.

import { EXPERIMENTS } from "./experiments.js";
import { fill, h, icon } from "./dom.js";
import { readTraffic } from "./traffic.js";

const LOOK_MS = 700;
const WATCHED_MS = 30000;
const MOST_LINES = 40;

const callKey = ({ at, what }) => `${at} ${what}`;

export class WhatIfPane {
  constructor({ wire, toast, store, actions, names }) {
    Object.assign(this, { wire, toast, store, actions, names });
    this.trials = new Map();
    this.lasting = new Map();
    this.node = h("div", { class: "pane experiments" }, h("p", { class: "hint" }, "Everything here happens for real, to both servers of the sandbox. The bot knows nothing of it."));
    this.cards = new Map(EXPERIMENTS.map((experiment) => [experiment.id, this.#card(experiment)]));
    for (const card of this.cards.values()) this.node.append(card.node);
    actions.watchers.push((event) => this.#heard(event));
  }

  shown() {}

  #card(experiment) {
    const button = h("button", { type: "button", class: "button", "aria-describedby": `about-${experiment.id}`, onclick: () => this.#press(experiment) }, "Try it");
    const why = h("p", { class: "hint why", hidden: true });
    const lines = h("ol", { class: "findings", "aria-label": `What came of it: ${experiment.title}`, "aria-live": "polite", hidden: true });
    const text = h("div", { id: `about-${experiment.id}` }, h("p", {}, experiment.what), h("p", { class: "watch" }, icon("eye"), experiment.watch), why);
    const node = h("section", { class: "experiment", "data-experiment": experiment.id, "aria-label": experiment.title }, h("div", { class: "experiment-head" }, h("h3", {}, experiment.title), button), text, lines);
    return { node, button, why, lines };
  }

  draw() {
    for (const experiment of EXPERIMENTS) {
      const { button, why } = this.cards.get(experiment.id);
      const lasts = this.lasting.has(experiment.id);
      const reason = lasts ? null : (experiment.reason?.(this) ?? null);
      button.disabled = reason !== null;
      button.textContent = lasts ? "End it" : "Try it";
      button.setAttribute("aria-label", `${lasts ? "End it" : "Try it"}: ${experiment.title}`);
      button.classList.toggle("danger", lasts);
      why.textContent = reason ?? "";
      why.hidden = reason === null;
    }
  }

  async #press(experiment) {
    const { button } = this.cards.get(experiment.id);
    button.setAttribute("aria-busy", "true");
    try {
      if (this.lasting.has(experiment.id)) await this.end(experiment.id);
      else await this.#begin(experiment);
    } catch (error) {
      this.#say(experiment.id, `It could not be done: ${error.message}`, "bad");
    }
    button.removeAttribute("aria-busy");
    this.draw();
  }

  async #begin(experiment) {
    this.newest = experiment.id;
    for (const other of this.trials.values()) other.until = 0;
    const before = await readTraffic(this.wire);
    this.trials.set(experiment.id, { until: Date.now() + WATCHED_MS, seen: new Set(before.map(callKey)) });
    fill(this.cards.get(experiment.id).lines);
    this.#look();
    let said = false;
    const say = (words, tone) => {
      said = true;
      this.#say(experiment.id, words, tone);
    };
    const env = { wire: this.wire, store: this.store, say, words: (message) => this.#words(message) };
    const undo = await experiment.run(env);
    if (!undo) {
      if (!said) this.#say(experiment.id, "Armed. Now do what is asked for above.");
      return;
    }
    this.lasting.set(experiment.id, undo);
    this.#say(experiment.id, "It has begun");
    this.#tellBanner();
  }

  async end(id) {
    await this.lasting.get(id)();
    this.lasting.delete(id);
    this.trials.get(id).until = Date.now() + WATCHED_MS;
    this.#say(id, "It is over");
    this.#tellBanner();
    this.draw();
  }

  /** While something lasts, the conversation says so at its top. */
  #tellBanner() {
    const going = EXPERIMENTS.filter(({ id }) => this.lasting.has(id));
    this.store.outage = going.length ? { title: going.map(({ title }) => title).join(", "), end: () => Promise.all(going.map(({ id }) => this.end(id))).catch((error) => this.toast(error.message)) } : null;
    this.store.changed();
  }

  #say(id, words, tone = "") {
    const { lines } = this.cards.get(id);
    lines.hidden = false;
    lines.append(h("li", { class: tone }, h("time", {}, new Date().toTimeString().slice(0, 8)), h("span", {}, words)));
    while (lines.children.length > MOST_LINES) lines.firstElementChild.remove();
    lines.scrollTop = lines.scrollHeight;
    if (id === this.newest) lines.scrollIntoView({ block: "nearest" });
  }

  #watching() {
    return [...this.trials].filter(([id, trial]) => this.lasting.has(id) || Date.now() < trial.until);
  }

  /** What the app says and whether it is connected comes with the stream. */
  #heard({ type, message, connected }) {
    for (const [id] of this.#watching()) {
      if (type === "connected") this.#say(id, connected ? `The app is connected (${connected})` : "The app is not connected", connected ? "good" : "bad");
      else if (message?.is_app && ["message", "ephemeral", "message_changed"].includes(type)) this.#sayMessage(id, type, message);
    }
  }

  #sayMessage(id, type, message) {
    const words = this.#words(message);
    const trial = this.trials.get(id);
    if (!words || trial.seen.has(words)) return;
    trial.seen.add(words);
    this.#say(id, `Runbell ${type === "message_changed" ? "repaints" : type === "ephemeral" ? "tells you alone" : "says"}: ${words}`, "said");
  }

  #words(message) {
    const text = message.text || (message.blocks ?? []).map((block) => block.text?.text ?? "").find(Boolean) || "";
    return text.replace(/<@([UW]\w+)(\|[^>]*)?>/g, (_, person) => this.names.user(person).label).replace(/<([^>|]*)\|([^>]*)>/g, "$2").replace(/\s+/g, " ").slice(0, 160);
  }

  /** Calls that failed, and deeds upon runs, are found in the traffic. */
  async #look() {
    if (this.looking) return;
    this.looking = true;
    while (this.#watching().length) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const rows = await readTraffic(this.wire).catch(() => []);
      for (const [id, trial] of this.#watching()) this.#tellCalls(id, trial, rows);
    }
    this.looking = false;
  }

  #tellCalls(id, trial, rows) {
    for (const row of [...rows].reverse()) {
      const key = callKey(row);
      if (trial.seen.has(key)) continue;
      trial.seen.add(key);
      const isDeed = row.side === "terraform" && row.what.startsWith("POST");
      if (!row.bad && !isDeed) continue;
      const kind = `${row.side} ${row.what.replace(/(run|ws)-[A-Za-z0-9]{8,}/g, "…")} ${row.status}`;
      if (trial.seen.has(kind) && row.bad) continue;
      trial.seen.add(kind);
      this.#say(id, `${row.side === "to_app" ? "Slack delivers" : "Runbell calls"} ${row.what.slice(0, 90)}: ${row.status}`, row.bad ? "bad" : "good");
    }
  }
}
