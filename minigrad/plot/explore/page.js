// The page: one situation, from which everything is drawn, and the controls that change it.

const get = id => document.getElementById(id);
let situation, runs = [], plan, playing = null;

const start = makeHandle(get("picture"), () => plan, () => situation, place => changed(() => { situation.from = place; }));

/** Change the situation, walk again, and draw. */
function changed(change) {
  change();
  walkAll();
  show();
}

function walkAll() {
  const ground = GROUNDS[situation.on];
  runs = situation.rules.map(rule => walk(RULES[rule.name], rule.values, ground, situation.from, situation));
  situation.at = Math.min(situation.at, situation.count);
  get("at").max = situation.count;
  runs.forEach((run, k) => drawEquations(get("cards").children[k].querySelector(".equations"), run));
}

/** Draw the present step, and keep the address up to date. */
function show() {
  const ground = GROUNDS[situation.on], { at } = situation;
  drawWalks(plan, runs, situation, start);
  drawLoss(get("loss"), get("loss-title"), runs, situation, ground);
  runs.forEach((run, k) => {
    const card = get("cards").children[k], step = run.steps[Math.min(at, run.steps.length) - 1];
    drawStates(card.querySelector(".states"), run, situation, k);
    fillEquations(card.querySelector(".equations"), at ? step : undefined, situation.look);
    const axis = ground.weights === 2 ? `, weight ${"xy"[situation.look]}` : "";
    card.querySelector(".which").textContent = at && step ? `Step ${step.h.t}${axis}:` : "The equations; press Forward for their numbers.";
    card.classList.toggle("ended", Boolean(run.trouble));
    card.dataset.trouble = run.trouble;
  });
  get("at").value = at;
  get("now").textContent = `${at} of ${situation.count}`;
  for (const [id, z] of [["x", situation.from[0]], ["y", situation.from[1] ?? 0], ["count", situation.count], ["noise", situation.noise], ["seed", situation.seed]])
    if (document.activeElement !== get(id)) { get(id).value = typed(z); refuse(get(id), ""); }
  get("noise-slider").value = toSlider(NOISE, situation.noise);
  get("start").setAttribute("aria-label", `Starting point ${shown(situation.from)}; move it with the arrow keys`);
  get("status").textContent = playing ? "" : told_in_words();
  remember();
}

/** Where the walks are, in a few sentences. */
function told_in_words() {
  return situation.rules.map(({ name }, k) => {
    const run = runs[k], at = Math.min(situation.at, run.places.length - 1);
    const place = at >= 0 ? `${RULES[name].title} is at ${shown(run.places[at].length > 1 ? run.places[at] : run.places[at][0])}, height ${shown(run.heights[at])}.` : "";
    const ended = run.trouble && (at < 0 || situation.at > at) ? ` ${run.trouble}` : "";
    return place + ended;
  }).join(" ");
}

let waiting = null;
/** Write the address, but not so often that the browser refuses. */
function remember() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    try {
      history.replaceState(null, "", `#${toAddress(situation)}`);
    } catch { /* a page inside a notebook has no address */ }
  }, 150);
}

/** Make all that depends on which rules and which surface there are. */
function build() {
  const ground = GROUNDS[situation.on];
  get("on").value = situation.on;
  get("lesson").textContent = ground.sentence;
  get("look").value = situation.look;
  for (const id of ["y", "look"]) get(id).closest("label").hidden = ground.weights === 1;
  if (ground.weights === 1) situation.look = 0;
  if (situation.theme) document.documentElement.dataset.theme = situation.theme;
  else delete document.documentElement.dataset.theme;
  get("theme").textContent = isDark() ? "Light" : "Dark";
  get("cards").replaceChildren(...situation.rules.map((rule, k) => makeCard(k, rule, {
    changed,
    renamed: name => rebuilt(() => { situation.rules[k] = { ...newRule(name), arrows: rule.arrows }; }),
    removed: () => rebuilt(() => situation.rules.splice(k, 1)),
    tuned: () => rebuilt(() => { rule.values.lr = bestRate(RULES[rule.name], rule.values, ground, situation.from, situation); }),
  })));
  for (const button of get("cards").querySelectorAll("[aria-label^=Remove]")) button.disabled = situation.rules.length === 1;
  get("add").disabled = situation.rules.length === MOST_RULES;
  resized();
}

function rebuilt(change) {
  stop();
  change();
  build();
}

function resized() {
  plan = drawGround(get("picture"), GROUNDS[situation.on]);
  get("picture").append(start);
  walkAll();
  show();
}

function isDark() {
  return situation.theme ? situation.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function moveTo(at) {
  situation.at = Math.max(0, Math.min(situation.count, at));
  show();
}

function stop() {
  clearInterval(playing);
  playing = null;
  get("play").textContent = "Play";
}

function play() {
  if (situation.at >= situation.count) situation.at = 0;
  playing = setInterval(() => {
    moveTo(situation.at + 1);
    if (situation.at >= situation.count) { stop(); show(); }
  }, Math.max(25, Math.min(200, 10000 / situation.count)));
  get("play").textContent = "Pause";
}

/** A field of the page for a number in a range. */
function numberField(id, [low, high], whole, change) {
  const setting = { kind: whole ? "whole" : "number", least: low, most: high, open_below: false, open_above: false };
  get(id).oninput = () => {
    const x = readNumber(get(id).value), good = accepts(setting, x);
    refuse(get(id), good ? "" : `${get(id).closest("label").textContent.trim()}: ${get(id).value || "nothing"} cannot be used; expected ${expected(setting)}.`);
    if (good) changed(() => change(x));
  };
}

const NOISE = { kind: "number", scale: "log", low: 1e-3, high: 10, least: 0, most: null, open_below: false, open_above: false };

function begin() {
  const group = (label, names) => {
    const made = make("optgroup", { label });
    made.append(...names.map(name => make("option", { value: name, textContent: name })));
    return made;
  };
  const names = Object.keys(GROUNDS), flat = names.filter(name => GROUNDS[name].weights === 1);
  get("on").append(group("two weights", names.filter(name => !flat.includes(name))), group("one weight along a curve", flat));
  get("on").onchange = () => rebuilt(() => {
    const ground = GROUNDS[get("on").value];
    Object.assign(situation, { on: get("on").value, from: startOf(ground), noise: ground.noise });
  });
  get("theme").onclick = () => { situation.theme = isDark() ? "light" : "dark"; build(); };
  get("reset").onclick = () => rebuilt(() => { situation = fromAddress(FIRST); });
  get("add").onclick = () => rebuilt(() => {
    const free = Object.keys(RULES).find(name => !situation.rules.some(rule => rule.name === name));
    situation.rules.push(newRule(free ?? situation.rules[0].name));
  });
  get("back").onclick = () => { stop(); moveTo(situation.at - 1); };
  get("forward").onclick = () => { stop(); moveTo(situation.at + 1); };
  get("play").onclick = () => { if (playing) { stop(); show(); } else play(); };
  get("at").oninput = () => { stop(); moveTo(Number(get("at").value)); };
  get("look").onchange = () => { situation.look = Number(get("look").value); show(); };
  get("noise-slider").oninput = () => changed(() => { situation.noise = fromSlider(NOISE, Number(get("noise-slider").value)); });
  numberField("x", [-1e6, 1e6], false, x => { situation.from[0] = x; });
  numberField("y", [-1e6, 1e6], false, y => { situation.from[1] = y; });
  numberField("count", RANGES.count, true, n => { situation.count = n; });
  numberField("noise", RANGES.noise, false, x => { situation.noise = x; });
  numberField("seed", RANGES.seed, true, n => { situation.seed = n; });
  for (const [name, why] of Object.entries(LEFT_OUT)) get("left-out").querySelector("ul").append(make("li", { textContent: `${name}: ${why}` }));
  get("left-out").hidden = !Object.keys(LEFT_OUT).length;
  situation = fromAddress(location.hash.length > 1 ? location.hash : FIRST);
  build();
  new ResizeObserver(resized).observe(get("picture"));
  addEventListener("hashchange", () => { stop(); situation = fromAddress(location.hash); build(); });
}

begin();
