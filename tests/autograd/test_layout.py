"""The layered layout: arrows point down, boxes stand apart, arrows go around boxes, straight lines stay straight."""

import itertools

import numpy
import pytest

from minigrad.autograd.layout import depths, layout, settle
from tests.drawn import given, settings, st


@st.composite
def graphs(draw):
    """Boxes of random sizes; every box but 0 leads to an earlier one, so that box 0 is the end."""
    n = draw(st.integers(1, 14))
    edges = [(source, draw(st.integers(0, source - 1))) for source in range(1, n)]
    for _ in range(draw(st.integers(0, 10)) if n > 1 else 0):
        source = draw(st.integers(1, n - 1))
        edges.append((source, draw(st.integers(0, source - 1))))
    sizes = [(draw(st.integers(30, 200)), draw(st.integers(20, 80))) for _ in range(n)]
    aside = {box for box in range(n) if not any(target == box for _, target in edges)} if draw(st.booleans()) else set()
    return sizes, edges, aside


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_boxes_stand_apart_and_every_arrow_points_down_around_the_boxes_of_others(graph):
    sizes, edges, aside = graph
    made = layout(sizes, edges, aside)
    boxes = [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for (x, y), (w, h) in zip(made.centres, sizes)]
    for left, upper, right, lower in boxes:
        assert left > 0 and upper > 0 and right < made.width and lower < made.height
    for a, b in itertools.combinations(boxes, 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
    for (source, target), path in zip(edges, made.paths):
        assert boxes[source][3] < boxes[target][1]
        assert path[0][1] == pytest.approx(boxes[source][3]) and path[-1][1] == pytest.approx(boxes[target][1])
        assert boxes[source][0] < path[0][0] < boxes[source][2]
        assert boxes[target][0] < path[-1][0] < boxes[target][2]
        assert all(before[1] <= after[1] + 1e-6 for before, after in itertools.pairwise(path))
        for (x, top), (_, base) in zip(path[2:-2:2], path[3:-2:2]):  # where it passes a row
            for left, upper, right, lower in boxes:
                assert not (left < x < right and top < lower and upper < base)


def test_arrows_between_the_same_two_boxes_run_apart():
    first, second = layout([(60, 20), (60, 20)], [(1, 0), (1, 0)]).paths
    assert abs(first[0][0] - second[0][0]) >= 10 and abs(first[-1][0] - second[-1][0]) >= 10


def test_a_line_of_boxes_is_straight_whatever_stands_aside():
    edges = [(1, 0), (3, 1), (2, 1), (5, 3), (4, 3)]  # 5 -> 3 -> 1 -> 0, and 4 and 2 aside
    x = [x for x, _ in layout([(80, 30)] * 6, edges, aside={2, 4}).centres]
    assert numpy.ptp([x[i] for i in (0, 1, 3, 5)]) < 1


def test_a_box_stands_directly_above_the_first_that_uses_it():
    # 1 uses 3, and 0 uses 1, 2 and 3: 2 need not be as high as 3
    assert depths(4, [(1, 0), (2, 0), (3, 1), (3, 0)]) == [0, 1, 1, 2]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 30), st.integers(1, 5)), min_size=2, max_size=6))
def test_settled_places_are_feasible_and_no_feasible_move_is_nearer(cells):
    wanted, gaps, weights = (list(part) for part in zip(*cells))
    gaps = gaps[1:]
    places = numpy.array(settle(wanted, gaps, weights))
    assert (numpy.diff(places) >= numpy.array(gaps) - 1e-9).all()

    def cost(at):
        return float((numpy.array(weights) * (at - numpy.array(wanted)) ** 2).sum())

    rng = numpy.random.default_rng(0)
    best = cost(places)
    for _ in range(200):  # the problem is convex: a nearer point would be nearer on the way there, too
        other = numpy.cumsum([rng.uniform(-100, 50), *(numpy.array(gaps) + rng.exponential(5, len(gaps)))])
        for step in (1e-3, 1e-1):
            assert cost(places + step * (other - places)) >= best - 1e-9


def test_settled_places_stay_within_bounds():
    assert settle([90.0, 95.0, 99.0], [10, 10], [1, 1, 1], 0, 100) == [80, 90, 100]
