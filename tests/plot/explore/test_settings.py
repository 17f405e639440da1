"""Settings found in constructors, against what the constructors and their documentation say."""

import inspect
import re

import pytest
from table import TABLE

from minigrad import optimizer
from minigrad.optimizer import Optimizer
from minigrad.plot.explore.page import described
from minigrad.plot.explore.settings import settings
from tests.plot.explore.student import Needs, Twist

NO_SLIDER = {"lr_scheduler", "begin_num_update", "multi_precision", "param_idx2name", "param_dict"}
WITHOUT_EFFECT = {"lazy_update", "num_epochs"}
NAMES = sorted({row.name for row in TABLE})


def documented(cls):
    """The arguments in the docstring."""
    part = (inspect.getdoc(cls) or "").partition("Arguments")[2]
    found = re.findall(r"^ *([a-z_0-9, ]+)(?: \(or \w+\))?: ", part.partition("\n\n")[0], flags=re.M)
    return {name for entry in found for name in entry.split(", ")}


@pytest.mark.parametrize("name", NAMES)
def test_every_argument_that_is_documented_has_a_setting(name):
    cls = type(optimizer.create(name))
    shown = {of["name"] for of in described(cls, None)[0]["settings"]}
    told = (documented(cls) | documented(Optimizer)) - NO_SLIDER - WITHOUT_EFFECT - {"learning_rate"}
    if name == "groupadagrad":
        told -= {"wd"}  # which it refuses
    assert told <= shown
    assert shown - told <= {"learning_rate"}


@pytest.mark.parametrize("name", NAMES)
def test_a_constructor_accepts_what_a_setting_accepts_and_refuses_what_it_refuses(name):
    cls = type(optimizer.create(name))
    for of in settings(cls()):
        if of.kind not in ("number", "whole"):
            continue
        ends = [x for x in (of.low, of.high, of.least, of.most) if x is not None]
        for x in [*ends, *(e + d for e in ends for d in (-1, 1))]:
            x = int(x) if of.kind == "whole" else float(x)
            try:
                kept = getattr(cls(**{of.name: x}), of.place)
                accepted = kept == x
            except optimizer.optimizer.ArgumentError:
                accepted = False
            assert of.accepts(x) == accepted, (of.name, x)
            assert of.accepts(of.low) and of.accepts(of.high)


def test_the_kinds_of_a_students_settings_are_found():
    found = {of.name: of for of in settings(Twist())}
    assert list(found)[:5] == ["learning_rate", "pull", "mode", "strict", "cap"]
    assert [found[name].kind for name in ("pull", "mode", "strict", "cap")] == ["number", "word", "truth", "number"]
    assert found["cap"].optional and not found["pull"].optional
    assert found["pull"].least is None and found["pull"].scale == "log"


def test_scales_follow_from_what_is_accepted():
    found = {of.name: of for of in settings(optimizer.Adam())}
    assert (found["beta2"].scale, found["beta2"].low, found["beta2"].high) == ("linear", 0, 0.999)
    assert (found["beta2"].least, found["beta2"].most, found["beta2"].open_above) == (0, 1, True)
    assert (found["epsilon"].scale, found["epsilon"].least, found["epsilon"].most) == ("log", 0, None)
    assert [(of.optional, of.most) for of in settings(optimizer.DCASGD()) if of.name == "beta"] == [(True, 1)]
    assert settings(optimizer.LBSGD())[3].kind == "whole"
    assert settings(optimizer.LBSGD())[2].words == ("linear", "power2", "sqrt", "lars", "none")


def test_an_argument_without_a_default_has_the_value_of_the_example():
    assert [(of.name, of.value) for of in settings(Needs(3.0))][1] == ("size", 3.0)
