// What stands at the start of a conversation: what it is, and what to try first. The chips fill the composer.

import { h, icon } from "./dom.js";
import { sign } from "./emoji.js";

/** Lines worth typing, in the order in which they make sense. */
export function ideas(store) {
  const command = store.world.commands[0]?.command;
  if (!command) return [];
  return [
    { text: `${command} run storefront-dev`, note: "start a run and read its plan on a card" },
    { text: `${command} workspaces`, note: "see what there is to run" },
    { text: `${command} watch storefront-*`, note: "hear here of runs that wait for somebody" },
    { text: `${command} run billing`, note: "see a plan that fails" },
    { text: `${command} help`, note: "everything the app can do" },
  ];
}

const steps = (engine) => [
  ["Start a run", `Choose a line below and press Enter. ${engine.startsWith("scripted") ? "A plan" : "A real plan"} begins, and its card follows it.`],
  ["Read and decide", "When the plan is ready the card has buttons. Approve it as Ana, who leads."],
  ["Be somebody else", "“Acting as”, at the top right, makes you Kim, Raj or the guest Gus. See who may do what."],
  ["Break something", "“What if…” switches Slack or Terraform off, loses answers, and shows what becomes of your run."],
];

export function welcome(store, names, fillComposer) {
  const { channel } = store;
  if (!channel) return null;
  const title = names.title(channel);
  const chips = ideas(store).map(({ text, note }) => h("button", { type: "button", class: "chip", title: note, onclick: () => fillComposer(text) }, text));
  const start = channel.is_im ? `Between you and ${title}` : `The start of #${title}`;
  return h("section", { class: "welcome", "aria-label": start },
    h("span", { class: "welcome-mark", "aria-hidden": "true" }, channel.is_im ? sign("speech_balloon") : icon(channel.is_private ? "lock" : "hash")),
    h("h2", {}, start),
    h("p", { class: "welcome-topic" }, channel.topic ?? ""),
    chips.length ? [h("ol", { class: "steps" }, steps(store.world.engine ?? "").map(([head, words]) => h("li", {}, h("strong", {}, head), h("span", {}, words)))), h("div", { class: "chips", role: "group", "aria-label": "Things to try" }, chips)] : null);
}
