"""Wrong orders of a graph, as the walks that are known to be written go through it."""

from types import SimpleNamespace

import pytest

from minigrad.exercises.course.wrong_walks import add, every_time, in_every_way, marked_when_added, met_first, turn_all

A = SimpleNamespace(name="a", parents=())
B, D = (SimpleNamespace(name=name, parents=(A,)) for name in "bd")
C = SimpleNamespace(name="c", parents=(B,))
N = SimpleNamespace(name="n", parents=(B, D, C))


@pytest.mark.parametrize(
    ("visit", "last_in", "turned", "order"),
    [
        (met_first, True, False, "ncbad"), (met_first, True, True, "nbadc"),
        (met_first, False, False, "nbdca"), (met_first, False, True, "ncdba"),
        (marked_when_added, True, False, "ncdab"), (marked_when_added, True, True, "nbadc"),
        (marked_when_added, False, False, "nbdca"), (marked_when_added, False, True, "ncdba"),
    ],
)  # fmt: skip
def test_an_order_is_that_of_a_stack_or_a_queue_worked_by_hand(visit, last_in, turned, order):
    assert "".join(node.name for node in visit(N, last_in, turned)) == order


def test_a_node_that_is_reached_in_two_ways_is_there_twice_each_time_before_its_parents():
    assert "".join(node.name for node in in_every_way(N)) == "nbadacba"


def test_all_gradients_are_turned():
    leaf = SimpleNamespace(parents=(), vjp=lambda g: [], grad=0.0)
    node = SimpleNamespace(parents=(leaf,), vjp=lambda g: [3 * g], grad=0.0)
    turn_all(node)
    assert (node.grad, leaf.grad) == (-1, -3)


@pytest.mark.parametrize("last_in", [True, False])
def test_a_node_that_is_reached_in_two_ways_passes_on_all_it_has_both_times(last_in):
    leaf = SimpleNamespace(parents=(), vjp=lambda g: [], grad=0.0)
    both = SimpleNamespace(parents=(leaf,), vjp=lambda g: [3 * g], grad=0.0)
    node = SimpleNamespace(parents=(both, both), vjp=lambda g: [2 * g, 5 * g], grad=0.0)
    every_time(node, add, last_in)
    assert (node.grad, both.grad, leaf.grad) == (1, 2 + 5, 2 * 3 * (2 + 5))
