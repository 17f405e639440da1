"""The errata page is true: its examples run, its table is what the script measures, and the rules that it attributes to
MXNet are those of MXNet's recorded paths."""

import doctest
import importlib
import inspect
import re
import sys
from pathlib import Path

import numpy
import pytest

from minigrad import lr_scheduler
from minigrad.optimizer.run import reading

TUTORIALS = Path(__file__).parent.parent / "tutorials"
sys.path.insert(0, str(TUTORIALS))
errata, rules = importlib.import_module("errata"), importlib.import_module("errata_rules")

PAGE = (TUTORIALS / "errata.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^#|\Z)", PAGE, flags=re.M | re.S))
CASES = errata.recorded()
RULES = {
    "nag": rules.nag, "adagrad": rules.adagrad, "rmsprop": rules.rmsprop, "adadelta": rules.adadelta,
    "adam": rules.adam, "adamax": rules.adamax, "nadam": rules.nadam, "signum": rules.signsgd, "dcasgd": rules.dcasgd,
    "ftml": rules.ftml, "adamw": rules.adamw,
}  # fmt: skip


def test_every_example_prints_what_the_page_says():
    text = re.sub(r"^```.*$", "", PAGE, flags=re.M)  # a fence would be taken for output
    test = doctest.DocTestParser().get_doctest(text, {}, "errata.md", str(TUTORIALS / "errata.md"), 0)
    with reading("numpy"):
        done = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert done.failed == 0
    assert done.attempted > 100


def test_the_table_is_what_the_script_measures():
    with reading("numpy"):
        assert errata.filled(PAGE) == PAGE, "run: python tutorials/errata.py --write"


def test_every_recorded_optimizer_has_a_section_and_every_row_of_the_table_one():
    headings = {word.lower() for heading in SECTIONS for word in heading.split(" and ")}
    assert {case["optimizer"] for case in CASES.values()} <= headings
    assert {heading for heading, *_ in errata.ROWS} <= set(SECTIONS)
    targets = {heading.lower().replace(" ", "-") for heading in SECTIONS}
    assert set(re.findall(r"\]\(#(.*?)\)", PAGE)) <= targets


def test_every_section_has_an_example():
    assert [heading for heading, text in SECTIONS.items() if ">>> " not in text] == ["How much it matters"]


def explained(case):
    """Whether a rule of `errata_rules` has every argument of the recorded case."""
    if case.get("optimizer") not in RULES or "weights" not in case or case["dtype"] == "float16" or "params" in case:
        return False
    names = inspect.signature(RULES[case["optimizer"]]).parameters.values()
    needed = {p.name for p in names if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD} - {"w", "raws"}
    known = {p.name for p in names} if case["optimizer"] != "signum" else set(case["kwargs"]) - {"wd_lh"}
    without_momentum = case["optimizer"] != "signum" or case["kwargs"].get("momentum") == 0
    return needed <= set(case["kwargs"]) <= known and without_momentum


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if explained(case)])
def test_the_rules_ascribed_to_mxnet_make_its_paths(name):
    case = CASES[name]
    path, theirs = errata.by_rule(RULES[case["optimizer"]], case, **case["kwargs"]), errata.numbers(case["weights"])
    moved = numpy.nanmax(numpy.abs(theirs - errata.numbers(case["w0"])), initial=0.0) or 1.0
    tolerance = 1e-5 if case["dtype"] == "float64" else 2e-4
    numpy.testing.assert_allclose(path, theirs, rtol=0, atol=tolerance * moved)


def test_nadam_in_mxnet_shares_its_product():
    case = CASES["nadam/two-params-f64"]
    for k, parameter in enumerate(case["params"]):
        path = errata.by_rule(rules.nadam, parameter, **case["kwargs"], first=k, sharing=2)
        numpy.testing.assert_allclose(path, errata.numbers(parameter["weights"]), rtol=0, atol=1e-6)


def test_lbsgd_in_mxnet_reads_its_schedule_late():
    case = CASES["lbsgd/sched-factor-f64"]
    schedule = lr_scheduler.FactorScheduler(**case["kwargs"]["lr_scheduler"]["kwargs"])
    rates = [schedule(k) for k in range(len(case["grads"]))]
    path = errata.by_rule(rules.lbsgd, case, momentum=case["kwargs"]["momentum"], schedule=rates.__getitem__)
    numpy.testing.assert_allclose(path, errata.numbers(case["weights"]), rtol=0, atol=1e-6)


def last(rule, w, raws, **arguments):
    return round([float(x) for x in rule(w, raws, **arguments)][-1], 6)


@pytest.mark.parametrize(
    ("section", "number"),
    [
        ("All optimizers", last(rules.adam, 1.0, [-1.0], learning_rate=0.1, wd=0.6, clip_gradient=0.5)),
        ("All optimizers", last(rules.adagrad, 1.0, [2.0], learning_rate=0.1, eps=1e-7, clip_gradient=0)),
        ("NAG", last(rules.nag, 1.0, [0.0, 0.0], learning_rate=0.1, momentum=0.9, wd=0.5)),
        ("AdaGrad", last(rules.adagrad, 1.0, [0.0], learning_rate=0.1, eps=1e-7, wd=0.5)),
        ("RMSProp", last(rules.rmsprop, 1, [-1], learning_rate=0.1, gamma1=0.9, epsilon=0, wd=0.6, clip_gradient=0.5)),
        ("AdaDelta", last(rules.adadelta, 1.0, [0.0], rho=0.9, epsilon=1e-5, wd=0.5)),
        ("Adam", last(rules.adam, 1.0, [1e-8], learning_rate=0.1)),
        ("Adamax", last(rules.adamax, 1.0, [1e-8], learning_rate=0.1)),
        ("Nadam", last(rules.printed_nadam, 0.0, [1.0, -0.5], learning_rate=0.1)),
        ("Nadam", last(rules.nadam, 0.0, [1.0], learning_rate=0.1, first=1, sharing=2)),
        ("Signum and SignSGD", last(rules.signsgd, 1.0, [-0.5], learning_rate=0.1, wd=1.0)),
        ("LBSGD", last(rules.lbsgd, 0.0, [1.0, 1.0], momentum=0.0, schedule=lambda k: 1.0 if k < 2 else 0.1)),
        ("DCASGD", last(rules.dcasgd, 1.0, [0.0, 0.0], learning_rate=0.1, lamda=10.0, wd=0.5)),
        ("Ftrl", last(rules.printed_ftrl, 0.0, [1.0], learning_rate=0.1, lamda1=0.01, beta=1.0)),
        ("FTML", last(rules.ftml, 1.0, [-1.0], learning_rate=0.1, beta1=0.6, beta2=0.999, wd=0.6, clip_gradient=0.5)),
        ("AdamW", last(rules.adamw, 1.0, [0.0], learning_rate=0.1, wd=0.5)),
    ],
)
def test_the_other_numbers_of_the_examples_come_from_those_rules(section, number):
    assert f"\n{number}\n" in SECTIONS[section]


def test_the_numbers_said_to_be_of_pytorch_are():
    torch = pytest.importorskip("torch")
    w = torch.nn.Parameter(torch.tensor(0.0, dtype=torch.float64))
    opt = torch.optim.SGD([w], lr=0.1, momentum=0.5)
    for rate in (0.1, 0.01):
        opt.param_groups[0]["lr"] = rate
        w.grad = torch.ones_like(w)
        opt.step()
    assert f"\n{round(w.item(), 6)}\n" in SECTIONS["SGD"]
    w = torch.nn.Parameter(torch.tensor(0.0, dtype=torch.float64))
    w.grad = torch.full_like(w, 1e-3)
    torch.optim.Adagrad([w], lr=0.1, eps=1e-6).step()
    assert f"\n{round(w.item(), 6)}\n" in SECTIONS["All optimizers"]
