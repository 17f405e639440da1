"""Words of a command line become constructor arguments of the right type, or a sentence."""

import pytest

from minigrad import optimizer
from minigrad.commands.settings import settings
from minigrad.errors import ArgumentError


@pytest.mark.parametrize(
    ("cls", "words", "arguments"),
    [
        (optimizer.SGD, "", {}),
        (optimizer.SGD, "--momentum 0.9 --wd=1e-4", {"momentum": 0.9, "wd": 1e-4}),
        (optimizer.SGD, "--wd -1", {"wd": -1.0}),  # the constructor refuses it
        (optimizer.SGD, "--lr 0.5", {"learning_rate": 0.5}),
        (optimizer.RMSProp, "--centered --clip-weights 1", {"centered": True, "clip_weights": 1.0}),
        (optimizer.Adam, "--lazy_update false --beta1 0.8", {"lazy_update": False, "beta1": 0.8}),
        (optimizer.LBSGD, "--batch_scale 4 --warmup-strategy power2", {"batch_scale": 4, "warmup_strategy": "power2"}),
    ],
)
def test_values_have_the_type_of_the_default(cls, words, arguments):
    found = settings(cls, words.split())
    assert found == arguments
    assert [type(value) for value in found.values()] == [type(value) for value in arguments.values()]
    if all(value != -1.0 for value in found.values()):
        cls(**found)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--momentm 0.9", "sgd has no argument --momentm; did you mean '--momentum'\\? Known names: --momentum,"),
        ("--momentum", "--momentum needs a value after it"),
        ("--momentum --wd 1", "--momentum needs a value after it"),
        ("--momentum fast", "--momentum is 'fast'; expected a number"),
        ("--begin_num_update 1.5", "--begin_num_update is '1.5'; expected a whole number"),
        ("--lazy_update maybe", "--lazy_update is 'maybe'; it is on or off"),
        ("--wd 1 --wd 2", "--wd is given twice"),
        ("--lr_scheduler x", "--lr_scheduler takes a Python object"),
        ("0.9", "'0.9' belongs to no option"),
        ("--wd 1 2", "'2' belongs to no option"),
        ("-- 2", "'--' belongs to no option"),
    ],
)
def test_what_cannot_be_an_argument_is_named(words, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        settings(optimizer.SGD, words.split())
