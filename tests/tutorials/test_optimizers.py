"""The guide's page keeps its word: the guide's headings in order, each of its snippets, no equation typed by hand."""

import ast
import re
import tomllib

import errata
import pytest

from tests.tutorials.notebook import TUTORIALS, cells, read

SOURCE = TUTORIALS / "01-optimizers.py"
TEXT, CODE = cells(SOURCE, "markdown"), cells(SOURCE, "code")
SHOWN = {
    cell["id"]: {
        kind: "".join(text)
        for output in cell["outputs"]
        for kind, text in output.get("data", {"text/plain": output.get("text")}).items()
    }
    for cell in read(SOURCE)["cells"]
    if cell["cell_type"] == "code"
}
"""Cell -> what its outputs are: kind -> text."""

HEADINGS = """\
# Optimizers
### What should I use?
## Stochastic Gradient Descent
### SGD optimizer
### Weight decay
### Momentum
### Nesterov Accelerated Stochastic Gradient Descent
## Adaptive Learning Rate Methods
### AdaGrad
### RMSProp
### RMSProp (Centered)
### AdaDelta
### Adam
### Adamax
### Nadam
## SGD optimized for large scale distributed training
### Signum
### LBSGD
### DCASGD
## Online Learning Algorithms
### FTRL
### FTML
## Bayesian SGD
### SGLD
## Custom Optimizer
## Summary
## Next Steps
""".splitlines()
"""Those of MXNet's guide; LBSGD is in that of version 1 only."""

SNIPPETS = """
net = gluon.nn.Dense(1)
net.initialize()
optim = optimizer.SGD(learning_rate=0.1)
trainer = gluon.Trainer(net.collect_params(), optimizer=optim)
trainer = gluon.Trainer(net.collect_params(), optimizer='adam', optimizer_params={'learning_rate':1})
sgd_optimizer = optimizer.SGD(learning_rate=0.1, wd=0., momentum=0.8)
nag_optimizer = optimizer.NAG(learning_rate=0.1, momentum=0.8)
adagrad_optimizer = optimizer.AdaGrad(learning_rate=0.1, epsilon=1e-07)
rmsprop_optimizer = optimizer.RMSProp(learning_rate=0.001, rho=0.9, momentum=0.9, epsilon=1e-07, centered=False)
adadelta_optimizer = optimizer.AdaDelta(rho=0.9, epsilon=1e-07)
adam_optimizer = optimizer.Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)
adamax_optimizer = optimizer.Adamax(learning_rate=0.002, beta1=0.9, beta2=0.999)
nadam_optimizer = optimizer.Nadam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)
signum_optimizer = optimizer.Signum(learning_rate=0.01, momentum=0.9, wd_lh=0.0)
lbsgd_optimizer = optimizer.LBSGD(momentum=0.0, multi_precision=False, warmup_strategy='linear', warmup_epochs=5, \
batch_scale=1, updates_per_epoch=32, begin_epoch=0, num_epochs=60)
dcasgd_optimizer = optimizer.DCASGD(momentum=0.0, lamda=0.04)
ftrl_optimizer = optimizer.Ftrl(lamda1=0.01, learning_rate=0.1, beta=1)
ftml_optimizer = optimizer.FTML(beta1=0.6, beta2=0.999, epsilon=1e-08)
sgld_optimizer = optimizer.SGLD()
"""
RULES = {
    "sgd", "nag", "adagrad", "rmsprop", "adadelta", "adam", "adamax", "nadam", "signum", "lbsgd", "dcasgd", "ftrl",
    "ftml", "sgld",
}  # fmt: skip


def test_its_headings_are_those_of_the_guide():
    assert [line for text in TEXT.values() for line in text.splitlines() if line.startswith("#")] == HEADINGS


def test_every_snippet_of_the_guide_is_run():
    run = {ast.unparse(statement) for text in CODE.values() for statement in ast.parse(text).body}
    assert {ast.unparse(statement) for statement in ast.parse(SNIPPETS).body} <= run


def test_every_rule_shows_its_equations_and_steps_worked_and_its_margin():
    assert {f"{rule}-snippet" for rule in RULES} <= {name for name, kinds in SHOWN.items() if "text/latex" in kinds}
    worked = {name for name, kinds in SHOWN.items() if any("step 1: w_0 =" in text for text in kinds.values())}
    assert {f"{rule}-worked" for rule in RULES} <= worked
    assert set(re.findall(r'^margin\("(\w+)"\)', "\n".join(CODE.values()), flags=re.M)) == RULES | {"all", "custom"}


def test_the_guides_three_pictures_are_there_and_one_of_an_adaptive_rule():
    assert {"sgd-picture", "momentum-picture", "nag-picture", "adam-picture"} <= {
        n for n, kinds in SHOWN.items() if "image/png" in kinds
    }


def test_links_lead_to_a_heading_of_the_page_or_to_a_file_beside_it():
    headings = {heading.lstrip("# ").replace(" ", "-") for heading in HEADINGS}
    shown = [kinds["text/markdown"] for kinds in SHOWN.values() if "text/markdown" in kinds]
    for link in re.findall(r"\]\(([^)]*)\)", "\n".join([*TEXT.values(), *shown])):
        file, _, anchor = link.partition("#")
        if not file:
            assert anchor in headings, link
        elif "://" not in file:
            assert (TUTORIALS / file).exists(), link
            assert not anchor or anchor in anchors_of(TUTORIALS / file), link


def anchors_of(page):
    """The headings of a page, as links write them."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return {re.sub(r"[^\w -]", "", line.lower()).strip().replace(" ", "-") for line in lines if line.startswith("#")}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_notes_name_what_mxnet_has_wrong_and_the_guide_has_not(rule):
    entries = tomllib.loads((TUTORIALS / "errata" / f"{rule}.toml").read_text(encoding="utf-8"))["entry"]
    wrong = [e["what"] for e in entries if "MXNet 1.9.1" in e.get("errs", "") and "guide" not in e["errs"]]
    assert [what for what in wrong if what not in errata.margin(rule).splitlines()[-1]] == []


def test_no_equation_is_typed_by_hand():
    text = "\n".join(TEXT.values())
    assert "$$" not in text
    assert not re.findall(r"\$[^$\n]*[a-zA-Z]_\{?t[^$\n]*=[^$\n]*\$", text)
