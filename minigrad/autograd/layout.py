"""A layered layout: places for the boxes of a graph and paths for its arrows, so that every arrow points down.

In four steps after Sugiyama, Tagawa and Toda (Methods for visual understanding of hierarchical system structures,
1981): rows, the order within each row, places along it, and paths. Boxes are identified by their numbers, which count
from the end of the graph: an edge `(source, target)` has `source > target`. Lengths are in pixels, y grows downwards.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise
from math import inf
from typing import NamedTuple

Point = tuple[float, float]

GAP, ROW_GAP = 22.0, 32.0  # between boxes, and between rows
PORT = 14.0  # between two arrows at one box
LANE = 16.0  # the width that an arrow gets where it crosses a row
WEAK, STRAIGHT = 1e-3, 8.0  # how strongly a box aside pulls at its place, and how straight long arrows are
SWEEPS = 40


class Layout(NamedTuple):
    """Where everything is: the centre of each box, a path for each edge, and the size of the whole."""

    centres: list[Point]
    paths: list[list[Point]]
    width: float
    height: float


class Link(NamedTuple):
    """The part of an edge between two neighbouring rows."""

    above: int
    below: int
    slot: float  # where it enters what is below: from 0, at its left, to 1


def layout(
    sizes: Sequence[Point], edges: Sequence[tuple[int, int]], aside: Collection[int] = (), margin: float = 16.0
) -> Layout:
    """Lay out boxes of these `(width, height)`; the boxes `aside` give way, so that the others stand in straight lines.

    Each path alternates: straight down through a row, then on to the next row.

    >>> layout([(60.0, 20.0), (60.0, 20.0)], [(1, 0)], margin=0)
    Layout(centres=[(30.0, 62.0), (30.0, 10.0)], paths=[[(30.0, 20.0), (30.0, 20.0), (30.0, 52.0), (30.0, 52.0)]],
           width=60.0, height=72.0)
    """
    depth = depths(len(sizes), edges)
    routes, links, row_of = _routes(depth, edges)
    rows = _ordered(links, row_of)
    widths = [w for w, _ in sizes] + [LANE] * (len(row_of) - len(sizes))
    weights = {link: (WEAK if source in aside else 1.0) for link, (source, _) in links}
    for link in weights:
        if min(link.above, link.below) >= len(sizes):
            weights[link] *= STRAIGHT
    x = _across(rows, widths, len(sizes), weights)
    left = min(a - w / 2 for a, w in zip(x, widths)) - margin
    x = [a - left for a in x]
    heights = [max([sizes[v][1] for v in row if v < len(sizes)]) for row in rows]
    tops, bottom = {}, margin
    for row in reversed(range(len(rows))):  # the last one is on top
        tops[row] = bottom
        bottom += heights[row] + ROW_GAP
    top = [tops[row] for row in row_of]
    base = [tops[row] + heights[row] for row in row_of]
    y = [(a + b) / 2 for a, b in zip(top, base)]
    leaves, enters = _ports(routes, x, widths, len(sizes))
    paths = []
    for e, route in enumerate(routes):
        source, target = route[0], route[-1]
        path = [(leaves[e], y[source] + sizes[source][1] / 2), (leaves[e], base[source])]
        for lane in route[1:-1]:
            path += [(x[lane], top[lane]), (x[lane], base[lane])]
        paths.append([*path, (enters[e], top[target]), (enters[e], y[target] - sizes[target][1] / 2)])
    width = max(a + w / 2 for a, w in zip(x, widths)) + margin
    return Layout(list(zip(x, y))[: len(sizes)], paths, width, bottom - ROW_GAP + margin)


def bends(points: Sequence[Point]) -> Iterator[list[Point]]:
    """A path, straight through the rows, and between them in curves that begin and end vertically.

    Each piece is the end of a line, or the two control points and the end of a curve.

    >>> list(bends([(0, 0), (0, 10), (8, 30), (8, 40)]))
    [[(0, 10)], [(0, 20.0), (8, 20.0), (8, 30)], [(8, 40)]]
    """
    for (_, y0), (x1, y1), (x2, y2) in zip(points[::2], points[1::2], [*points[2::2], points[-1]]):
        if y1 != y0:
            yield [(x1, y1)]
        if y2 != y1:
            middle = (y1 + y2) / 2
            yield [(x1, middle), (x2, middle), (x2, y2)]


def depths(n: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The row of each box, counted from the end: as near to the box that uses it first as the arrows allow.

    >>> depths(3, [(2, 1), (2, 0), (1, 0)])
    [0, 1, 2]
    """
    depth = [0] * n
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        depth[source] = max(depth[source], depth[target] + 1)
    return depth


def _routes(
    depth: Sequence[int], edges: Sequence[tuple[int, int]]
) -> tuple[list[list[int]], list[tuple[Link, tuple[int, int]]], list[int]]:
    """Edges cut into links from row to row. Where an edge crosses a row, it gets a dummy vertex with a new number."""
    row_of = list(depth)
    into: dict[int, int] = defaultdict(int)
    for _, target in edges:
        into[target] += 1
    seen: dict[int, int] = defaultdict(int)
    routes, links = [], []
    for source, target in edges:
        lanes = range(depth[source] - 1, depth[target], -1)
        route = [source, *range(len(row_of), len(row_of) + len(lanes)), target]
        row_of += lanes
        seen[target] += 1
        slot = seen[target] / (into[target] + 1)
        for above, below in pairwise(route):
            links.append((Link(above, below, slot if below == target else 0.5), (source, target)))
        routes.append(route)
    return routes, links, row_of


def _ordered(links: Sequence[tuple[Link, tuple[int, int]]], row_of: Sequence[int]) -> list[list[int]]:
    """The vertices of each row from left to right: each above the middle of what it leads to."""
    rows: list[list[int]] = [[] for _ in range(max(row_of) + 1)]
    for vertex, row in enumerate(row_of):
        rows[row].append(vertex)
    leads: dict[int, list[Link]] = defaultdict(list)
    for link, _ in links:
        leads[link.above].append(link)
    place: dict[int, float] = {vertex: i for i, vertex in enumerate(rows[0])}
    for vertices in rows[1:]:
        wish = {v: sum(place[k.below] + k.slot for k in leads[v]) / len(leads[v]) for v in vertices}
        vertices.sort(key=wish.__getitem__)
        place.update({vertex: i for i, vertex in enumerate(vertices)})
    return rows


def _across(rows: Sequence[Sequence[int]], widths: Sequence[float], n: int, weights: dict[Link, float]) -> list[float]:
    """Places along the rows: repeatedly, each vertex moves to the mean of its neighbours, as far as there is room."""
    near: list[list[tuple[int, float]]] = [[] for _ in widths]
    for link, weight in weights.items():
        near[link.above].append((link.below, weight))
        near[link.below].append((link.above, weight))
    pull = [sum(weight for _, weight in others) or 1.0 for others in near]
    x = [0.0] * len(widths)
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            gaps = [(widths[a] + widths[b]) / 2 + (GAP if min(a, b) < n else 0) for a, b in pairwise(row)]
            wanted = [sum(weight * x[other] for other, weight in near[v]) / pull[v] for v in row]
            for vertex, place in zip(row, settle(wanted, gaps, [pull[v] for v in row])):
                x[vertex] = place
    return x


def settle(
    wanted: Sequence[float], gaps: Sequence[float], weights: Sequence[float], low: float = -inf, high: float = inf
) -> list[float]:
    """The places nearest to the wanted ones (weighted least squares), in order and at least the gaps apart.

    With the gaps subtracted, the places need only increase, so this is isotonic regression: neighbours that would
    overlap are pooled at their mean.

    >>> settle([0.0, 0.0, 50.0], [10, 10], [1, 1, 1])
    [-5.0, 5.0, 50.0]
    """
    offsets = [0.0, *accumulate(gaps)]
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for place, offset, weight in zip(wanted, offsets, weights):
        pools.append((place - offset, weight, 1))
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (a, v, m), (b, w, n) = pools.pop(-2), pools.pop()
            pools.append(((a * v + b * w) / (v + w), v + w, m + n))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [min(max(mean, low), high - offsets[-1]) + offset for mean, offset in zip(means, offsets)]


def _ports(
    routes: Sequence[Sequence[int]], x: Sequence[float], widths: Sequence[float], n: int
) -> tuple[dict[int, float], dict[int, float]]:
    """Where each edge leaves its source and enters its target: straight towards the other box if possible, apart."""
    ends: tuple[dict[int, float], dict[int, float]] = ({}, {})
    for end, (own, other) in zip(ends, ((0, 1), (-1, -2))):
        at: dict[int, list[int]] = defaultdict(list)
        for e, route in enumerate(routes):
            at[route[own]].append(e)
        for box in range(n):
            there = sorted(at[box], key=lambda e: x[routes[e][other]])
            half = max(widths[box] / 2 - 10, 0)
            gaps = [min(PORT, 2 * half / max(1, len(there) - 1))] * (len(there) - 1)
            wanted = [min(max(x[routes[e][other]], x[box] - half), x[box] + half) for e in there]
            end.update(zip(there, settle(wanted, gaps, [1.0] * len(there), x[box] - half, x[box] + half)))
    return ends
