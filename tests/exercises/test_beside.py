"""What an answer does beside its numbers: it keeps something from one call to the next."""

from minigrad.exercises import check


def test_an_array_that_all_calls_share_has_an_id_and_a_count_of_calls_has_none():
    kept = {}

    def into_one_array(w, g, *, lr, wd):
        out = kept.setdefault((w.shape, w.dtype), w.copy())
        out[...] = w - lr * (g + wd * w)
        return out

    calls = []

    def by_the_count_of_calls(w, g, *, lr, wd):
        calls.append(w)
        return w - lr * (g + wd * w) * (1 if len(calls) < 5 else 2)

    shared, counted = check("sgd_step", into_one_array), check("sgd_step", by_the_count_of_calls)
    assert not shared and shared.mistake == "state-shared"
    assert not counted and "state-shared" not in (counted.mistake, *counted.also)
    for feedback in shared, counted:
        assert "depends on another call" in " ".join(str(feedback).split())


def test_results_beyond_those_that_are_wanted_may_be_one_array():
    def with_the_velocity_twice(w, v, g, *, lr, momentum, wd):
        v = momentum * v - lr * (g + wd * w)
        return w + v, v, v

    feedback = check("momentum_step", with_the_velocity_twice)
    assert not feedback and "state-shared" not in (feedback.mistake, *feedback.also)
    assert "3" in str(feedback)
