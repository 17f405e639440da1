// The picture: contours of a surface, or a curve over one weight, and the walks on it.

const MARGIN = { left: 42, bottom: 26 };
const LONGEST = 70; // pixels of the longest arrow

/** What is under the walks, redrawn when the surface or the size changes. */
function drawGround(svg, ground) {
  const [width, height] = sizeOf(svg);
  const [x, y] = scales(ground, width, height);
  const area = { x: MARGIN.left, y: 0, width: width - MARGIN.left, height: height - MARGIN.bottom };
  const inside = draw("g", { "clip-path": "url(#inside)" });
  inside.append(draw("rect", { ...area, class: "paper" }));
  inside.append(...(ground.weights === 2 ? contours(ground, x, y, area) : [curve(ground, x, y)]));
  for (const minimum of ground.minima) {
    const [px, py] = [x(minimum[0]), y(ground.weights === 2 ? minimum[1] : ground.lowest)];
    inside.append(
      draw("path", { class: "minimum", d: `M${px - 5},${py}h10M${px},${py - 5}v10` }, draw("title", {}, "minimum")),
    );
  }
  const walks = draw("g", { "clip-path": "url(#inside)", id: "traces" });
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren(
    draw("defs", {}, draw("clipPath", { id: "inside" }, draw("rect", area))),
    inside,
    axes(x, y, { width, height, ...MARGIN, names: ["x", ground.weights === 2 ? "y" : "height"] }),
    walks,
  );
  return { x, y, walks, ground, point: ([a, b], h) => [x(a), y(ground.weights === 2 ? b : h)] };
}

/** Scales for both axes. For a surface they are equal, so that gradients are at right angles to the contours. */
function scales({ view, weights }, width, height) {
  const sizes = [width - MARGIN.left, height - MARGIN.bottom];
  const unit = Math.max(...view.map(([low, high], i) => (high - low) / sizes[i]));
  const wide = ([low, high], i) => {
    const more = weights === 2 ? (unit * sizes[i] - (high - low)) / 2 : 0;
    return [low - more, high + more];
  };
  const [across, up] = view.map(wide);
  return [scale(across, [MARGIN.left, width]), scale(up, [height - MARGIN.bottom, 0])];
}

/** Filled contours. Their levels are closer together near the lowest height, where walks end. */
function contours(ground, x, y, area) {
  const columns = 161,
    rows = 129,
    values = [],
    finite = []; // within the part worth seeing, which sets the levels
  const inside = (z, [low, high]) => z >= low && z <= high;
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) {
      const place = [x.back(area.x + (i * area.width) / (columns - 1)), y.back((j * area.height) / (rows - 1))];
      const [height] = ground.program(...place);
      values.push(height);
      if (Number.isFinite(height) && place.every((z, k) => inside(z, ground.view[k]))) finite.push(height);
    }
  const high = Math.max(...finite);
  const low = ground.lowest ?? Math.min(...finite);
  const levels = d3.range(2, 16).map(k => low + (high - low) * (k / 16) ** 4);
  const px = i => (area.x + ((i - 0.5) * area.width) / (columns - 1)).toFixed(1);
  const py = j => (((j - 0.5) * area.height) / (rows - 1)).toFixed(1);
  const path = ring => `M${ring.map(([i, j]) => `${px(i)},${py(j)}`).join("L")}Z`;
  return d3
    .contours()
    .size([columns, rows])
    .thresholds(levels)(values)
    .map(contour =>
      draw(
        "path",
        { class: "contour", d: contour.coordinates.flat().map(path).join("") },
        draw("title", {}, `height ${shown(contour.value)}`),
      ),
    );
}

function curve(ground, x, y) {
  const places = d3.range(0, 301).map(k => x.low + (k * (x.high - x.low)) / 300);
  return draw("polyline", { class: "curve", points: line(places.map(a => [x(a), y(ground.program(a, 0)[0])])) });
}

/** The walks up to the present step, the rest of them faint, their markers and arrows, and the starting point. */
function drawWalks(plan, runs, situation, handle) {
  plan.walks.replaceChildren(); // the handle stays, or it would lose the focus
  runs.forEach((run, k) => {
    const points = run.places.map((place, t) => plan.point(place, run.heights[t]));
    const at = Math.min(situation.at, points.length - 1);
    if (at < 0) return;
    const group = draw("g", { class: `trace of-${k}`, "data-rule": k });
    group.append(
      draw("polyline", { class: "rest", points: line(points) }),
      draw("polyline", { class: "done", points: line(points.slice(0, at + 1)), "stroke-dasharray": DASHES[k] }),
    );
    if (at <= 60)
      for (const [px, py] of points.slice(1, at))
        if (inPicture(px, py)) group.append(draw("circle", { cx: px, cy: py, r: 2 }));
    if (inPicture(...points[at])) group.append(draw("path", { class: "marker", d: MARKERS[k](...points[at], 6) }));
    if (situation.rules[k].arrows) group.append(...arrows(plan, run, at));
    plan.walks.append(group);
  });
  const [hx, hy] = plan.point(situation.from, plan.ground.program(situation.from[0], situation.from[1] ?? 0)[0]);
  handle.setAttribute("transform", `translate(${pixel(hx)},${pixel(hy)})`);
}

function inPicture(px, py) {
  return Math.abs(px) < 1e4 && Math.abs(py) < 1e4;
}

/**
 * The direction of steepest descent and every state, as arrows. The longest arrow of a walk has length LONGEST; lengths
 * grow with the root of the size. If a state starts where the weight does, it is a place, and the arrow points to it.
 */
function arrows(plan, run, at) {
  const next = run.steps[at] ?? run.steps[at - 1],
    origin = plan.point(run.places[at], run.heights[at]);
  if (!next || !inPicture(...origin)) return [];
  const flat = plan.ground.weights === 1;
  const pixels = ([a, b]) => [a * (plan.x(1) - plan.x(0)), flat ? 0 : b * (plan.y(1) - plan.y(0))];
  const longest = vectors => Math.max(...vectors.map(v => Math.hypot(...v)).filter(Number.isFinite));
  const found = [["−gradient", next.raw.map(g => -g), longest(run.steps.map(step => step.raw))]];
  const probe = flat ? [2] : [2, 3],
    first = run.program.start(probe);
  for (const name of statesOf(run)) {
    const value = stateAt(run, name, at);
    if (probe.every((z, i) => first[name][i] === z)) found.push([name, value.map((z, i) => z - run.places[at][i])]);
    else found.push([name, value, longest(run.places.map((_, t) => stateAt(run, name, t)))]);
  }
  const names = [];
  return found.flatMap(([name, vector, largest]) => {
    const way = pixels(vector),
      long = Math.hypot(...way);
    const length = largest ? LONGEST * Math.sqrt(Math.hypot(...vector) / largest) : long;
    if (!(length > 3 && length < 1e4)) return [];
    const made = arrow(
      origin,
      way.map(p => (p * length) / long),
      name,
      { "data-state": name },
    );
    names.push(below(made.lastChild, names));
    return [made];
  });
}

/** The name of an arrow, moved below the names that it would cover. */
function below(name, others) {
  const at = (text, axis) => Number(text.getAttribute(axis)),
    half = text => 4 * text.textContent.length; // a letter has at most 8 pixels
  for (const other of others)
    if (
      Math.abs(at(name, "x") - at(other, "x")) < half(name) + half(other) &&
      Math.abs(at(name, "y") - at(other, "y")) < 14
    )
      name.setAttribute("y", at(other, "y") + 15);
  return name;
}

/** The starting point as a handle, moved by mouse, touch or the arrow keys. `moved` gets the new place. */
function makeHandle(svg, planOf, situationOf, moved) {
  const handle = draw(
    "g",
    { id: "start", tabindex: 0, role: "application" },
    draw("circle", { r: 22, class: "reach" }),
    draw("circle", { r: 8 }),
    draw("circle", { r: 2.5, class: "centre" }),
  );
  const place = event => {
    const box = svg.getBoundingClientRect(),
      { x, y, ground } = planOf();
    const limit = (scale, value) => Number(Math.max(scale.low, Math.min(scale.high, value)).toPrecision(4));
    const found = [limit(x, x.back(event.clientX - box.left)), limit(y, y.back(event.clientY - box.top))];
    moved(found.slice(0, ground.weights));
  };
  handle.addEventListener("pointerdown", event => {
    if (event.button) return;
    svg.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
  });
  svg.addEventListener("pointermove", event => svg.hasPointerCapture(event.pointerId) && place(event));
  svg.addEventListener("click", place);
  handle.addEventListener("keydown", event => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way) return;
    const { ground } = planOf(),
      parts = event.shiftKey ? 200 : 40;
    const sizes = ground.view.map(([low, high]) => (high - low) / parts);
    const digits = sizes.map(size => Math.min(100, Math.max(4, 2 - Math.floor(Math.log10(size))))); // three of a step
    moved(
      situationOf()
        .from.map((z, i) => Number((z + way[i] * sizes[i]).toFixed(digits[i])))
        .slice(0, ground.weights),
    );
    event.preventDefault();
  });
  return handle;
}
