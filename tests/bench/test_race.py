"""A race by a clock that the contestants set: turns, ratios within a round, and what becomes of one that fails."""

from contextlib import contextmanager

import pytest

from minigrad.bench.race import MOST, TURN, Contestant, Race


class Clock:
    """Stands still unless a step is taken, which takes the next of its times, or the last one again and again."""

    now = 0.0

    def __call__(self):
        return self.now

    def contestant(self, *seconds, log=None, name=""):
        left = list(seconds)

        def step():
            self.now += left.pop(0) if len(left) > 1 else left[0]
            if log is not None:
                log.append(name)

        return lambda: Contestant(step, list)


def twice(first, *rounds):
    """The times of a contestant of which a turn is two steps, the one that counts and before it one that does not."""
    return [first, first, *[seconds for each in rounds for seconds in (9.0, each)]]


@pytest.fixture
def clock():
    return Clock()


def test_a_ratio_is_taken_within_each_round(clock):
    ours, other = clock.contestant(*twice(7, 1, 2, 10, 4, 5)), clock.contestant(*twice(3, 1, 4, 30, 16, 25))
    times = Race("part", "task", {"a": ours}, {"b": other}).run(5, clock=clock)
    assert times.seconds == {"a": [1, 2, 10, 4, 5], "b": [1, 4, 30, 16, 25]}
    assert times.ratios() == {"a": {"b": (2, 3, 4)}}  # of 1, 2, 3, 4, 5


def test_a_machine_that_becomes_slower_changes_no_ratio(clock):
    ours, other = clock.contestant(*twice(1, 1, 2, 3, 4)), clock.contestant(*twice(1, 1.5, 3, 4.5, 6))
    assert Race("", "", {"a": ours}, {"b": other}).run(4, clock=clock).ratios() == {"a": {"b": (1.5, 1.5, 1.5)}}


def test_each_of_ours_is_compared_with_each_other(clock):
    ours = {"a": clock.contestant(2.0), "b": clock.contestant(1.0)}
    others = {"c": clock.contestant(4.0), "d": clock.contestant(1.0)}
    found = Race("", "", ours, others).run(1, clock=clock).ratios()
    assert found == {"a": {"c": (2, 2, 2), "d": (0.5,) * 3}, "b": {"c": (4, 4, 4), "d": (1, 1, 1)}}


def test_they_take_turns_of_as_many_steps_as_fit(clock):
    log, rounds = [], []
    ours = clock.contestant(TURN / 8.5, log=log, name="a")
    other = clock.contestant(1.0, log=log, name="b")
    Race("", "", {"a": ours}, {"b": other}).run(2, lambda: rounds.append(len(log)), clock)
    assert "".join(log) == ("a" + 8 * "a" + "bb") * 3  # once to compile, and two rounds
    assert rounds == [22, 33]


def test_a_step_that_no_clock_can_see_is_taken_many_times(clock):
    log = []
    assert Race("", "", {"a": clock.contestant(0.0, log=log)}, {}).run(1, clock=clock).seconds == {"a": [0.0]}
    assert len(log) == 2 * (1 + MOST)


def test_what_a_step_has_only_begun_is_waited_for(clock):
    begun = []

    def wait():
        clock.now += 2.0 * len(begun)
        begun.clear()

    ours = lambda: Contestant(lambda: begun.append(0), list)  # noqa: E731
    assert Race("", "", {"a": ours}, {}, wait=wait).run(1, clock=clock).seconds == {"a": [2.0]}


def test_each_turn_has_its_surroundings(clock):
    log = []

    @contextmanager
    def within(name):
        log.append(f"in {name}")
        yield
        log.append("out")

    ours = {name: clock.contestant(1.0, log=log, name=name) for name in "ab"}
    Race("", "", ours, {}, within).run(0, clock=clock)
    assert log == ["in a", "a", "a", "out", "in b", "b", "b", "out"]


def test_whoever_fails_is_left_out_and_the_reason_kept(clock):
    def cannot_be_made():
        raise ImportError("no such\n  library")

    def cannot_step():
        raise ValueError("x" * 900)

    others = {"b": cannot_be_made, "c": lambda: Contestant(cannot_step, list), "d": clock.contestant(3.0)}
    times = Race("", "", {"a": clock.contestant(1.0)}, others).run(2, clock=clock)
    assert times.failed == {"b": "ImportError: no such library", "c": f"ValueError: {'x' * 200}"}
    assert times.ratios() == {"a": {"d": (3, 3, 3)}}


def test_whoever_fails_in_a_later_round_is_left_out_too(clock):
    steps = iter([lambda: None] * 3)  # one turn, and the first step of the next

    def tires():
        clock.now += 1.0
        next(steps)()

    times = Race("", "", {"a": clock.contestant(1.0)}, {"b": lambda: Contestant(tires, list)}).run(3, clock=clock)
    assert times.failed == {"b": "StopIteration: "} and times.seconds == {"a": [1.0, 1.0, 1.0]}


def test_ctrl_c_is_no_failure_of_a_contestant(clock):
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Race("", "", {"a": interrupted}, {}).run(1, clock=clock)
