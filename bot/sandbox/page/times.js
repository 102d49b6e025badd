// Words for moments: clock times, day dividers, and the tokens of Slack's <!date^...>.

const DAY_MS = 86400000;
const formats = new Map();

/** Making a format is dear, using it is not. */
function say(date, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en", options));
  return formats.get(key).format(date);
}

export const dateOf = (ts) => new Date(Number(ts) * 1000);
export const clockTime = (date) => say(date, { hour: "numeric", minute: "2-digit" });
export const fullTime = (date) => say(date, { dateStyle: "full", timeStyle: "medium" });
export const dayKey = (date) => `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;

function pretty(date, options) {
  const now = new Date();
  if (dayKey(date) === dayKey(now)) return "today";
  if (dayKey(date) === dayKey(new Date(now - DAY_MS))) return "yesterday";
  if (dayKey(date) === dayKey(new Date(now.getTime() + DAY_MS))) return "tomorrow";
  return say(date, options);
}

export function dayName(date) {
  const words = pretty(date, { weekday: "long", month: "long", day: "numeric" });
  return words[0].toUpperCase() + words.slice(1);
}

export function ago(date) {
  const seconds = (Date.now() - date.getTime()) / 1000;
  const steps = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600], [Infinity, "day", 86400]];
  const [, unit, size] = steps.find(([limit]) => Math.abs(seconds) < limit);
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.round(seconds / size), unit);
}

const SHORT = { month: "short", day: "numeric", year: "numeric" };
const LONG = { weekday: "long", month: "long", day: "numeric", year: "numeric" };
const PLAIN = { month: "long", day: "numeric", year: "numeric" };

const TOKENS = {
  date_num: (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`,
  date_slash: (date) => say(date, { month: "2-digit", day: "2-digit", year: "numeric" }),
  date: (date) => say(date, PLAIN),
  date_short: (date) => say(date, SHORT),
  date_long: (date) => say(date, LONG),
  date_pretty: (date) => pretty(date, PLAIN),
  date_short_pretty: (date) => pretty(date, SHORT),
  date_long_pretty: (date) => pretty(date, LONG),
  day_divider_pretty: (date) => pretty(date, { weekday: "long", month: "long", day: "numeric" }),
  time: clockTime,
  time_secs: (date) => say(date, { timeStyle: "medium" }),
  ago,
};

export function formatDate(unix, format, fallback) {
  const date = new Date(Number(unix) * 1000);
  if (!/^\d+$/.test(String(unix)) || Number.isNaN(date.getTime())) return fallback;
  return format.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}
