// Looks up what ids are called, for mentions and headlines.

export class Names {
  constructor(store) {
    this.store = store;
  }

  user(id, label) {
    const { people, app } = this.store.world;
    if (id === app.user_id) return { label: `@${app.name}`, me: false };
    const person = people.find((candidate) => candidate.id === id);
    return { label: `@${person?.real_name ?? label ?? id}`, me: id === this.store.me };
  }

  channel(id, label) {
    const found = this.store.world.channels.find((channel) => channel.id === id);
    if (found?.is_private && !found.members.includes(this.store.me)) return "private channel";
    return found?.name ?? (label || id);
  }

  group(id, label) {
    const found = this.store.world.groups?.find((group) => group.id === id);
    return `@${found?.handle ?? (label || id).replace(/^@/, "")}`;
  }

  author(message) {
    const { people, app } = this.store.world;
    if (message.local || message.user === "USLACKBOT") return { name: "Sandbox", initials: "", app: false, id: "sandbox" };
    const person = people.find((candidate) => candidate.id === message.user);
    if (person && !message.is_app) return { name: person.real_name, initials: person.initials ?? initials(person.real_name), app: false, id: person.id };
    const name = message.username || app.name || "App";
    return { name, initials: initials(name), app: true, id: app.user_id ?? name };
  }

  /** What a conversation is called, for the person who acts. */
  title(channel) {
    if (!channel?.is_im) return channel?.name ?? "";
    const { people, app } = this.store.world;
    const others = channel.members.filter((id) => id !== this.store.me);
    if (others.includes(app.user_id) || channel.app_is_member) return app.name;
    return people.find((person) => others.includes(person.id))?.real_name ?? channel.name;
  }

  isApp(channel) {
    return channel.is_im && (channel.app_is_member || channel.members.includes(this.store.world.app.user_id));
  }
}

export function initials(name) {
  return name.split(/\s+/).map((word) => [...word][0] ?? "").slice(0, 2).join("").toUpperCase();
}

/** One of eight quiet colours, always the same for the same id. */
export function hue(id) {
  let sum = 7;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 1009;
  return `hue-${sum % 8}`;
}
