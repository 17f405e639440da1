// The page: one situation, from which everything is drawn.

const get = id => document.getElementById(id);
let situation,
  runs = [],
  plan,
  playing = null;

const start = makeHandle(
  get("picture"),
  () => plan,
  () => situation,
  from => changed({ from }),
);

/** Change parts of the situation, walk again, and redraw. */
function changed(parts = {}) {
  Object.assign(situation, parts);
  walkAll();
  show();
}

function walkAll() {
  const ground = GROUNDS[situation.on];
  runs = situation.rules.map(rule => walk(RULES[rule.name], rule.values, ground, situation.from, situation));
  situation.at = Math.min(situation.at, situation.count);
  get("at").max = situation.count;
  runs.forEach((run, k) => {
    const { about } = RULES[situation.rules[k].name],
      card = get("cards").children[k];
    drawEquations(card.querySelector(".equations"), run, about);
    markIdle(card, run.program?.idle ?? {});
  });
}

/** Draw the present step, and keep the address up to date. */
function show() {
  const ground = GROUNDS[situation.on],
    { at } = situation;
  drawWalks(plan, runs, situation, start);
  drawLoss(get("loss"), get("loss-title"), runs, situation, ground);
  runs.forEach((run, k) => {
    const card = get("cards").children[k],
      step = run.steps[Math.min(at, run.steps.length) - 1];
    drawStates(card.querySelector(".states"), run, situation, k);
    fillEquations(card.querySelector(".equations"), at ? step : undefined, situation.look);
    const axis = ground.weights === 2 ? `, weight ${"xy"[situation.look]}` : "";
    card.querySelector(".which").textContent =
      at && step ? `Step ${step.h.t}${axis}:` : "The equations; press Forward for their numbers.";
    card.classList.toggle("ended", Boolean(run.trouble));
    card.dataset.trouble = run.trouble;
  });
  get("at").value = at;
  get("now").textContent = `${at} of ${situation.count}`;
  for (const [id, z] of [
    ["x", situation.from[0]],
    ["y", situation.from[1] ?? 0],
    ["count", situation.count],
    ["noise", situation.noise],
    ["seed", situation.seed],
  ])
    if (document.activeElement !== get(id)) {
      get(id).value = typed(z);
      refuse(get(id), "");
    }
  get("noise-slider").value = toSlider(NOISE, situation.noise);
  get("start").setAttribute("aria-label", `Starting point ${shown(situation.from)}; move it with the arrow keys`);
  get("status").textContent = playing ? "" : inWords();
  remember();
}

/** Where the walks are, in a few sentences. */
function inWords() {
  return situation.rules
    .map(({ name }, k) => {
      const run = runs[k],
        at = Math.min(situation.at, run.places.length - 1),
        place = run.places[at] ?? [];
      const where = `${RULES[name].title} is at ${shown(place.length > 1 ? place : place[0])}`;
      return `${where}, height ${shown(run.heights[at])}.${situation.at > at ? ` ${run.trouble}` : ""}`;
    })
    .join(" ");
}

let waiting = null;
/** Update the address, but not so often that the browser refuses. */
function remember() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    try {
      history.replaceState(null, "", `#${toAddress(situation)}`);
    } catch {
      /* a page inside a notebook has no address */
    }
  }, 150);
}

/** Build everything that depends on the rules and the surface. */
function build() {
  const ground = GROUNDS[situation.on];
  get("on").value = situation.on;
  get("lesson").textContent = ground.sentence;
  get("formula").innerHTML = ground.formula && `<math>${ground.formula.replaceAll("<mo>-", "<mo>−")}</math>`;
  get("look").value = situation.look;
  for (const id of ["y", "look"]) get(id).closest("label").hidden = ground.weights === 1;
  if (ground.weights === 1) situation.look = 0;
  if (situation.theme) document.documentElement.dataset.theme = situation.theme;
  else delete document.documentElement.dataset.theme;
  nameTheme();
  get("cards").replaceChildren(
    ...situation.rules.map((rule, k) =>
      makeCard(k, rule, {
        set: (place, value) => {
          rule.values[place] = value;
          changed();
        },
        renamed: name => rebuilt(() => situation.rules.splice(k, 1, { ...tunedRule(name), arrows: rule.arrows })),
        removed: () => rebuilt(() => situation.rules.splice(k, 1)),
        pointed: arrows => {
          rule.arrows = arrows;
          show();
        },
        tuned: () => rebuilt(() => tune(rule)),
      }),
    ),
  );
  for (const button of get("cards").querySelectorAll("[aria-label^=Remove]"))
    button.disabled = situation.rules.length === 1;
  get("add").disabled = situation.rules.length === MOST_RULES;
  resized();
}

/** Change the rules or the surface. The focus stays in its card. */
function rebuilt(change) {
  const was = document.activeElement,
    k = [...get("cards").children].indexOf(was.closest(".card"));
  stop();
  change();
  build();
  const card = get("cards").children[Math.min(k, situation.rules.length - 1)];
  const same = button => button.textContent === was.textContent && !button.disabled;
  if (card) ([...card.querySelectorAll(".head button")].find(same) ?? card.querySelector("select")).focus();
}

/** A rule that the user has picked, with its best rate: at the default it might hardly move, or leave the picture. */
function tunedRule(name) {
  const rule = newRule(name);
  if (RULES[name].settings.some(setting => setting.place === "lr")) tune(rule);
  return rule;
}

/** Give a rule its best rate here. */
function tune(rule) {
  rule.values.lr = bestRate(RULES[rule.name], rule.values, GROUNDS[situation.on], situation.from, situation);
}

function resized() {
  plan = drawGround(get("picture"), GROUNDS[situation.on]);
  get("picture").append(start);
  walkAll();
  show();
}

/** The button for the theme says what it switches to. */
function nameTheme() {
  get("theme").textContent = isDark() ? "Light" : "Dark";
}

function isDark() {
  return situation.theme ? situation.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
