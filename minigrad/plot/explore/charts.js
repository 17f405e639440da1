// Curves over the steps: the heights of all walks, and the states of one.

const CHART = { left: 62, bottom: 22, top: 8, right: 16 };
const FLOOR = 1e-16; // nothing lower is told apart from 0
const OFF = 1e3; // what is this many times higher than the start leaves the picture

/** Curves over steps, with a line at the present one. A series has values and a class; above `top` nothing is seen. */
function drawChart(svg, series, { at, count, power = false, label, xLabels = true, top = Infinity }) {
  const [width, height] = sizeOf(svg);
  const seen = series.flatMap(s => s.values).filter(Number.isFinite);
  let [low, high] = seen.length ? [Math.min(...seen), Math.min(Math.max(...seen), top)] : [0, 1];
  if (low === high) [low, high] = [low - 1, high + 1];
  const bottom = xLabels ? CHART.bottom : 6;
  const x = scale([0, count], [CHART.left, width - CHART.right]);
  const y = scale([low, high], [height - bottom, CHART.top]);
  const grid = axes(x, y, {
    width,
    height,
    left: CHART.left,
    bottom: xLabels ? bottom : -1000,
    ticks: [Math.min(width < 350 ? 4 : 6, count), height < 100 ? 2 : 4],
    label: power ? k => (Number.isInteger(k) ? shown(10 ** k) : "") : shown,
  });
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`); // on paper it becomes as narrow as its column
  svg.setAttribute("aria-label", label);
  svg.replaceChildren(grid, draw("line", { class: "present", x1: x(at), x2: x(at), y1: 0, y2: height - bottom }));
  for (const { values, kind, dashes = "" } of series)
    svg.append(
      draw("polyline", {
        class: `series ${kind}`,
        "stroke-dasharray": dashes,
        points: line(values.map((v, t) => [x(t), y(v)])),
      }),
    );
}

/** The heights of all walks, above the minimum if that is known; on a logarithmic scale if they differ much. */
function drawLoss(svg, title, runs, situation, ground) {
  const lowest = ground.lowest ?? 0,
    above = runs
      .flatMap(run => run.heights)
      .map(h => h - lowest)
      .filter(Number.isFinite);
  const power = ground.lowest !== null && Math.max(...above) > 30 * Math.max(Math.min(...above), FLOOR);
  const height = h => (power ? Math.log10(Math.max(h - lowest, FLOOR)) : h - lowest);
  title.textContent = ground.lowest === null ? "Height" : "Height above the minimum";
  const series = runs.map((run, k) => ({ values: run.heights.map(height), kind: `of-${k}`, dashes: DASHES[k] }));
  const last = runs
    .map((run, k) => `${RULES[situation.rules[k].name].title} ${shown(run.heights.at(-1) - lowest)}`)
    .join(", ");
  drawChart(svg, series, {
    at: situation.at,
    count: situation.count,
    power,
    top: height(lowest + OFF * (runs[0].heights[0] - lowest)) || Infinity, // all have one start
    label: `${title.textContent} over the steps; at the end: ${last}`,
  });
}

/** One small chart for each state. */
function drawStates(box, run, situation, k) {
  const names = statesOf(run);
  if (box.children.length !== names.length)
    box.replaceChildren(...names.map(name => makeState(name, run, RULES[situation.rules[k].name].about[name])));
  names.forEach((name, i) => {
    const [caption, svg] = box.children[i].children,
      look = Math.min(situation.look, run.places[0].length - 1);
    const values = run.places.map((_, t) => stateAt(run, name, t)[look]);
    const now = values[Math.min(situation.at, values.length - 1)];
    caption.querySelector("output").textContent = shown(now);
    drawChart(svg, [{ values, kind: `of-${k}` }], {
      at: situation.at,
      count: situation.count,
      label: `${name} over the steps`,
      xLabels: false,
    });
  });
}

/** A small chart whose caption has the letter from the equations, the number, and what it is. */
function makeState(name, run, about = name) {
  const row = rowsOf(run).find(found => found.name === name);
  const caption = make("figcaption");
  if (row) caption.innerHTML = `<math>${row.left}</math>`;
  else caption.textContent = name;
  caption.append(" = ", make("output"), about === name && (!row || name.length === 1) ? "" : `, ${about}`);
  return make("figure", {}, caption, draw("svg", { role: "img", class: "state" }));
}
