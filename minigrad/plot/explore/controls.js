// Everything besides the cards that changes the situation: the player, the fields, the lists.

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
  playing = setInterval(
    () => {
      moveTo(situation.at + 1);
      if (situation.at >= situation.count) {
        stop();
        show();
      }
    },
    Math.max(25, Math.min(200, 10000 / situation.count)),
  );
  get("play").textContent = "Pause";
}

/** A field of the page for a number in a range; `parts` gives what it changes in the situation. */
function numberField(id, [low, high], whole, parts) {
  const setting = { kind: whole ? "whole" : "number", least: low, most: high, open_below: false, open_above: false };
  get(id).oninput = () => {
    const { value } = get(id),
      good = accepts(setting, readNumber(value));
    const name = get(id).closest("label").textContent.trim();
    refuse(get(id), good ? "" : refusal(name, value, setting));
    if (good) changed(parts(readNumber(value)));
  };
}

const NOISE = {
  kind: "number",
  scale: "log",
  low: 1e-3,
  high: 10,
  least: 0,
  most: null,
  open_below: false,
  open_above: false,
};

function begin() {
  const group = (label, names) => {
    const made = make("optgroup", { label });
    made.append(...names.map(name => make("option", { value: name, textContent: name })));
    return made;
  };
  const names = Object.keys(GROUNDS),
    flat = names.filter(name => GROUNDS[name].weights === 1);
  get("on").append(
    group(
      "two weights",
      names.filter(name => !flat.includes(name)),
    ),
    group("one weight along a curve", flat),
  );
  get("on").onchange = () =>
    rebuilt(() => {
      const ground = GROUNDS[get("on").value];
      Object.assign(situation, { on: get("on").value, from: startOf(ground), noise: ground.noise });
    });
  get("theme").onclick = () => {
    situation.theme = isDark() ? "light" : "dark";
    build();
  };
  get("reset").onclick = () =>
    rebuilt(() => {
      situation = fromAddress(FIRST);
    });
  get("add").onclick = () =>
    rebuilt(() => {
      const free = Object.keys(RULES).find(name => !situation.rules.some(rule => rule.name === name));
      situation.rules.push(tunedRule(free ?? situation.rules[0].name));
    });
  get("back").onclick = () => {
    stop();
    moveTo(situation.at - 1);
  };
  get("forward").onclick = () => {
    stop();
    moveTo(situation.at + 1);
  };
  get("play").onclick = () => {
    if (playing) {
      stop();
      show();
    } else play();
  };
  get("at").oninput = () => {
    stop();
    moveTo(Number(get("at").value));
  };
  get("look").onchange = () => {
    situation.look = Number(get("look").value);
    show();
  };
  get("noise-slider").oninput = () => changed({ noise: fromSlider(NOISE, Number(get("noise-slider").value)) });
  numberField("x", [-FAR, FAR], false, x => ({ from: situation.from.with(0, x) }));
  numberField("y", [-FAR, FAR], false, y => ({ from: situation.from.with(1, y) }));
  numberField("count", RANGES.count, true, count => ({ count }));
  numberField("noise", RANGES.noise, false, noise => ({ noise }));
  numberField("seed", RANGES.seed, true, seed => ({ seed }));
  for (const [name, why] of Object.entries(LEFT_OUT))
    get("left-out")
      .querySelector("ul")
      .append(make("li", { textContent: `${name}: ${why}` }));
  get("left-out").hidden = !Object.keys(LEFT_OUT).length;
  get("shared").hidden = window !== window.parent; // a page inside a notebook has no address
  situation = addressed();
  build();
  new ResizeObserver(resized).observe(get("picture"));
  addEventListener("hashchange", () => {
    stop();
    situation = addressed();
    build();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", nameTheme);
}

begin();
