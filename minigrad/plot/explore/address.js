// The situation as text for the address of the page, and back. An address can only yield known words and checked
// numbers.

const MOST_RULES = 4,
  MOST_STEPS = 1000;
const FAR = 1e6; // the start is no farther from 0
const RANGES = { count: [1, MOST_STEPS], at: [0, MOST_STEPS], noise: [0, 100], seed: [0, 2 ** 31], look: [0, 1] };

/** The text for a situation. Only values that differ from the rule's defaults are written. */
function toAddress(situation) {
  const parts = [`on=${encodeURIComponent(situation.on)}`, `from=${situation.from.join(",")}`];
  parts.push(...Object.keys(RANGES).map(name => `${name}=${situation[name]}`));
  for (const { name, values, arrows } of situation.rules) {
    const changed = RULES[name].settings.filter(setting => values[setting.place] !== setting.value);
    const written = changed.map(setting => `${setting.name}:${encodeURIComponent(String(values[setting.place]))}`);
    parts.push(`rule=${[encodeURIComponent(name), ...written, ...(arrows ? ["arrows"] : [])].join(",")}`);
  }
  if (situation.theme) parts.push(`theme=${situation.theme}`);
  return parts.join("&");
}

/** The situation in the address of the page, or the first one if that says nothing. */
function addressed() {
  return fromAddress(location.hash.length > 1 ? location.hash : FIRST);
}

/** The situation in a text. Whatever is missing, unknown or out of range has its initial value. */
function fromAddress(text) {
  const found = new Map(),
    rules = [];
  for (const part of text.replace(/^#/, "").split("&")) {
    const [key, value = ""] = part.split(/=(.*)/s);
    if (key === "rule") rules.push(value);
    else found.set(key, value);
  }
  const on = unescaped(found.get("on") ?? "");
  const situation = { on: Object.hasOwn(GROUNDS, on) ? on : "valley", theme: "" };
  if (["light", "dark"].includes(found.get("theme"))) situation.theme = found.get("theme");
  const ground = GROUNDS[situation.on];
  const first = { count: 100, at: 30, noise: ground.noise, seed: 0, look: 0 };
  for (const [name, [low, high]] of Object.entries(RANGES)) {
    const x = readNumber(found.get(name) ?? ""),
      fits = x >= low && x <= high;
    situation[name] = fits && (name === "noise" || Number.isInteger(x)) ? x : first[name];
  }
  const from = (found.get("from") ?? "").split(",").map(readNumber);
  situation.from = from.length === ground.weights && from.every(z => Math.abs(z) <= FAR) ? from : startOf(ground);
  situation.rules = rules.slice(0, MOST_RULES).map(readRule).filter(Boolean);
  if (!situation.rules.length)
    situation.rules = text === FIRST ? [newRule(Object.keys(RULES)[0])] : fromAddress(FIRST).rules;
  return situation;
}

/** A rule and its values, as in `adam,learning_rate:0.1`; null for an unknown rule. */
function readRule(text) {
  const [name, ...parts] = text.split(",");
  if (!Object.hasOwn(RULES, unescaped(name))) return null;
  const rule = newRule(unescaped(name));
  for (const part of parts) {
    const [key, value = ""] = part.split(/:(.*)/s);
    const setting = RULES[rule.name].settings.find(found => found.name === key);
    if (key === "arrows") rule.arrows = true;
    else if (setting) rule.values[setting.place] = readValue(setting, unescaped(value));
  }
  return rule;
}

/** A value of a setting, or its default if the text is not a valid one. */
function readValue(setting, text) {
  if (setting.kind === "truth") return text === "true" ? true : text === "false" ? false : setting.value;
  if (setting.kind === "word") return setting.words.includes(text) ? text : setting.value;
  if (setting.optional && text === "null") return null;
  return accepts(setting, readNumber(text)) ? readNumber(text) : setting.value;
}

function newRule(name) {
  return { name, values: defaults(RULES[name]), arrows: false };
}

function startOf(ground) {
  return ground.start.slice(0, ground.weights);
}

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
