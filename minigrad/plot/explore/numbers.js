// Numbers as people type them, and as they are shown.

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** The number that a text is, or NaN; also for 1,000, which is 1000 to some people and 1 to others. */
function readNumber(text) {
  if (inThousands(text)) return NaN;
  const plain = text.trim().replace("−", "-").replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

function inThousands(text) {
  return /^[+−-]?[1-9]\d{0,2}(,\d{3})+$/.test(text.trim());
}

/** Why a text cannot be the value of a setting. */
function refusal(name, text, setting) {
  const how = inThousands(text) ? ", without a comma" : "";
  return `${name}: ${text || "nothing"} cannot be used; expected ${expected(setting)}${how}.`;
}

/** A number with five digits, or a sign for what is not a finite number. */
function shown(x) {
  if (Array.isArray(x)) return `(${x.map(shown).join(", ")})`;
  if (typeof x !== "number") return "—";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞";
  const size = Math.abs(x),
    sign = x < 0 ? "−" : "";
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return sign + Number(size.toPrecision(5));
  const [mantissa, exponent] = size.toExponential(4).split("e");
  const power = "10" + [...String(Number(exponent))].map(c => SUPERSCRIPTS[c]).join("");
  return sign + (Number(mantissa) === 1 ? power : `${Number(mantissa)}·${power}`);
}

/** A value as it appears in a field: reading it gives the same value. */
function typed(x) {
  if (x === null) return "";
  return x !== 0 && Math.abs(x) < 1e-4 ? x.toExponential() : String(x); // 1e-6, for which a narrow field has room
}

/** Whether the constructor accepts a number. */
function accepts(setting, x) {
  if (!Number.isFinite(x) || (setting.kind === "whole" && !Number.isInteger(x))) return false;
  const { least, most, open_below, open_above } = setting;
  const above = least === null || x > least || (x === least && !open_below);
  return above && (most === null || x < most || (x === most && !open_above));
}

/** Which numbers are accepted, in words. */
function expected(setting) {
  const { least, most, open_below, open_above } = setting;
  const what = setting.kind === "whole" ? "a whole number" : "a number";
  if (least !== null && most !== null)
    return `${what} in ${open_below ? "(" : "["}${least}, ${most}${open_above ? ")" : "]"}`;
  if (least !== null) return open_below ? `${what} above ${least}` : `${what} of at least ${least}`;
  return most === null ? what : `${what} ${open_above ? "below" : "of at most"} ${most}`;
}

/** The value at a place of a slider, which runs from 0 to 1000. */
function fromSlider(setting, place) {
  const { low, high, scale, kind } = setting,
    part = place / 1000;
  if (scale === "linear") {
    const x = low + part * (high - low);
    return kind === "whole" ? Math.round(x) : Number(x.toFixed(6));
  }
  if (place === 0 && accepts(setting, 0)) return 0;
  return Number((low * (high / low) ** part).toPrecision(3));
}

/** The place of a value on its slider; values beyond an end are at that end. */
function toSlider(setting, x) {
  const { low, high, scale } = setting;
  const part = scale === "linear" ? (x - low) / (high - low) : x > 0 ? Math.log(x / low) / Math.log(high / low) : 0;
  return Math.round(1000 * Math.min(1, Math.max(0, part)));
}
