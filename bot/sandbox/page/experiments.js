// What one may break, and how: each experiment pulls real faults of the sandbox, or makes people do what they should not.

/** The newest message with a button that decides something, in the conversation that one looks at. */
function decision({ store }) {
  const found = store.messages(store.channelId).findLast((message) => message.is_app && !message.ephemeral && deciding(message));
  return found ? { message: found, ...deciding(found) } : null;
}

function deciding(message) {
  for (const block of [...(message.blocks ?? []), ...(message.attachments ?? []).flatMap((one) => one.blocks ?? [])]) {
    const element = (block.elements ?? []).find((one) => one.type === "button" && one.style === "primary");
    if (element) return { element, block };
  }
  return null;
}

const needsDecision = (env) => (decision(env) ? null : "There is no button to decide with in this channel. Start a run first, and wait for its plan.");
const named = (people) => people.map(({ real_name: name }) => name).join(" and ");

async function clickAs(env, person, { message, element, block }) {
  const body = { as: person.id, channel: message.channel, ts: message.ts, action_id: element.action_id, block_id: block.block_id };
  const answer = await env.wire.send("click", body);
  env.say(`${person.real_name} clicks “${element.text.text}”${answer.ok ? "" : `: ${answer.error}`}`);
  return answer;
}

/** What the app has told one person alone since `from`, read as that person. */
async function whispered(env, person, channel, from) {
  for (let tries = 0; tries < 20; tries += 1) {
    const { messages = [] } = await env.wire.read("messages", { as: person.id, channel });
    const told = messages.filter((message) => message.ephemeral && message.ts > from).at(-1);
    if (told) return void env.say(`${person.real_name} alone is told: ${env.words(told)}`, "said");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const newestTs = ({ store }) => store.messages(store.channelId).at(-1)?.ts ?? "0";

async function pull(env, side, ...faults) {
  const name = side === "slack" ? "faults" : "terraform/fault";
  const ids = [];
  for (const fault of faults) {
    const answer = await env.wire.send(name, fault);
    if (!answer.ok) throw new Error(answer.error ?? "refused");
    ids.push(answer.id);
  }
  return () => Promise.all(ids.map((id) => (side === "slack" ? env.wire.drop(`faults/${id}`) : env.wire.send("terraform/mend", { fault: id }))));
}

/** `run(env)` gives the deed that undoes it, for those that last; `reason(env)` is why it cannot be done now. */
export const EXPERIMENTS = [
  {
    id: "slack-down",
    title: "Slack is down",
    what: "Every call to Slack fails and the sockets are cut, until you end it. Commands and clicks reach nobody.",
    watch: "Where a channel watches (/tf watch storefront-*), start a run on the Terraform side meanwhile. When Slack is back, Runbell connects again and tells what was missed.",
    run: (env) => pull(env, "slack", { match: "*", kind: "down" }),
  },
  {
    id: "terraform-down",
    title: "Terraform is down",
    what: "Every call to the Runs API is answered with 503, until you end it.",
    watch: "Type a command: Runbell says what is wrong and with whom. Cards go on by themselves once the server is back.",
    run: (env) => pull(env, "terraform", { match: "*", kind: "down" }),
  },
  {
    id: "rate-limits",
    title: "Both say “too many requests”",
    what: "The next two posts to Slack and the next six calls to Terraform are answered with 429.",
    watch: "Type a command: Runbell says how long the server wants it to wait, and that nothing was done. Runs that are going only take longer; nothing is lost or said twice.",
    run: async (env) => {
      await pull(env, "slack", { match: "chat.*", kind: "status", status: 429, seconds: 1, times: 2 });
      await pull(env, "terraform", { match: "*", kind: "status", status: 429, seconds: 1, times: 6 });
    },
  },
  {
    id: "lost-answer",
    title: "The answer to “apply” gets lost",
    what: "The next approval is carried out by Terraform, but its answer never arrives.",
    watch: "Approve a run. Runbell looks whether it happened instead of trying again blindly, and names who did it.",
    run: async (env) => void (await pull(env, "terraform", { match: "POST */actions/apply", kind: "lost", times: 1 })),
  },
  {
    id: "lost-post",
    title: "The answer to a post gets lost",
    what: "The next message that Runbell posts arrives, but Slack's answer does not.",
    watch: "Start a run. Runbell looks in the channel for what it has posted, so that nothing stands there twice.",
    run: async (env) => void (await pull(env, "slack", { match: "chat.postMessage", kind: "lost", times: 1 })),
  },
  {
    id: "socket-cut",
    title: "The socket is cut",
    what: "All connections over which Slack delivers are cut without a word.",
    watch: "The dot at the top left goes red, and green again within a moment.",
    run: async (env) => {
      const { connections } = await env.wire.send("sockets", {});
      env.say(connections === 1 ? "1 connection cut" : `${connections} connections cut`);
    },
  },
  {
    id: "restart",
    title: "The bot is killed and started again",
    what: "The process is killed as by a crash, and started anew upon its database.",
    watch: "A run that is going keeps its card, and the buttons of before still work.",
    reason: ({ store }) => (store.world.can_restart ? null : "The bot was not started by `runbell demo`, so it cannot be restarted from here."),
    run: async (env) => {
      const answer = await env.wire.send("restart", {});
      if (!answer.ok) throw new Error(answer.error);
      env.say("The bot was killed, and is started anew");
    },
  },
  {
    id: "guest",
    title: "A guest clicks “Approve”",
    what: "Gus, who is a guest, presses the newest button that decides something here.",
    watch: "He alone is told why not; the run stays as it is.",
    reason: needsDecision,
    run: async (env) => {
      const guest = env.store.world.people.find((person) => person.is_guest);
      const target = decision(env);
      const from = newestTs(env);
      await clickAs(env, guest, target);
      await whispered(env, guest, target.message.channel, from);
    },
  },
  {
    id: "two-clicks",
    title: "Two people click at once",
    what: "Ana and Kim press the newest button that decides something here, in the same moment.",
    watch: "One of them has done it; the other hears who was faster, or that it is not for them to decide here. It is applied once.",
    reason: needsDecision,
    run: async (env) => {
      const target = decision(env);
      const people = env.store.world.people.filter((person) => !person.is_guest).slice(0, 2);
      const from = newestTs(env);
      env.say(`${named(people)} click together`);
      await Promise.all(people.map((person) => clickAs(env, person, target)));
      await Promise.all(people.map((person) => whispered(env, person, target.message.channel, from)));
    },
  },
];
