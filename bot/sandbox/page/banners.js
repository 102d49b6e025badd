// What a person must know about the wires: the sandbox is gone, the app is not connected, the app is not in this channel.

import { fill, h, icon } from "./dom.js";

export class Banners {
  constructor(node, { store, hurry, invite }) {
    Object.assign(this, { node, store, hurry, invite });
  }

  draw() {
    const [kind, draw] = this.#wanted();
    if (kind === this.kind) return;
    this.kind = kind;
    fill(this.node, draw?.());
  }

  #wanted() {
    const { link, world, channel, person } = this.store;
    const { outage } = this.store;
    const app = world.app.name || "The app";
    if (link === "refused") return ["refused", () => banner("bad", "The sandbox does not know this page any more; it was probably started anew. Open the address that the terminal printed last.")];
    if (link === "lost") return ["lost", () => banner("bad", "The connection to the sandbox is lost. Trying again…", ["Try now", this.hurry])];
    if (link === "open" && outage) return [`outage ${outage.title}`, () => banner("warn", `What if: ${outage.title}.`, ["End it", outage.end])];
    if (link === "open" && !world.connected) return ["away", () => banner("warn", `${app} is not connected. Commands and clicks will fail until it is.`)];
    if (link === "open" && channel && !channel.is_im && !channel.app_is_member && !person?.is_guest) {
      return [`outside ${channel.id}`, () => banner("info", `${app} is not in this channel yet. Commands work; to post here by itself it must be in.`, [`Add ${app}`, this.invite])];
    }
    return ["none", null];
  }
}

function banner(tone, words, action) {
  const button = action ? h("button", { type: "button", class: "button", onclick: action[1] }, action[0]) : null;
  return h("div", { class: `banner banner-${tone}`, role: tone === "bad" ? "alert" : "status" }, icon(tone === "info" ? "idea" : "warn"), h("span", {}, words), button);
}
