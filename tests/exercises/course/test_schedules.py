"""What an answer to the exercises about rates is tried on is what its words say."""

import pytest

from minigrad.exercises import EXERCISES

WARM = {"a warm-up of 4 steps": 4, "no warm-up": 0, "a warm-up of one step": 1}


@pytest.mark.parametrize("probe", EXERCISES["warmup_cosine"].tried, ids=lambda probe: probe.words)
def test_a_schedule_is_as_long_as_its_words_say(probe):
    (t,), settings = probe.make()
    words, *_ = probe.words.split(",")
    assert probe.words.endswith(f", t = {t}")
    assert settings["warmup_steps"] == WARM.get(words, settings["warmup_steps"])
    assert ("final rate of 0" in probe.words) == (settings["final_lr"] == 0)
    assert ("above the first" in probe.words) == (settings["final_lr"] > settings["base_lr"])
