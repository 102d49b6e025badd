// What the page knows: the world, who one acts as, where one looks, and every message read so far. Draws nothing.

const compareTs = (a, b) => (a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length);

export const keyOf = (message) => `${message.ts}${message.ephemeral ? ":only-you" : ""}${message.local ? ":local" : ""}`;
const SAID = ["file_share", "thread_broadcast"];
/** What Slack says of people, such as that somebody has joined, as against what somebody says, with files or without. */
export const isNotice = (message) => Boolean(message.subtype) && !SAID.includes(message.subtype);
export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

export class Store {
  constructor() {
    this.world = { team: {}, app: {}, people: [], channels: [], commands: [], terraform: {}, engine: "", connected: 0 };
    this.me = sessionStorage.getItem("runbell.me");
    this.channelId = sessionStorage.getItem("runbell.channel");
    this.threadTs = null;
    this.link = "opening";
    this.failures = new Map();
    this.rooms = new Map();
    this.notices = [];
    this.newFrom = null;
    this.screen = { view: null, stack: [], home: null };
    this.tab = "messages";
    this.held = new Map();
    this.pane = "";
    this.outage = null;
    this.lastRead = new Map(JSON.parse(sessionStorage.getItem("runbell.read") ?? "[]"));
    this.listeners = [];
    this.due = false;
  }

  subscribe(listener) {
    this.listeners.push(listener);
  }

  /** Draws at most once a frame, and now and then where nobody looks, so that the title stays right. */
  changed() {
    if (this.due) return;
    this.due = true;
    const run = () => {
      this.due = false;
      for (const listener of this.listeners) listener();
    };
    if (document.hidden) setTimeout(run, 100);
    else requestAnimationFrame(run);
  }

  get person() {
    return this.world.people.find((person) => person.id === this.me) ?? null;
  }

  get channel() {
    return this.channels.find((channel) => channel.id === this.channelId) ?? null;
  }

  /** The channels that this person is in; an app's or a person's direct messages among them. */
  get channels() {
    return this.world.channels.filter((channel) => channel.members.includes(this.me));
  }

  room(channelId, threadTs = null) {
    const id = `${channelId}/${threadTs ?? ""}`;
    if (!this.rooms.has(id)) this.rooms.set(id, new Map());
    return this.rooms.get(id);
  }

  /** Messages oldest first, with the page's own notices to this person among them. */
  messages(channelId, threadTs = null) {
    const room = this.room(channelId, threadTs);
    room.sorted ??= [...room.values()].sort((a, b) => compareTs(a.ts, b.ts));
    const own = this.notices.filter((n) => n.channel === channelId && n.seen_by === this.me && (n.thread_ts ?? null) === threadTs);
    return own.length ? [...room.sorted, ...own].sort((a, b) => compareTs(a.ts, b.ts)) : room.sorted;
  }

  replace(channelId, threadTs, messages) {
    const room = this.room(channelId, threadTs);
    const old = new Map(room);
    room.clear();
    room.sorted = null;
    for (const message of messages) this.#keep(room, message, old.get(keyOf(message)));
    this.changed();
  }

  put(message) {
    const thread = isReply(message) ? message.thread_ts : null;
    if (thread === null || message.is_broadcast) this.#keep(this.room(message.channel), message);
    if (thread !== null) this.#keep(this.room(message.channel, thread), message);
    else this.#keep(this.room(message.channel, message.ts), message);
    this.failures.delete(keyOf(message));
    this.changed();
  }

  /** A message that says the same stays the same object, so that it is not drawn again. */
  #keep(room, message, before = room.get(keyOf(message))) {
    const same = before && JSON.stringify(before) === JSON.stringify(message);
    room.set(keyOf(message), same ? before : message);
    room.sorted = null;
  }

  drop(channelId, ts) {
    for (const [id, room] of this.rooms) {
      if (!id.startsWith(`${channelId}/`)) continue;
      for (const [key, message] of room) if (message.ts === ts) room.delete(key);
      room.sorted = null;
    }
    this.changed();
  }

  notice(text, threadTs = null) {
    const newest = this.messages(this.channelId, threadTs).at(-1)?.ts ?? "0";
    const now = (Date.now() / 1000).toFixed(6);
    const ts = compareTs(now, newest) > 0 ? now : (Number(newest) + 0.00001).toFixed(6);
    this.notices.push({ ts, channel: this.channelId, thread_ts: threadTs, text, local: true, ephemeral: true, seen_by: this.me });
    this.changed();
  }

  /** What this person has over the channels: the stack of modals, and the Home tab. */
  show({ view, stack, home }) {
    this.screen = { view: view ?? null, stack: stack ?? [], home: home ?? null };
    this.changed();
  }

  /** Whether the Home tab is what one looks at, and not the messages of a conversation. */
  get atHome() {
    return this.tab === "home" && this.isAppChannel;
  }

  get isAppChannel() {
    const { channel, world } = this;
    return Boolean(channel?.is_im && channel.members.includes(world.app.user_id));
  }

  setConnected(count) {
    this.world.connected = count;
    this.changed();
  }

  forgetRooms() {
    this.rooms.clear();
  }

  /** Everything there when the page was first opened counts as read, for everybody. */
  setBaseline() {
    if (this.lastRead.has("")) return;
    let newest = "0";
    for (const room of this.rooms.values()) for (const { ts } of room.values()) if (compareTs(ts, newest) > 0) newest = ts;
    this.#remember("", newest);
  }

  readUpTo(channelId) {
    return this.lastRead.get(`${this.me}/${channelId}`) ?? this.lastRead.get("") ?? "0";
  }

  unread(channelId) {
    const from = this.readUpTo(channelId);
    const messages = this.messages(channelId);
    let count = 0;
    for (let at = messages.length - 1; at >= 0 && compareTs(messages[at].ts, from) > 0; at -= 1) if (!messages[at].local && messages[at].user !== this.me) count += 1;
    return count;
  }

  markRead() {
    const newest = this.messages(this.channelId).findLast((m) => !m.local);
    if (newest && compareTs(newest.ts, this.readUpTo(this.channelId)) > 0) this.#remember(`${this.me}/${this.channelId}`, newest.ts);
  }

  #remember(key, ts) {
    this.lastRead.set(key, ts);
    sessionStorage.setItem("runbell.read", JSON.stringify([...this.lastRead]));
  }

  look(channelId, tab = "messages") {
    this.channelId = channelId;
    this.tab = tab;
    this.threadTs = null;
    this.newFrom = this.unread(channelId) ? this.readUpTo(channelId) : null;
    sessionStorage.setItem("runbell.channel", channelId);
    this.changed();
  }

  become(personId) {
    this.me = personId;
    sessionStorage.setItem("runbell.me", personId);
    this.failures.clear();
    this.screen = { view: null, stack: [], home: null };
    this.forgetRooms();
  }

  isNew(message) {
    return this.newFrom !== null && !message.local && message.user !== this.me && compareTs(message.ts, this.newFrom) > 0;
  }
}
