// What a person does on the page, and what comes of it: reading, sending, clicking, inviting, becoming somebody else.

import { ask } from "./dialog.js";
import { keyOf } from "./state.js";
import { Refused } from "./wire.js";

const REREAD_AFTER_MS = 120;
const EVENTS_KEPT = 1000;

export class Actions {
  constructor(store, wire, ctx, toast) {
    this.store = store;
    this.wire = wire;
    this.ctx = ctx;
    this.toast = toast;
    this.stream = null;
    this.pending = false;
    this.events = [];
    this.heard = 0;
    this.screens = 0;
    this.watchers = [];
  }

  /** Reads the world and everything this person sees, and follows it from then on. */
  async start() {
    await this.readWorld();
    const { store } = this;
    if (!store.person) store.become(store.world.people[0].id);
    if (!store.channel) store.channelId = store.channels[0]?.id ?? null;
    await this.readRooms();
    store.setBaseline();
    store.look(store.channelId);
    this.follow();
  }

  async readWorld() {
    this.store.world = await this.wire.read("world");
    this.store.changed();
  }

  async readRooms() {
    await Promise.all(this.store.channels.map((channel) => this.readRoom(channel.id)));
    if (this.store.threadTs) await this.readRoom(this.store.channelId, this.store.threadTs);
    await this.readScreen();
  }

  /** What is heard of modals while the answer is on its way is newer than the answer. */
  async readScreen() {
    const as = this.store.me;
    const before = this.screens;
    const answer = await this.wire.read("view", { as });
    if (as === this.store.me && before === this.screens) this.store.show(answer);
  }

  /** What was heard while the answer was on its way may be newer than the answer, so it is applied once more. */
  async readRoom(channel, threadTs = null) {
    const as = this.store.me;
    const before = this.heard;
    const params = threadTs ? { as, channel, thread_ts: threadTs } : { as, channel };
    const answer = await this.wire.read("messages", params);
    if (as !== this.store.me || !answer.messages) return;
    this.store.replace(channel, threadTs, answer.messages);
    if (this.heard > before) this.events.slice(before - this.heard).forEach((event) => this.apply(event));
  }

  follow() {
    this.stream?.close();
    const { store } = this;
    let opened = 0;
    this.stream = this.wire.follow(store.me, {
      opened: () => {
        store.link = "open";
        store.changed();
        opened += 1;
        this.quietly(async () => {
          if (opened > 1) await this.readWorld();
          await this.readRooms();
        });
      },
      event: (event) => this.take(event),
      lost: () => {
        store.link = "lost";
        store.changed();
      },
      refused: () => {
        store.link = "refused";
        store.changed();
      },
    });
  }

  take(event) {
    this.heard += 1;
    this.events.push(event);
    if (this.events.length > EVENTS_KEPT) this.events.shift();
    this.apply(event);
    for (const watcher of this.watchers) watcher(event);
    if (event.type === "view") {
      this.screens += 1;
      this.store.show(event);
    }
    if (event.type === "connected") this.store.setConnected(event.connected);
    else if (event.type === "channel") this.rereadSoon();
    else if (event.type === "notice") this.toast(event.text ?? event.message ?? "Something happened in the sandbox");
  }

  apply({ type, message, channel, ts }) {
    if (message && ["message", "message_changed", "ephemeral"].includes(type)) this.store.put(message);
    else if (type === "message_deleted" || type === "ephemeral_deleted") this.store.drop(channel ?? message?.channel, ts ?? message?.ts);
  }

  /** Reads the world anew once a burst of events is over. */
  rereadSoon() {
    if (this.pending) return;
    this.pending = true;
    setTimeout(() => {
      this.pending = false;
      this.quietly(() => this.reachNewRooms());
    }, REREAD_AFTER_MS);
  }

  async reachNewRooms() {
    const known = new Set(this.store.channels.map((channel) => channel.id));
    await this.readWorld();
    await Promise.all(this.store.channels.filter((channel) => !known.has(channel.id)).map((channel) => this.readRoom(channel.id)));
  }

  async become(personId) {
    const { store } = this;
    store.become(personId);
    this.events = [];
    this.heard = 0;
    if (!store.channel) store.channelId = store.channels[0]?.id ?? null;
    store.threadTs = null;
    await this.guarded(async () => {
      await this.readRooms();
      store.look(store.channelId);
      this.follow();
    });
  }

  openThread(ts) {
    this.store.threadTs = ts;
    this.store.changed();
    if (ts) this.quietly(() => this.readRoom(this.store.channelId, ts));
  }

  /** Sends what was typed; false when it was not taken, so that the words stay where they are. */
  async say(text, threadTs = null) {
    const { store } = this;
    const body = { as: store.me, channel: store.channelId };
    if (!text.startsWith("/") || text.startsWith("//")) {
      const said = { ...body, text: text.replace(/^\/\//, "/"), ...(threadTs ? { thread_ts: threadTs } : {}) };
      const answer = await this.guarded(() => this.wire.send("message", said));
      if (answer && !answer.ok) store.notice(`Your message was not sent (\`${answer.error}\`).`, threadTs);
      return Boolean(answer?.ok);
    }
    return this.command(text, threadTs, body);
  }

  async command(text, threadTs, body) {
    const { store } = this;
    const word = text.split(/\s/, 1)[0];
    if (threadTs) return store.notice(`\`${word}\` is not supported in threads. Sorry!`, threadTs), false;
    if (word === "/invite") return this.inviteTyped(text);
    if (!store.world.commands.some(({ command }) => command === word)) {
      store.notice(`\`${word}\` is not a valid command. Everything that begins with a “/” is read as a command; begin with “//” to send it as a message.`);
      return false;
    }
    const answer = await this.guarded(() => this.wire.send("command", { ...body, text }));
    if (answer && !answer.ok && UNTOLD.includes(answer.error)) store.notice(`${word} could not be sent (\`${answer.error}\`).`);
    return Boolean(answer);
  }

  async inviteTyped(text) {
    const wanted = text.replace(/^\/invite\s*@?/, "").trim().toLowerCase();
    const { people, app } = this.store.world;
    const person = people.find(({ name, real_name: real }) => [name, real].some((one) => one.toLowerCase() === wanted));
    const user = wanted === app.name.toLowerCase() ? app.user_id : person?.id;
    if (!user) return this.store.notice(`There is nobody called \`@${wanted}\` here. Try \`/invite @${app.name}\`.`), false;
    return this.invite(user);
  }

  async invite(user) {
    const { store } = this;
    const answer = await this.guarded(() => this.wire.send("invite", { as: store.me, channel: store.channelId, user }));
    if (answer && !answer.ok) store.notice(`The invitation failed (\`${answer.error}\`).`);
    if (answer) this.rereadSoon();
    return Boolean(answer?.ok);
  }

  /** Does what an element of a message does; true unless the person said no in its confirm dialog. */
  async act(message, element, blockId, extra, node) {
    const confirm = extra.selected_option?.confirm ?? element.confirm;
    if (confirm && !(await ask(confirm, this.ctx))) return false;
    const { store } = this;
    const key = keyOf(message);
    store.failures.delete(key);
    node?.setAttribute("aria-busy", "true");
    if (Object.keys(extra).length) store.held.set(`${store.me} ${key} ${blockId} ${element.action_id}`, extra);
    const body = { as: store.me, channel: message.channel, ts: message.ts, action_id: element.action_id, ephemeral: message.ephemeral, ...extra };
    if (blockId) body.block_id = blockId;
    if (message.thread_ts) body.thread_ts = message.thread_ts;
    const answer = await this.guarded(() => this.wire.send("click", body));
    node?.removeAttribute("aria-busy");
    if (answer && !answer.ok) store.failures.set(key, clickFailure(answer.error, store.world.app.name));
    store.changed();
    return true;
  }

  #deed(name, body) {
    return this.guarded(() => this.wire.send(name, { as: this.store.me, ...body }));
  }

  /** Uses an element of the modal on top or of the Home tab. */
  use(body) {
    return this.#deed("click", body);
  }

  fill(values) {
    return this.#deed("fill", { values });
  }

  submit(values) {
    return this.#deed("submit", { values });
  }

  closeView(all) {
    return this.#deed("close", { all });
  }

  /** What the app offers for what was typed; an Error with words for the list when it offers nothing. */
  async suggest(body) {
    const answer = await this.#deed("options", body);
    if (!answer?.ok) throw new Error(this.because(answer?.error));
    return answer;
  }

  because(error) {
    return clickFailure(error ?? "no answer", this.store.world.app.name);
  }

  /** Uploads a file for a form; its {id, name}, or null after the person was told why not. */
  async upload(file, more = {}) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let binary = "";
    for (let at = 0; at < bytes.length; at += 32768) binary += String.fromCharCode(...bytes.subarray(at, at + 32768));
    const answer = await this.#deed("upload", { name: file.name, content_base64: btoa(binary), ...more });
    if (answer && !answer.ok) this.toast(`${file.name} was not uploaded (${answer.error}).`);
    return answer?.ok ? answer.file : null;
  }

  /** The content of a file in base64, or null after the person was told why not. */
  async readFile(file) {
    const answer = await this.guarded(() => this.wire.read("file", { as: this.store.me, file }));
    if (answer && !answer.ok) this.toast(`The file cannot be read (${answer.error}).`);
    return answer?.ok ? answer.content_base64 : null;
  }

  async shortcut(shortcut, message = null) {
    const where = message ? { channel: message.channel, ts: message.ts } : {};
    const answer = await this.#deed("shortcut", { callback_id: shortcut.callback_id, ...where });
    if (answer && !answer.ok) this.toast(`“${shortcut.name}” did not work. ${this.because(answer.error)}`);
  }

  async deleteMessage(message) {
    const answer = await this.#deed("delete", { channel: message.channel, ts: message.ts });
    if (answer && !answer.ok) this.toast(`The message was not deleted (${answer.error}).`);
  }

  async openTab(tab) {
    const { store } = this;
    store.look(store.channelId, tab);
    const answer = await this.#deed("home", { tab });
    if (answer?.home) store.show({ ...store.screen, home: answer.home });
  }

  /** What `work` gives, or null after telling the person why it could not be done. */
  async guarded(work, tell = this.toast) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused) this.store.link = "refused";
      else tell(`The sandbox did not answer: ${error.message}`);
      this.store.changed();
      return null;
    }
  }

  /** For reading that nobody asked for: where it fails, the stream is lost as well, and the banner says so. */
  quietly(work) {
    return this.guarded(work, () => {});
  }
}

const REASONS = {
  operation_timeout: "The app did not answer within 3 seconds.",
  dispatch_failed: "The app is not connected.",
  http_client_error: "The app refused the request.",
  http_service_error: "The app ran into an error.",
};

/** Refusals of a command that the sandbox does not itself whisper to the person. */
const UNTOLD = ["user_not_found", "channel_not_found", "not_in_channel", "invalid_arguments", "invalid_json"];

const because = (error) => (REASONS[error] ? ` ${REASONS[error]}` : "");

function clickFailure(error, app) {
  if (error === "no_such_element") return "This button is no longer on the message.";
  return `${app || "The app"} did not take the click (${error}).${because(error)}`;
}
