// Drawing with SVG: elements, scales, axes.

const DASHES = ["", "7 3", "2 3", "9 3 2 3"];
const MARKERS = [
  (x, y, r) => `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`,
  (x, y, r) => `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`,
  (x, y, r) => `M${x},${y - 1.2 * r}L${x + 1.2 * r},${y + r}L${x - 1.2 * r},${y + r}Z`,
  (x, y, r) => `M${x},${y - 1.4 * r}L${x + 1.4 * r},${y}L${x},${y + 1.4 * r}L${x - 1.4 * r},${y}Z`,
];
/* For the first to the fourth rule, so that they do not differ by colour alone. */

/** An SVG element with attributes and children. */
function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An HTML element with properties and children. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Width and height in pixels, even of an element that is not laid out yet. */
function sizeOf(svg) {
  return [Math.max(svg.clientWidth, 200), Math.max(svg.clientHeight, 50)];
}

/** From values to pixels. */
function scale([low, high], [from, to]) {
  const at = x => from + ((x - low) / (high - low)) * (to - from);
  return Object.assign(at, { low, high, back: pixel => low + ((pixel - from) / (to - from)) * (high - low) });
}

/** A coordinate as text; one too large to draw is limited. */
function pixel(z) {
  return Math.max(-1e4, Math.min(1e4, z)).toFixed(1);
}

/** The points of a line, without NaN. */
function line(points) {
  return points
    .filter(p => p.every(z => !Number.isNaN(z)))
    .map(p => p.map(pixel).join(","))
    .join(" ");
}

/** Axes at the bottom and on the left, with ticks at round numbers. */
function axes(x, y, { width, height, left, bottom, label = shown, ticks = [6, 5], names = [] }) {
  const group = draw("g", { class: "axes", "aria-hidden": "true" });
  for (const at of d3.ticks(x.low, x.high, ticks[0]).filter(at => x(at) < width - 8))
    group.append(draw("text", { x: x(at), y: height - bottom + 16, "text-anchor": "middle" }, shown(at)));
  for (const at of d3.ticks(y.low, y.high, ticks[1]).filter(at => y(at) > 8 && y(at) < height - 2 && label(at)))
    group.append(
      draw("line", { x1: left, x2: width, y1: y(at), y2: y(at) }),
      draw("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, label(at)),
    );
  names.forEach((name, i) =>
    group.append(
      draw(
        "text",
        {
          class: "name",
          x: i ? left + 6 : width - 6,
          y: i ? 16 : height - bottom - 6,
          "text-anchor": i ? "start" : "end",
        },
        name,
      ),
    ),
  );
  return group;
}

/** An arrow from a point, with its name at the tip. */
function arrow([x, y], [dx, dy], name, more) {
  const length = Math.hypot(dx, dy),
    [ux, uy] = [dx / length, dy / length];
  const [tx, ty] = [x + dx, y + dy];
  const head = [
    [tx, ty],
    [tx - 8 * ux + 4 * uy, ty - 8 * uy - 4 * ux],
    [tx - 8 * ux - 4 * uy, ty - 8 * uy + 4 * ux],
  ];
  return draw(
    "g",
    { class: "arrow", ...more },
    draw("line", { x1: x, y1: y, x2: tx - 6 * ux, y2: ty - 6 * uy }),
    draw("polygon", { points: line(head) }),
    draw("text", { x: tx + 12 * ux, y: ty + 12 * uy + 4, "text-anchor": "middle" }, name),
  );
}
