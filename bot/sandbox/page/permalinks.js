// Addresses of messages, as Slack makes them, lead to the message on this page instead of to a Slack that there is not.

const PATH = /^\/archives\/([A-Z][A-Z0-9]+)\/p(\d+)(\d{6})$/;

/** The channel and the ts that an address names, or null for any other address. */
function named(href, domain) {
  const url = new URL(href);
  const found = url.hostname === `${domain}.slack.com` ? PATH.exec(url.pathname) : null;
  return found && { channel: found[1], ts: `${found[2]}.${found[3]}` };
}

export function followPermalinks(store, choose) {
  document.addEventListener("click", (event) => {
    const anchor = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const place = anchor ? named(anchor.href, store.world?.team.domain) : null;
    if (!place || !store.channels.some(({ id }) => id === place.channel)) return;
    event.preventDefault();
    choose(place.channel);
    const article = document.querySelector(`#timeline article[data-ts="${CSS.escape(place.ts)}"]`);
    article?.scrollIntoView({ block: "center" });
    article?.focus({ preventScroll: true });
  });
}
