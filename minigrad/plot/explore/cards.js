// A card for each rule: its name, a slider and a field for every setting, its states and equations.

const BEST = "Of many rates, the one at which this rule ends lowest: on this surface, from this start, in these steps";

/** The card of rule number k. `act` has what the page does in response. */
function makeCard(k, rule, act) {
  const { title, sentence, settings } = RULES[rule.name];
  const names = Object.keys(RULES).map(name => make("option", { value: name, textContent: RULES[name].title }));
  const choice = make("select", { onchange: event => act.renamed(event.target.value) }, ...names);
  choice.value = rule.name;
  const swatch = draw(
    "svg",
    { class: `swatch of-${k}`, "aria-hidden": "true" },
    draw("line", { x1: 0, x2: 44, y1: 9, y2: 9, "stroke-dasharray": DASHES[k] }),
    draw("path", { class: "marker", d: MARKERS[k](22, 9, 6) }),
  );
  const arrows = make("input", { type: "checkbox", checked: rule.arrows });
  arrows.onchange = () => act.pointed(arrows.checked);
  const button = (text, label, onclick, title = "") => {
    const made = make("button", { type: "button", textContent: text, onclick, title });
    made.setAttribute("aria-label", label);
    return made;
  };
  const card = make("article", { className: `card of-${k}` });
  card.setAttribute("aria-label", `Rule ${k + 1}: ${title}`);
  card.append(
    make(
      "div",
      { className: "head" },
      swatch,
      make("label", {}, make("span", { className: "unseen", textContent: `Rule ${k + 1}` }), choice),
      ...(settings.some(s => s.place === "lr")
        ? [button("Best rate", `Best rate for ${title} on this surface`, act.tuned, BEST)]
        : []),
      button("Remove", `Remove ${title}`, act.removed),
    ),
    make("p", { className: "sentence", textContent: sentence }),
    make("div", { className: "settings" }, ...settings.map(setting => makeSetting(setting, rule, k, act))),
    make("p", { className: "problem", role: "alert" }),
    make("label", { className: "check" }, arrows, "Arrows of the gradient and the states"),
    make("div", { className: "states" }),
    make("p", { className: "which" }),
    make("div", { className: "equations" }),
  );
  return card;
}

/** A slider and a field, a tick box, or a list of words. */
function makeSetting(setting, rule, k, act) {
  const { name, place, kind, letter } = setting,
    id = `${place}-${k}`;
  const row = make("div", { className: "setting" });
  row.dataset.setting = name;
  const text = make("label", { htmlFor: id });
  if (letter) text.innerHTML = `<math>${letter}</math> `;
  text.append(name);
  row.title = setting.about;
  if (kind === "truth") {
    const box = make("input", { type: "checkbox", id, checked: rule.values[place] });
    box.onchange = () => act.set(place, box.checked);
    row.append(text, box);
  } else if (kind === "word") {
    const list = make(
      "select",
      { id },
      ...setting.words.map(word => make("option", { value: word, textContent: word })),
    );
    list.value = rule.values[place];
    list.onchange = () => act.set(place, list.value);
    row.append(text, list);
  } else {
    row.append(text, ...makeNumber(setting, id, rule, act));
  }
  return row;
}

/** A slider and a field that follow each other. An empty field means None where that is allowed. */
function makeNumber(setting, id, rule, act) {
  const { name, place, optional } = setting,
    value = rule.values[place];
  const slider = make("input", { type: "range", min: 0, max: 1000, step: 1, id });
  const field = make("input", {
    className: "number",
    inputMode: "decimal",
    value: typed(value),
    placeholder: optional ? "none" : "",
  });
  field.setAttribute("aria-label", `${name}, as a number`);
  const follow = x => {
    slider.value = x === null ? 0 : toSlider(setting, x);
    slider.setAttribute("aria-valuetext", x === null ? "none" : shown(x));
  };
  follow(value);
  slider.oninput = () => {
    const x = fromSlider(setting, Number(slider.value));
    field.value = typed(x);
    refuse(field, "");
    slider.setAttribute("aria-valuetext", shown(x));
    act.set(place, x);
  };
  field.oninput = () => {
    const x = optional && !field.value.trim() ? null : readNumber(field.value);
    if (x !== null && !accepts(setting, x)) return refuse(field, refusal(name, field.value, setting));
    refuse(field, "");
    follow(x);
    act.set(place, x);
  };
  return [slider, field];
}

/** Grey out the settings that have no effect given the others, and say which others decide that. */
function markIdle(card, idle) {
  for (const row of card.querySelectorAll(".setting")) {
    const others = idle[row.dataset.setting];
    row.classList.toggle("idle", others !== undefined);
    if (others) row.dataset.why = `no effect here${others.length ? `; that depends on ${others.join(", ")}` : ""}`;
    else delete row.dataset.why;
  }
}

/** Show what is wrong with a field; an empty sentence means nothing is. */
function refuse(field, sentence) {
  field.setAttribute("aria-invalid", sentence ? "true" : "false");
  field.dataset.problem = sentence;
  const within = field.closest(".card, #walks");
  within.querySelector(".problem").textContent = [...within.querySelectorAll("[data-problem]")]
    .map(f => f.dataset.problem)
    .filter(Boolean)
    .join(" ");
}
