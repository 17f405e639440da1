"""Measure how far MXNet 1.9.1, and what its guide prints, is from minigrad, on recorded trajectories.

    python tutorials/errata.py              print the table of the errata page
    python tutorials/errata.py --write      write it into the page

A difference is the largest over all steps and elements, in units of the largest displacement from the start.
"""

import json
import sys
from pathlib import Path

import errata_rules
import numpy

from minigrad import autograd, gluon, lr_scheduler, np, optimizer

HERE = Path(__file__).parent
PAGE = HERE / "errata.md"
BEGIN, END = "<!-- written by errata.py: begin -->\n", "<!-- written by errata.py: end -->\n"

CODE, GUIDE = "MXNet 1.9.1", "printed line"
ROWS = [  # heading of the page, what differs, whose numbers are compared with minigrad's, the recorded case
    ("SGD", "explicit rate with a cosine schedule", CODE, "sgd/sched-override-cosine"),
    ("NAG", "velocity of a decaying weight", CODE, "nag/rescale-clip-wd-f64"),
    ("AdaGrad", "decay beside the step", CODE, "adagrad/rescale-clip-wd-f64"),
    ("AdaGrad", "`clip_gradient=0`", CODE, "adagrad/clip-zero-f32"),
    ("RMSProp", "decay before clipping", CODE, "rmsprop/rescale-clip-wd-f64"),
    ("RMSProp", "the same, centered", CODE, "rmsprop/centered-rescale-clip-wd-f64"),
    ("AdaDelta", "decay beside the step, without a rate", CODE, "adadelta/rescale-clip-wd-f64"),
    ("Adam", "place of ε, gradients about 1e-8", CODE, "adam/tiny-grads-f64"),
    ("Adam", "place of ε, ε = 0.1", CODE, "adam/eps-large-f64"),
    ("Adam", "decay before clipping", CODE, "adam/rescale-clip-wd-f64"),
    ("Adam", "default rate replaces a schedule's", CODE, "adam/sched-forgotten-lr"),
    ("Adamax", "no ε: zero gradients", CODE, "adamax/some-zeros-f32"),
    ("Adamax", "no ε: gradients about 1e-8", CODE, "adamax/tiny-grads-f64"),
    ("Adamax", "decay before clipping", CODE, "adamax/rescale-clip-wd-f64"),
    ("Nadam", "one product for all parameters", CODE, "nadam/two-params-f64"),
    ("Nadam", "the formula", GUIDE, "nadam/base-f64"),
    ("Nadam", "decay before clipping", CODE, "nadam/rescale-clip-wd-f64"),
    ("Signum and SignSGD", "SignSGD: decay beside the step", CODE, "signum/signsgd-1-f64"),
    ("Signum and SignSGD", "SignSGD: `wd_lh`", CODE, "signum/signsgd-wd_lh"),
    ("LBSGD", "schedule read one update late", CODE, "lbsgd/sched-factor-f64"),
    ("LBSGD", "second gradient counted twice", CODE, "lbsgd-12"),
    ("DCASGD", "decay outside g²", CODE, "dcasgd/rescale-clip-wd-f64"),
    ("DCASGD", "momentum", CODE, "dcasgd/momentum-vector"),
    ("Ftrl", "the line for z", GUIDE, "ftrl/guide-f64"),
    ("FTML", "decay before clipping", CODE, "ftml/rescale-clip-wd-f64"),
    ("LARS", "biases in a Trainer", CODE, "lars-16"),
    ("AdamW", "decay times the bias correction", CODE, "adamw/wd-f64"),
    ("AdamW", "place of ε", CODE, "adamw/rescale-f64"),
]


def recorded():
    """The trajectories recorded from MXNet, by name."""
    data = HERE.parent / "tests" / "data"
    files = [json.loads((data / name).read_text())["cases"] for name in ("optimizers.json", "trainer.json")]
    return {case["id"]: case for cases in files for case in cases}


def numbers(nested):
    """As an array. What is not finite is written as text, such as "nan"."""
    return numpy.array(nested, dtype=object).astype("float64")


def parameters(case):
    """The parameters of a case, each with w0, grads and the weights recorded from MXNet."""
    return case.get("params") or [case]


def arguments(case):
    """The case's arguments for the optimizer, with its schedule made."""
    found = dict(case["kwargs"])
    if "lr_scheduler" in found:
        made = found["lr_scheduler"]
        found["lr_scheduler"] = getattr(lr_scheduler, made["class"])(**made["kwargs"])
    return found


def replay(case):
    """The weights that minigrad makes of the recorded gradients: one array (steps, ...) for each parameter."""
    opt = optimizer.create(case["optimizer"], **arguments(case))
    weights = [np.array(numbers(p["w0"])) for p in parameters(case)]
    states = [opt.create_state(i, w) for i, w in enumerate(weights)]
    paths = [[] for _ in weights]
    for step in range(len(parameters(case)[0]["grads"])):
        for i, p in enumerate(parameters(case)):
            opt.update(i, weights[i], np.array(numbers(p["grads"][step])), states[i])
            paths[i].append(weights[i].asnumpy())
    return [numpy.array(path) for path in paths]


def train(case):
    """The weights after each step of the recorded training of a small network, all in one array (steps, elements)."""
    net = gluon.nn.Sequential(prefix="net_")
    with net.name_scope():
        net.add(gluon.nn.Dense(case["hidden"], activation=case["activation"], in_units=case["in_units"]))
        net.add(gluon.nn.Dense(1, in_units=case["hidden"]))
    net.initialize()
    net.cast("float64")
    params = {name: net.collect_params()[name] for name in case["param_order"]}
    for name, p in params.items():
        p.set_data(np.array(numbers(case["init"][name])))
    trainer = gluon.Trainer(net.collect_params(), case["optimizer"], case["optimizer_params"])
    path = []
    for step in case["steps"]:
        with autograd.record():
            loss = gluon.loss.L2Loss()(net(np.array(numbers(step["x"]))), np.array(numbers(step["y"])))
        loss.backward()
        trainer.step(step["batch_size"])
        path.append(flat(case, {name: p.data().asnumpy() for name, p in params.items()}))
    return numpy.array(path)


def flat(case, weights):
    return numpy.concatenate([numbers(weights[name]).ravel() for name in case["param_order"]])


def by_rule(rule, parameter, **arguments):
    """The weights that a rule of `errata_rules` makes of the recorded gradients."""
    gradients = numbers(parameter["grads"])
    columns = zip(numbers(parameter["w0"]).ravel(), gradients.reshape(len(gradients), -1).T)
    path = [list(rule(float(w), raws.tolist(), **arguments)) for w, raws in columns]
    return numpy.array(path).T.reshape(gradients.shape)


def distance(theirs, ours, start):
    """The largest difference in units of the largest displacement; NaN if theirs is somewhere."""
    return numpy.abs(theirs - ours).max() / numpy.abs(ours - start).max()


def measure(whose, case):
    """What a row of the table says: a difference, or that there is nothing to compare with."""
    if "mxnet_raises" in case:
        return f"raises `{case['mxnet_raises']}`"
    if "steps" in case:
        theirs = numpy.array([flat(case, step["weights"]) for step in case["steps"]])
        return text(distance(theirs, train(case), flat(case, case["init"])))
    if whose == GUIDE:
        rule = getattr(errata_rules, f"printed_{case['optimizer']}")
        theirs = [by_rule(rule, p, **case["kwargs"]) for p in parameters(case)]
    else:
        theirs = [numbers(p["weights"]) for p in parameters(case)]
    starts = [numbers(p["w0"]) for p in parameters(case)]
    return text(max(distance(*three) for three in zip(theirs, replay(case), starts)))


def text(difference):
    return f"{difference:.2g}" if numpy.isfinite(difference) else "NaN there"


def table():
    """The table of the page: a row for each difference that was recorded."""
    cases = recorded()
    lines = ["| optimizer | what differs | compared with | difference |", "|---|---|---|---|"]
    for heading, what, whose, name in ROWS:
        anchor = heading.lower().replace(" ", "-")
        lines.append(f"| [{heading}](#{anchor}) | {what} | {whose}, `{name}` | {measure(whose, cases[name])} |")
    return "\n".join(lines) + "\n"


def filled(page):
    """The text of the page with the table in its place."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + BEGIN + "\n" + table() + "\n" + END + tail


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(table(), end="")
