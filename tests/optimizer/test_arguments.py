"""The guide's names of arguments and the later standard ones mean the same; the attribute has the standard name."""

import pytest

from minigrad import optimizer
from minigrad.errors import ArgumentError

SPELLINGS = [
    ("AdaGrad", "epsilon", "eps", 1e-7),
    ("GroupAdaGrad", "epsilon", "eps", 1e-5),
    ("LARS", "epsilon", "eps", 0.0),
    ("RMSProp", "rho", "gamma1", 0.9),
    ("RMSProp", "momentum", "gamma2", 0.9),
]

DEFAULTS = {
    "SGD": {"lr": 0.01, "momentum": 0.0},
    "NAG": {"lr": 0.01, "momentum": 0.0},
    "AdaGrad": {"lr": 0.01, "epsilon": 1e-7},
    "RMSProp": {"lr": 0.001, "rho": 0.9, "momentum": 0.9, "epsilon": 1e-8, "centered": False, "clip_weights": None},
    "AdaDelta": {"rho": 0.9, "epsilon": 1e-5},
    "Adam": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "Adamax": {"lr": 0.002, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "Nadam": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "schedule_decay": 0.004},
    "Signum": {"lr": 0.01, "momentum": 0.9, "wd_lh": 0.0},
    "LBSGD": {"lr": 0.01, "momentum": 0.0, "multi_precision": False, "warmup_strategy": "linear", "warmup_epochs": 5,
              "batch_scale": 1, "updates_per_epoch": 32, "begin_epoch": 0, "num_epochs": 60},
    "DCASGD": {"lr": 0.01, "momentum": 0.0, "lamda": 0.04, "beta": None, "epsilon": 1e-7},
    "Ftrl": {"lr": 0.1, "lamda1": 0.01, "beta": 1.0},
    "FTML": {"lr": 0.01, "beta1": 0.6, "beta2": 0.999, "epsilon": 1e-8},
    "SGLD": {"lr": 0.01},
    "LARS": {"lr": 0.01, "momentum": 0.0, "eta": 0.001, "epsilon": 0.0, "momentum_correction": True},
    "LAMB": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "lower_bound": None, "upper_bound": None,
             "bias_correction": True},
    "LANS": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "lower_bound": None, "upper_bound": None},
    "AdamW": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "correct_bias": True, "wd": 0.0},
    "AdaBelief": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "correct_bias": True},
    "GroupAdaGrad": {"lr": 0.01, "epsilon": 1e-5},
    "Lion": {"lr": 0.0001, "beta1": 0.9, "beta2": 0.99},
}  # fmt: skip


SHARES = {"beta1", "beta2", "rho", "momentum"}
"""What is kept of a mean: from nothing to nearly all. (Ftrl's beta is none; that of DCASGD may be None.)"""

NOT_NEGATIVE = {"lr", "epsilon", "eta", "lamda", "lamda1", "schedule_decay", "wd_lh", "wd", "clip_weights"}


@pytest.mark.parametrize(
    ("cls", "name"), [(cls, name) for cls, names in DEFAULTS.items() for name in names if name in SHARES | NOT_NEGATIVE]
)
def test_numbers_are_refused_outside_their_range_and_taken_at_its_ends(cls, name):
    make, argument = getattr(optimizer, cls), "learning_rate" if name == "lr" else name
    low, high = (0.0, 0.9999) if name in SHARES else (0.0, 1e6)
    for value in low, high:
        assert getattr(make(**{argument: value}), name) == (value or (None if name == "clip_weights" else 0.0))
    for value in (-1e-9, 1.0) if name in SHARES else (-1e-9,):
        with pytest.raises(ArgumentError, match=f"{argument}={value} cannot be used"):
            make(**{argument: value})


@pytest.mark.parametrize(("cls", "standard", "other", "default"), SPELLINGS)
def test_two_spellings_of_one_argument(cls, standard, other, default):
    make = getattr(optimizer, cls)
    assert getattr(make(), standard) == default
    assert getattr(make(**{standard: 0.25}), standard) == 0.25
    assert getattr(make(**{other: 0.25}), standard) == 0.25
    assert not hasattr(make(), other)
    with pytest.raises(ArgumentError, match=f"{standard}=0.25 and {other}=0.5 are two spellings"):
        make(**{standard: 0.25, other: 0.5})


@pytest.mark.parametrize("cls", DEFAULTS)
def test_defaults_are_those_of_the_guide_and_the_papers(cls):
    opt = getattr(optimizer, cls)()
    assert {name: getattr(opt, name) for name in DEFAULTS[cls]} == DEFAULTS[cls]


def test_arguments_in_order():
    assert optimizer.Ftrl(0.02, 0.3, 2).beta == 2
    assert optimizer.SGD(0.9).momentum == 0.9
    assert optimizer.RMSProp(0.1, 0.8, 0.7, 1e-3, True).centered is True


def test_group_adagrad_refuses_decay():
    with pytest.raises(AssertionError, match=r"no weight decay, but wd=0\.1"):
        optimizer.GroupAdaGrad(wd=0.1)


@pytest.mark.parametrize("name", ["warmup_epochs", "batch_scale", "updates_per_epoch", "begin_epoch", "num_epochs"])
def test_what_is_counted_is_whole_and_not_too_small(name):
    least = 1 if name in ("batch_scale", "updates_per_epoch") else 0
    assert getattr(optimizer.LBSGD(**{name: least}), name) == least
    for value in (least - 1, least + 0.5):
        with pytest.raises(ArgumentError, match=f"{name}={value} cannot be used"):
            optimizer.LBSGD(**{name: value})


@pytest.mark.parametrize("word", [None, 1, ["linear"], {}])
def test_a_strategy_is_a_word(word):
    with pytest.raises(ArgumentError, match="warmup_strategy=.* cannot be used; expected a word"):
        optimizer.LBSGD(warmup_strategy=word)


@pytest.mark.parametrize(("word", "meant"), [("linaer", "linear"), ("Linear", "linear"), ("power", "power2")])
def test_a_misspelt_strategy_is_refused(word, meant):
    with pytest.raises(ArgumentError, match=f"warmup_strategy='{word}' is not one of .*; did you mean '{meant}'"):
        optimizer.LBSGD(warmup_strategy=word, batch_scale=2)
    assert optimizer.LBSGD(warmup_strategy="none").warmup_strategy == "none"


@pytest.mark.parametrize("cls", [optimizer.LAMB, optimizer.LANS])
def test_bounds_of_a_norm_are_in_order(cls):
    with pytest.raises(ArgumentError, match=r"lower_bound=2 is above upper_bound=1, so no length fits"):
        cls(lower_bound=2, upper_bound=1)
    for bounds in ((1, 1), (0, 1), (2, 0), (2, None)):
        cls(lower_bound=bounds[0], upper_bound=bounds[1])
