// The Terraform pane: a button that starts a run outside of Slack, the run that is going with its log, and every workspace.

import { fill, h, icon, link } from "./dom.js";
import { Poll } from "./panel.js";
import { clockTime } from "./times.js";

const EVERY_MS = 1000;
const PREVIEW_LINES = 14;
const MOST_LETTERS = 60000;
const GOOD = ["applied", "planned_and_finished"];
const BAD = ["errored", "canceled", "force_canceled", "policy_soft_failed"];

const plain = (log) => log.replace(/\u001b\[[0-9;]*m/g, "");
const tone = (run) => (run.needs_person ? "call" : GOOD.includes(run.status) ? "good" : BAD.includes(run.status) ? "bad" : run.is_final ? "done" : "live");
const badge = (run) => h("span", { class: `state state-${tone(run)}` }, run.status.replaceAll("_", " "));

export class TerraformPane {
  constructor({ wire, toast, store }) {
    Object.assign(this, { wire, toast, store, chosen: null, followed: null, logs: new Map(), signature: "" });
    this.poll = new Poll(EVERY_MS, () => this.read());
    this.where = h("select", { class: "select", "aria-label": "Workspace to start a run in" });
    this.button = h("button", { type: "button", class: "button primary", onclick: () => this.#start() }, icon("play"), "Start a run outside Slack");
    this.start = h("div", { class: "pane-start" }, this.where, this.button);
    this.live = h("section", { class: "pane-live", "aria-label": "The run that is going" });
    this.list = h("section", { class: "pane-list", "aria-label": "Workspaces" });
    this.node = h("div", { class: "pane" }, this.start, this.live, this.list);
  }

  shown(wanted) {
    this.poll.set(wanted);
  }

  draw() {}

  async read() {
    const answer = await this.wire.read("terraform/workspaces");
    if (!answer.ok) return this.#nothing();
    const runs = answer.workspaces.flatMap((workspace) => workspace.runs);
    const newest = runs.filter((run) => !run.is_final).sort((a, b) => (a.created_at < b.created_at ? 1 : -1))[0];
    if (newest) this.followed = newest.id;
    this.#drawWorkspaces(answer);
    await this.#readRun(this.chosen ?? this.followed);
  }

  #nothing() {
    if (this.signature === "none") return;
    this.signature = "none";
    this.start.hidden = true;
    fill(this.list, h("p", { class: "pane-empty" }, "This Slack was opened without a Runs API server beside it."));
  }

  #drawWorkspaces({ workspaces, total }) {
    const signature = JSON.stringify([workspaces, this.chosen]);
    if (signature === this.signature) return;
    this.signature = signature;
    const names = workspaces.map(({ name }) => name);
    if (names.join() !== this.names) {
      this.names = names.join();
      fill(this.where, names.map((name) => h("option", {}, name)));
      if (names.includes("storefront-staging")) this.where.value = "storefront-staging";
    }
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.run : null;
    const more = total > workspaces.length ? h("p", { class: "hint" }, `and ${total - workspaces.length} more`) : null;
    fill(this.list, h("h3", {}, "Workspaces"), h("ul", {}, workspaces.map((workspace) => this.#workspace(workspace))), more);
    if (focused) this.list.querySelector(`[data-run="${CSS.escape(focused)}"]`)?.focus();
  }

  #workspace(workspace) {
    const { holder, waiting, runs, locked_by: locker } = workspace;
    const last = holder ?? runs[0];
    const queue = waiting.length ? h("ol", { class: "queue", "aria-label": `Waiting in ${workspace.name}` }, waiting.map((run) => h("li", {}, this.#runButton(run)))) : null;
    return h("li", { class: "workspace" },
      h("div", { class: "workspace-head" }, h("strong", {}, workspace.name), workspace.auto_apply ? h("span", { class: "badge" }, "AUTO-APPLY") : null, locker ? h("small", {}, `locked by ${locker}`) : null),
      last ? this.#runButton(last) : h("small", {}, workspace.description || "No run yet"),
      queue ? h("small", {}, `${waiting.length} waiting behind it`) : null,
      queue);
  }

  #runButton(run) {
    const choose = () => {
      this.chosen = run.id;
      this.quickly();
      this.live.scrollIntoView({ block: "nearest" });
    };
    return h("button", { type: "button", class: "run-row", "data-run": run.id, onclick: choose }, badge(run), h("span", { class: "run-title" }, run.title));
  }

  quickly() {
    this.read().catch(() => {});
  }

  async #readRun(id) {
    if (!id) return void (this.shownRun ? null : this.#drawNoRun());
    if (!this.logs.has(id)) this.logs.set(id, { plan: "", apply: "", plan_from: 0, apply_from: 0 });
    const log = this.logs.get(id);
    const { run, ok } = await this.wire.read("terraform/run", { run: id, plan_from: log.plan_from, apply_from: log.apply_from });
    if (!ok || id !== (this.chosen ?? this.followed)) return;
    for (const phase of ["plan", "apply"]) {
      log[phase] = (log[phase] + plain(run[phase].log)).slice(-MOST_LETTERS);
      log[`${phase}_from`] = run[phase].next;
      run[phase].log = log[phase];
    }
    this.#drawRun(run);
  }

  #drawNoRun() {
    if (this.live.childElementCount) return;
    fill(this.live, h("p", { class: "pane-empty" }, "No run yet. Start one in the chat, or with the button above: then see how Runbell brings it into Slack."));
  }

  #drawRun(run) {
    const signature = JSON.stringify([run, this.chosen]);
    if (signature === this.runSignature) return;
    this.runSignature = signature;
    const focused = this.live.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.shownRun = run.id;
    const followAgain = () => {
      this.chosen = null;
      this.runSignature = "";
      this.quickly();
    };
    const back = this.chosen ? h("button", { type: "button", class: "text-button", "data-key": "follow", onclick: followAgain }, "Follow the newest run") : null;
    fill(this.live,
      h("div", { class: "live-head" }, h("strong", {}, run.workspace), badge(run), back),
      h("p", { class: "run-title" }, run.title),
      h("p", { class: "hint" }, facts(run), " ", link(run.page, "Its own page")),
      this.#deeds(run),
      this.#log("Apply", run.apply) ?? this.#log("Plan", run.plan) ?? h("p", { class: "hint" }, "Nothing is written yet."),
      run.apply.log ? h("details", {}, h("summary", {}, "The plan's log"), this.#log("Plan", run.plan)) : null,
      run.comments.length ? h("details", {}, h("summary", {}, `Comments (${run.comments.length})`), run.comments.map((comment) => h("blockquote", {}, comment))) : null,
      h("details", { class: "steps-taken" }, h("summary", {}, "How it got here"), h("ol", {}, run.history.map(({ at, what }) => h("li", {}, `${clockTime(new Date(at))} ${what}`)))));
    for (const pre of this.live.querySelectorAll("pre")) pre.scrollTop = pre.scrollHeight;
    if (focused) this.live.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  /** What can be done there without Slack, so that one sees what Runbell makes of it. */
  #deeds(run) {
    const words = { apply: "Apply it there", discard: "Discard it there", cancel: "Cancel it there" };
    const one = (action) => h("button", { type: "button", class: "button", "data-key": action, onclick: () => this.#act(run, action) }, words[action]);
    return run.actions.length ? h("div", { class: "block-actions" }, run.actions.map(one)) : null;
  }

  #log(name, phase) {
    if (!phase.log) return null;
    return h("pre", { class: "live-log", tabindex: "0", "aria-label": `${name} log` }, this.chosen ? phase.log : phase.log.trimEnd().split("\n").slice(-PREVIEW_LINES).join("\n"));
  }

  async #start() {
    await this.#deed("start", { workspace: this.where.value, message: `Started outside of Slack, in ${this.where.value}` });
    this.chosen = null;
    this.quickly();
  }

  async #act(run, action) {
    await this.#deed("act", { run: run.id, action });
    this.quickly();
  }

  async #deed(name, body) {
    try {
      const answer = await this.wire.send(`terraform/${name}`, body);
      if (!answer.ok) this.toast(`Terraform says: ${answer.error}`);
    } catch (error) {
      this.toast(`The sandbox did not answer: ${error.message}`);
    }
  }
}

function facts(run) {
  const counts = run.plan.additions === null ? "" : `${run.plan.additions} to add, ${run.plan.changes} to change, ${run.plan.destructions} to destroy. `;
  const by = run.by ? `Started by ${run.by}. ` : "";
  return `${counts}${by}${run.needs_person ? "It waits for a person. " : ""}${run.confirmed_by ? `Confirmed by ${run.confirmed_by}. ` : ""}`;
}

