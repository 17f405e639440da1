"""The defaults on the page of dialects are those of the constructors, and the calls in the column "here" have them."""

import inspect
import re

import pytest
from errata.table import chapters
from recorded import DATA, LIBRARIES, named

from minigrad import optimizer


def rows_of(who):
    """(rule, row, the name that the library has for the rule) for each row about a library."""
    for rule, chapter in chapters().items():
        for d in chapter.dialects:
            if re.search(rf"\b{who}(,|$| \()", d.who):
                foreign = who in ("Keras", "optax", "PyTorch")
                yield rule, d, named(d) or ("sgd" if foreign and rule == "nag" else rule)


def check_defaults(rule, row, theirs):
    """The columns "rate" and "here" against the defaults of a constructor: rate, epsilon, rho, momentum, wd."""
    stated = re.match(r"[\d.e-]+|required|none", row.rate)[0]
    if rule != "adadelta" or theirs["rate"] is None or stated != "none":  # a rate that does nothing is none
        assert stated == {None: "none"}.get(theirs["rate"], theirs["rate"]) or float(stated) == theirs["rate"]
    if "rho" in theirs:
        assert f"ρ = {theirs['rho']}" in row.rate
    call = re.search(r"`(\w+\(.*?\))`", row.here)
    if call or row.here.startswith("as it is"):
        names = {name.lower(): name for name in vars(optimizer)}
        opt = eval(call[1] if call else f"{names[rule]}()", vars(optimizer))
        same = ["rho", "momentum", "wd", *(["epsilon"] if "sum starts" not in row.epsilon else [])]
        for name in [name for name in same if name in theirs]:
            assert getattr(opt, name) == (theirs[name] or 0), (row.who, name)
        if rule != "adadelta" and theirs["rate"] != "required":
            assert opt.lr == theirs["rate"], row.who


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_defaults_of_a_library_are_those_of_the_page(library):
    defaults = {name.lower(): values for name, values in DATA[library]["defaults"].items()}
    found = list(rows_of(LIBRARIES[library]))
    assert len(found) >= 11
    for rule, row, name in found:
        check_defaults(rule, row, defaults[name])


def test_the_defaults_of_pytorch_are_those_of_the_page():
    torch = pytest.importorskip("torch")
    classes = {name.lower(): getattr(torch.optim, name) for name in vars(torch.optim)}
    ours = {"lr": "rate", "eps": "epsilon", "alpha": "rho", "rho": "rho", "weight_decay": "wd", "momentum": "momentum"}
    found = list(rows_of("PyTorch"))
    assert len(found) == 9
    for rule, row, name in found:
        theirs = inspect.signature(classes[name]).parameters
        check_defaults(rule, row, {ours[key]: value.default for key, value in theirs.items() if key in ours})
        if "eps" in theirs:
            assert float(row.epsilon.split(",")[0]) == theirs["eps"].default, rule
        assert theirs["weight_decay"].default == (float(row.decay.split(",")[0]) if rule == "adamw" else 0)


def test_the_rates_of_minigrad_are_those_of_the_page():
    names = {name.lower(): name for name in vars(optimizer)}
    for rule, row, _ in rows_of("minigrad"):
        stated = re.match(r"[\d.e-]+|none", row.rate)[0]
        assert stated == "none" or float(stated) == getattr(optimizer, names[rule])().lr, rule
