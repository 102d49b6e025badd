// Speaks to /_person/: JSON calls and the stream of events. The secret is a header and never part of an address.

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8000;

export class Refused extends Error {}
export class Unreachable extends Error {}

export function takeSecret() {
  const found = /(?:^#|&)secret=([^&]+)/.exec(location.hash);
  if (found) {
    sessionStorage.setItem("runbell.secret", decodeURIComponent(found[1]));
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem("runbell.secret");
}

export class Wire {
  constructor(secret) {
    this.secret = secret;
  }

  read(name, params = {}) {
    return this.#call("GET", name, params);
  }

  send(name, body) {
    return this.#call("POST", name, {}, body);
  }

  drop(name) {
    return this.#call("DELETE", name, {});
  }

  async #call(method, name, params, body) {
    const response = await this.#fetch(method, name, params, body);
    try {
      return await response.json();
    } catch {
      throw new Unreachable(`the sandbox answered ${response.status}`);
    }
  }

  async #fetch(method, name, params, body, signal) {
    const headers = { "X-Sandbox-Secret": this.secret };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const query = new URLSearchParams(params).toString();
    const address = `/_person/${name}${query ? `?${query}` : ""}`;
    let response;
    try {
      response = await fetch(address, { method, headers, signal, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body) });
    } catch (error) {
      throw new Unreachable(String(error.message ?? error));
    }
    if (response.status === 401 || response.status === 403) throw new Refused(`the sandbox answered ${response.status}`);
    return response;
  }

  /** Follows what `person` sees until `close()`. Calls back: opened, event(object), lost, refused. */
  follow(person, told) {
    const stop = new AbortController();
    let hurry = () => {};
    const run = async () => {
      let wait = FIRST_WAIT_MS;
      while (!stop.signal.aborted) {
        try {
          const response = await this.#fetch("GET", "stream", { as: person }, undefined, stop.signal);
          if (!response.ok) throw new Unreachable(`the stream answered ${response.status}`);
          told.opened();
          wait = FIRST_WAIT_MS;
          await lines(response.body, (line) => told.event(JSON.parse(line)));
        } catch (error) {
          if (stop.signal.aborted) return;
          if (error instanceof Refused) return void told.refused();
        }
        if (stop.signal.aborted) return;
        told.lost();
        await new Promise((resolve) => {
          hurry = resolve;
          setTimeout(resolve, wait * (0.75 + Math.random() / 2));
        });
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    };
    run();
    return { close: () => { stop.abort(); hurry(); }, hurry: () => hurry() };
  }
}

async function lines(body, take) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) if (part.trim()) take(part);
  }
}
