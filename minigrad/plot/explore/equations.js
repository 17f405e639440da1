// The equations of a rule with the numbers of a step in them, as MathML.

/** The rows of the form that matches the values. */
function rowsOf(run) {
  return run.program ? run.program.forms[formOf(run.h)].map(number => ROWS[number]) : [];
}

/** Show the equations, with empty places for numbers. */
function drawEquations(box, run, about) {
  const form = run.program ? run.program.forms[formOf(run.h)].join() : "";
  if (box.dataset.rows === form) return;
  box.dataset.rows = form;
  box.replaceChildren();
  for (const { name, left, relation, symbols, numbers } of rowsOf(run)) {
    const line = (kind, ...parts) =>
      make("div", {
        className: kind,
        innerHTML: parts
          .map(part => `<math displaystyle="true">${part.replaceAll("<mo>-", "<mo>−")}</math>`)
          .join("<wbr>"),
      });
    const result = name ? [`<mo>=</mo><mn data-of="now.${name}"></mn>`] : [];
    const row = make("div", { className: name ? "row" : "row condition" });
    row.dataset.name = name;
    row.title = about[name] ?? "";
    row.append(
      line(
        "symbols",
        name ? `${left}<mrow>${relation}${symbols}</mrow>` : `<mtext>only if\u00a0</mtext><mrow>${symbols}</mrow>`,
      ),
      line("numbers", `${name ? relation : "<mtext>here\u00a0</mtext>"}<mrow>${numbers}</mrow>`, ...result),
    );
    box.append(row);
  }
}

/** Fill in the numbers of a step for the chosen weight; without a step there are none. */
function fillEquations(box, step, look) {
  const idle = afterCondition(box).some(row => step && !(row.dataset.name in step.after));
  for (const row of box.children) {
    if (!row.dataset.name && step)
      row.dataset.holds = idle ? "This does not hold: in this step nothing moves." : "This holds.";
    else delete row.dataset.holds;
    row.classList.toggle("idle", idle && afterCondition(box).includes(row));
    row.classList.toggle("empty", !step);
    if (step) for (const place of row.querySelectorAll("mn[data-of]")) place.textContent = number(place, step, look);
  }
}

/** The rows that apply only if a condition holds. */
function afterCondition(box) {
  const rows = [...box.children],
    place = rows.findIndex(row => !row.dataset.name);
  return place < 0 ? [] : rows.slice(place + 1);
}

function number(place, step, look) {
  const [where, name] = place.dataset.of.split(".");
  const value = where === "raw" ? step.raw : { before: step.before, now: step.after, h: step.h }[where][name];
  const whole = place.closest(".whole") !== null;
  const found = Array.isArray(value) && !whole ? value[Math.min(look, value.length - 1)] : value;
  const text = shown(found);
  return text.startsWith("−") && !standsAlone(place) ? `(${text})` : text;
}

/** Whether a minus sign in front of this number cannot be mistaken for that of a difference. */
function standsAlone(place) {
  const before = place.previousElementSibling;
  if (before) return ["=", "("].includes(before.textContent) || before.tagName === "mspace";
  return !(place.parentElement.parentElement?.tagName === "msup" || place.nextElementSibling?.tagName === "msup");
}
