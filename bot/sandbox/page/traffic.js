// The inspector: the last calls between the app and both servers, newest first; never a token, never a body.

import { fill, h } from "./dom.js";
import { Poll } from "./panel.js";

const EVERY_MS = 1000;
const MOST = 200;
const SPOILED = /\b(lost|cut|slow|belated|lags)\b/;
const ARROWS = { from_app: "→ Slack", to_app: "← Slack", terraform: "→ Terraform" };

/** Both sides in one order. `bad` marks what failed. */
export function merged(traffic, requests) {
  const slack = traffic.map(({ at, direction, method, status, error }) => ({ at, side: direction, what: method, status: error ? `${status} ${error}` : String(status), bad: Boolean(error) || status >= 400 || SPOILED.test(status) }));
  const runs = requests.map(({ at, method, path, status }) => ({ at, side: "terraform", what: `${method} ${path.replace("/api/v2", "")}`, status: status === null ? "no answer" : String(status), bad: status === null || status >= 400 }));
  return [...slack, ...runs].sort((a, b) => (a.at < b.at ? 1 : -1));
}

/** Neighbours that say the same are one line with a count. */
function grouped(rows) {
  const out = [];
  for (const row of rows) {
    const last = out.at(-1);
    if (last && last.side === row.side && last.what === row.what && last.status === row.status) last.times += 1;
    else out.push({ ...row, times: 1 });
  }
  return out;
}

export async function readTraffic(wire) {
  const [slack, runs] = await Promise.all([wire.read("traffic"), wire.read("terraform/requests")]);
  return merged(slack.traffic ?? [], runs.requests ?? []);
}

export class TrafficPane {
  constructor({ wire }) {
    this.wire = wire;
    this.rows = [];
    this.poll = new Poll(EVERY_MS, async () => {
      this.rows = await readTraffic(this.wire);
      this.draw();
    });
    const changed = () => this.draw();
    this.side = h("select", { class: "select", "aria-label": "Which calls", onchange: changed }, [["", "All calls"], ["slack", "With Slack"], ["terraform", "With Terraform"]].map(([value, label]) => h("option", { value }, label)));
    this.failed = h("input", { type: "checkbox", onchange: changed });
    this.body = h("tbody", {});
    const head = h("thead", {}, h("tr", {}, ["When", "Whither", "What", "Answer"].map((label) => h("th", { scope: "col" }, label))));
    this.node = h("div", { class: "pane" },
      h("div", { class: "pane-start" }, this.side, h("label", { class: "check" }, this.failed, "Only what failed")),
      h("div", { class: "table-wrap traffic", tabindex: "0", role: "region", "aria-label": "Calls, newest first" }, h("table", {}, head, this.body)));
  }

  shown(wanted) {
    this.poll.set(wanted);
  }

  draw() {
    const side = this.side.value;
    const fits = (row) => (!side || (side === "terraform") === (row.side === "terraform")) && (!this.failed.checked || row.bad);
    const rows = grouped(this.rows.filter(fits)).slice(0, MOST);
    const signature = JSON.stringify(rows);
    if (signature === this.signature) return;
    this.signature = signature;
    fill(this.body, rows.map((row) => h("tr", { class: row.bad ? "bad" : null }, h("td", {}, moment(row.at)), h("td", {}, ARROWS[row.side] ?? row.side), h("td", {}, row.what, row.times > 1 ? h("small", {}, ` ×${row.times}`) : null), h("td", {}, row.status))));
  }
}

const moment = (at) => new Date(at).toISOString().slice(11, 19);
