// A walk: one rule, step by step, with the program that its hyper-parameters choose.

const UNPREPARED = { rescale_grad: 1, clip_gradient: null, wd: 0 };

/** The default values of a rule's settings. */
function defaults(rule) {
  return Object.fromEntries(rule.settings.map(setting => [setting.place, setting.value]));
}

/** The program for these values; undefined if there is none. */
function chooseProgram(rule, values) {
  const h = { ...UNPREPARED, ...values };
  return rule.programs.find(program => program.when({ ...program.fixed, ...h }));
}

/** What a step gets: every number by name, with a limit of infinity where nothing is clipped. */
function told(program, values) {
  const h = { ...program.fixed, ...UNPREPARED, ...values };
  return { ...h, clip_gradient: h.clip_gradient > 0 ? h.clip_gradient : Infinity };
}

/** Which of the printed forms shows what is done to the gradient: a bit each for rescaling, clipping, decay. */
function formOf(h) {
  return (h.rescale_grad !== 1 ? 1 : 0) + (h.clip_gradient < Infinity ? 2 : 0) + (h.wd !== 0 ? 4 : 0);
}

/**
 * The walk from a point: `h`, what every step gets; `places[t]` and `heights[t]` after t steps; `steps[t - 1]` with
 * all values of step t; `trouble`, a sentence if it ended early.
 */
function walk(rule, values, ground, from, { count, noise, seed }) {
  const program = chooseProgram(rule, values);
  const found = { program, places: [], heights: [], steps: [], trouble: "" };
  if (!program) return { ...found, trouble: "The page has no program for these values." };
  const h = (found.h = told(program, values)),
    push = normals(seed),
    own = normals(seed + 1);
  const arrive = w => {
    const [height, ...slopes] = ground.program(...(ground.weights === 1 ? [w[0], 0] : w));
    found.places.push(w);
    found.heights.push(height);
    return slopes.slice(0, w.length);
  };
  let before = program.start(from),
    slopes = arrive(from);
  for (let t = 1; t <= count; t++) {
    const raw = slopes.map(slope => slope + (noise && noise * push()));
    const now = { ...h, t };
    const after = program.step(before, raw, now, variance => Math.sqrt(variance) * own());
    if (!after.w.every(Number.isFinite)) {
      const what = after.w.some(Number.isNaN) ? "not a number (NaN)" : "infinite";
      found.trouble = `In step ${t} the weight became ${what}: the walk ends here. Try a lower rate.`;
      break;
    }
    found.steps.push({ before, raw, after, h: now });
    slopes = arrive(after.w);
    before = after;
  }
  return found;
}

/** The names of the states that a walk keeps for each weight. */
function statesOf(run) {
  const first = run.steps.length ? run.steps[0].before : {};
  return Object.keys(first).filter(name => name !== "w" && Array.isArray(first[name]));
}

/** A state after t steps. */
function stateAt(run, name, t) {
  return t < run.steps.length ? run.steps[t].before[name] : run.steps[t - 1].after[name];
}

/** Of many rates, the one whose last heights are lowest, with everything else unchanged. */
function bestRate(rule, values, ground, from, options) {
  const setting = rule.settings.find(found => found.place === "lr");
  let best = values.lr,
    lowest = Infinity;
  for (let place = 0; place <= 1000; place += 20) {
    const lr = fromSlider({ ...setting, high: Math.max(setting.high, 10) }, place);
    const run = walk(rule, { ...values, lr }, ground, from, options);
    const last = run.heights.slice(-5),
      mean = last.reduce((sum, y) => sum + y, 0) / last.length;
    if (!run.trouble && mean < lowest) [best, lowest] = [lr, mean];
  }
  return best;
}
