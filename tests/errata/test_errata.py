"""The errata are true: every claim has its evidence, the examples run, the pages are what the table says, and the rules
ascribed to MXNet make its recorded paths.
"""

import doctest
import inspect
import re
from pathlib import Path

import numpy
import pytest
from errata import margin, measure, theirs
from errata.pages import PAGES
from errata.table import EVIDENCE, ORDER, SEVERITIES, chapters
from recorded import PATHS

from minigrad import autograd, datasets, gluon, lr_scheduler, np, optimizer, random

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "tutorials" / "errata.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^##+ (.*?)\n(.*?)(?=^#|\Z)", PAGE, flags=re.M | re.S))
CASES = measure.recorded()
ENTRIES = [(chapter, entry) for chapter in chapters().values() for entry in chapter.entries]
SOURCES = [file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")]
TESTS = {name for source in SOURCES for name in re.findall(r"^def (test_\w+)", source, flags=re.M)}
RULES = {
    "nag": theirs.nag, "adagrad": theirs.adagrad, "rmsprop": theirs.rmsprop, "adadelta": theirs.adadelta,
    "adam": theirs.adam, "adamax": theirs.adamax, "nadam": theirs.nadam, "signum": theirs.signsgd,
    "dcasgd": theirs.dcasgd, "ftml": theirs.ftml, "adamw": theirs.adamw,
}  # fmt: skip


def parts(evidence):
    """(kind, where) of each part of an evidence."""
    found = re.split(r"; (?=(?:measured|compared|computed|run|read): )", evidence)
    return [part.partition(": ")[::2] for part in found if part]


def named(where):
    """The recorded paths or tests that an evidence names: commas inside brackets belong to a call."""
    return re.split(r", (?![^(]*\))", where)


def check(evidence):
    for kind, where in parts(evidence):
        assert kind in EVIDENCE and where, evidence
        if kind == "measured":
            assert [name for name in named(where) if name not in CASES and name not in PATHS] == []
        if kind in ("compared", "computed"):
            assert [name for name in named(where) if name not in TESTS] == []


@pytest.mark.parametrize(("chapter", "entry"), ENTRIES, ids=lambda x: getattr(x, "what", getattr(x, "name", "")))
def test_every_claim_about_others_says_how_it_is_known(chapter, entry):
    assert entry.severity in SEVERITIES and entry.notice
    assert bool(entry.errs) == (entry.severity == "wrong")
    for claim in entry.says:
        others = set(claim.who.split(", ")) - {"guide", "minigrad"}
        assert bool(claim.evidence) >= bool(others), claim
        check(claim.evidence)
    assert entry.claim("minigrad") == "" or entry.example or any(claim.evidence for claim in entry.says)
    assert {*entry.errs.split(", ")} <= {"", "guide", *(who for claim in entry.says for who in claim.who.split(", "))}


def test_every_dialect_says_how_it_is_known():
    rows = [row for chapter in chapters().values() for row in chapter.dialects]
    assert len(rows) > 60
    for row in rows:
        assert row.evidence or {*row.who.split(", ")} <= {"guide", "minigrad"}, row
        check(row.evidence)


def test_what_is_measured_of_mxnet_1_9_1_was_recorded_from_it():
    """`measured: mxnet2/...` is no evidence for a claim about 1.9.1, and the other way round."""
    for _, entry in ENTRIES:
        for claim in entry.says:
            for kind, where in parts(claim.evidence):
                for name in named(where) if kind == "measured" else ():
                    library = {"mxnet1": "MXNet 1.9.1", "mxnet2": "MXNet 2"}.get(name.split("/")[0], "MXNet 1.9.1")
                    assert claim.by(library) or name.startswith("adamw/"), (entry.what, name)


def test_every_example_prints_what_the_page_says():
    text = re.sub(r"^```.*$", "", PAGE, flags=re.M)  # a fence would be taken for output
    test = doctest.DocTestParser().get_doctest(text, {}, "errata.md", str(ROOT / "tutorials" / "errata.md"), 0)
    done = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert done.failed == 0
    assert done.attempted > 130


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_table_says(name):
    rendered = PAGES[name](measure.measurements())
    assert rendered == (ROOT / "tutorials" / name).read_text(encoding="utf-8"), "in tutorials/, run: python -m errata"


def test_links_lead_to_headings_and_files():
    for name in PAGES:
        page = (ROOT / "tutorials" / name).read_text(encoding="utf-8")
        anchors = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", page, flags=re.M)}
        assert set(re.findall(r"\]\(#(.*?)\)", page)) <= anchors
        files = re.findall(r"\]\(([\w.]+\.md)\)", page)
        assert files and all((ROOT / "tutorials" / file).exists() for file in files)


def test_every_file_of_the_table_is_on_the_page():
    assert {file.stem for file in (ROOT / "tutorials" / "errata").glob("*.toml")} == set(ORDER)


def test_every_recorded_optimizer_has_a_chapter():
    assert {case["optimizer"] for case in CASES.values()} <= set(ORDER)


def test_the_margin_has_what_the_guide_gets_wrong_and_its_traps():
    text = margin("ftrl")
    assert text._repr_markdown_() == text and text.count("> * ") == 5
    assert margin("dcasgd").startswith("> Nothing here is wrong in the guide")
    assert "*Wrong in the guide.* **The line for $z$.**" in text and "errata.md#ftrl" in text
    assert "Nothing here is wrong in the guide" in margin("lans") and "(errata.md#lans)" in margin("lans")
    assert [name for name in ORDER if "silent" in margin(name)] == ["all", "adadelta"]
    assert all(line.startswith(">") for name in ORDER for line in margin(name).splitlines())
    with pytest.raises(KeyError, match="no chapter 'sdg'"):
        margin("sdg")


def explained(case):
    """Whether a rule of `theirs.py` has every argument of the recorded case."""
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
    path, theirs = measure.by_rule(RULES[case["optimizer"]], case, **case["kwargs"]), measure.numbers(case["weights"])
    moved = numpy.nanmax(numpy.abs(theirs - measure.numbers(case["w0"])), initial=0.0) or 1.0
    tolerance = 1e-5 if case["dtype"] == "float64" else 2e-4
    numpy.testing.assert_allclose(path, theirs, rtol=0, atol=tolerance * moved)


def test_nadam_in_mxnet_shares_its_product():
    case = CASES["nadam/two-params-f64"]
    for k, parameter in enumerate(case["params"]):
        path = measure.by_rule(theirs.nadam, parameter, **case["kwargs"], first=k, sharing=2)
        numpy.testing.assert_allclose(path, measure.numbers(parameter["weights"]), rtol=0, atol=1e-6)


def test_lbsgd_in_mxnet_reads_its_schedule_late():
    case = CASES["lbsgd/sched-factor-f64"]
    schedule = lr_scheduler.FactorScheduler(**case["kwargs"]["lr_scheduler"]["kwargs"])
    rates = [schedule(k) for k in range(len(case["grads"]))]
    path = measure.by_rule(theirs.lbsgd, case, momentum=case["kwargs"]["momentum"], schedule=rates.__getitem__)
    numpy.testing.assert_allclose(path, measure.numbers(case["weights"]), rtol=0, atol=1e-6)


def last(rule, w, raws, **arguments):
    return round([float(x) for x in rule(w, raws, **arguments)][-1], 6)


@pytest.mark.parametrize(
    ("section", "number"),
    [
        ("All optimizers", last(theirs.adam, 1.0, [-1.0], learning_rate=0.1, wd=0.6, clip_gradient=0.5)),
        ("All optimizers", last(theirs.adagrad, 1.0, [2.0], learning_rate=0.1, eps=1e-7, clip_gradient=0)),
        ("NAG", last(theirs.nag, 1.0, [0.0, 0.0], learning_rate=0.1, momentum=0.9, wd=0.5)),
        ("AdaGrad", last(theirs.adagrad, 1.0, [0.0], learning_rate=0.1, eps=1e-7, wd=0.5)),
        ("AdaDelta", last(theirs.adadelta, 1.0, [0.0], rho=0.9, epsilon=1e-5, wd=0.5)),
        ("Adam", last(theirs.adam, 1.0, [1e-8], learning_rate=0.1)),
        ("Adamax", last(theirs.adamax, 1.0, [1e-8], learning_rate=0.1)),
        ("Nadam", last(theirs.printed_nadam, 0.0, [1.0, -0.5], learning_rate=0.1)),
        ("Nadam", last(theirs.nadam, 0.0, [1.0], learning_rate=0.1, first=1, sharing=2)),
        ("Signum and SignSGD", last(theirs.signsgd, 1.0, [-0.5], learning_rate=0.1, wd=1.0)),
        ("LBSGD", last(theirs.lbsgd, 0.0, [1.0, 1.0], momentum=0.0, schedule=lambda k: 1.0 if k < 2 else 0.1)),
        ("DCASGD", last(theirs.dcasgd, 1.0, [0.0, 0.0], learning_rate=0.1, lamda=10.0, wd=0.5)),
        ("Ftrl", last(theirs.printed_ftrl, 0.0, [1.0], learning_rate=0.1, lamda1=0.01, beta=1.0)),
        ("AdamW", last(theirs.adamw, 1.0, [0.0], learning_rate=0.1, wd=0.5)),
    ],
)
def test_the_other_numbers_of_the_examples_come_from_those_rules(section, number):
    assert f"\n{number}\n" in SECTIONS[section]


def test_the_minimum_that_ftml_finds():
    """Minimized numerically by its derivative: the paper's sum has it, the guide's has not."""
    w0, raws, rate, beta1, beta2 = 1.0, [0.5, -1.0, 0.25, 2.0], 0.1, 0.6, 0.999
    path = list(theirs.ftml(w0, raws, learning_rate=rate, beta1=beta1, beta2=beta2))
    v, d, sigmas = 0.0, 0.0, []
    for t, g in enumerate(raws, 1):
        v = beta2 * v + (1 - beta2) * g * g
        before, d = d, (1 - beta1**t) / rate * (numpy.sqrt(v / (1 - beta2**t)) + 1e-8)
        sigmas.append(d - beta1 * before)
    points, fade = [w0, *path[:-1]], [beta1 ** (len(raws) - 1 - j) for j in range(len(raws))]

    def slope(w, gradients, weights):
        pulls = [(1 - beta1) * f * g for f, g in zip(fade, gradients)]
        return sum(pulls) + sum(k * s * (w - x) for k, s, x in zip(weights, sigmas, points))

    scale = sum(sigmas)
    assert abs(slope(path[-1], raws, fade)) < 1e-9 * scale
    assert abs(slope(path[-1], raws[-1:] * len(raws), [1.0] * len(raws))) > 1e-2 * scale  # as the guide prints it
    assert abs(slope(path[-1], raws[-1:] * len(raws), fade)) > 1e-2 * scale
    assert abs(slope(path[-1], raws, [1.0] * len(raws))) > 1e-3 * scale


def trained(opt, batch, steps):
    """The share of weights that are 0 after the first step, and the last loss, of a 64-64-10 network on the digits."""
    random.seed(0)
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(64, activation="relu", in_units=64), gluon.nn.Dense(10, in_units=64))
    net.initialize()
    (x, y), _ = datasets.digits()
    trainer = gluon.Trainer(net.collect_params(), opt)
    zeros = None
    for step in range(steps):
        start = step * batch % (len(x) - batch + 1)
        with autograd.record():
            loss = gluon.loss.SoftmaxCrossEntropyLoss()(net(x[start : start + batch]), y[start : start + batch])
        loss.backward()
        trainer.step(batch)
        if zeros is None:
            weights = numpy.concatenate([p.data().asnumpy().ravel() for p in net.collect_params().values()])
            zeros = (weights == 0).mean()
    return zeros, loss.mean().item()


@pytest.mark.filterwarnings("ignore:Ftrl's first step")
def test_ftrl_erases_a_network_and_the_cure_trains_it():
    guide = {"lamda1": 0.01, "learning_rate": 0.1, "beta": 1}
    zeros, loss = trained(optimizer.Ftrl(**guide), 32, 200)
    assert round(zeros, 2) == 0.94 and abs(loss - numpy.log(10)) < 0.01
    zeros, _ = trained(optimizer.Ftrl(**guide), 1438, 1)
    assert round(zeros, 2) == 0.99
    zeros, loss = trained(optimizer.Ftrl(learning_rate=0.1, lamda1=0, beta=0), 32, 200)
    assert zeros < 0.35 and loss < 0.5  # zeros: the weights of pixels that are always white
    assert trained(optimizer.Ftrl(learning_rate=0.1, lamda1=0, beta=1), 32, 200)[1] > 2  # half the cure is none


def test_sgld_in_a_trainer_samples_the_posterior_of_all_the_data():
    """1,000 chains; the mean of N(theta, 1) after N observations is N(their mean, 1 / N)."""
    random.seed(0)
    data = numpy.random.default_rng(1).normal(1.5, 1.0, 200)
    theta = gluon.Parameter("theta", shape=(1000,))
    theta.initialize("zeros")
    trainer = gluon.Trainer([theta], "sgld", {"learning_rate": 2e-4, "rescale_grad": len(data)})
    batch, rng = 50, numpy.random.default_rng(2)
    for _ in range(400):
        seen = np.array(rng.choice(data, batch, replace=False)[:, None])
        with autograd.record():
            losses = ((theta.data() - seen) ** 2).sum(axis=1) / 2
        losses.backward()
        trainer.step(batch)
    samples = theta.data().asnumpy()
    assert abs(samples.mean() - data.mean()) < 0.02
    assert samples.std() == pytest.approx(1 / numpy.sqrt(len(data)), rel=0.1)
