"""How far MXNet, its guide and a paper are from minigrad, on recorded trajectories.

A difference is the largest over all steps and elements, in units of the largest displacement from the start.
"""

import json
from pathlib import Path

import numpy

from errata import theirs
from errata.table import Chapter, chapters
from minigrad import autograd, gluon, lr_scheduler, np, optimizer

DATA = Path(__file__).parents[2] / "tests" / "data"


def measurements() -> list[tuple[Chapter, str, str, str]]:
    """Chapter, what differs, what is compared, the difference: a row for each recorded case of the table."""
    cases, rows = recorded(), []
    for chapter in chapters().values():
        for entry in chapter.entries:
            for what, place in entry.measured:
                rule, _, name = place.rpartition(": ")
                rows.append((chapter, what, f"{WHOSE[rule]}, `{name}`", measure(rule, cases[name])))
    return rows


WHOSE = {"": "MXNet 1.9.1", "printed": "the guide's line", "workshop": "the paper", "class": "MXNet 2"}
"""Whose path is compared: recorded from MXNet 1.9.1, or by the rule of `theirs.py` of that name.

(AdamW was recorded as MXNet 2's class calls the operator.)
"""


def recorded():
    """The trajectories recorded from MXNet, by name."""
    files = [json.loads((DATA / name).read_text())["cases"] for name in ("optimizers.json", "trainer.json")]
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
    """The weights that a rule of `theirs.py` makes of the recorded gradients."""
    gradients = numbers(parameter["grads"])
    columns = zip(numbers(parameter["w0"]).ravel(), gradients.reshape(len(gradients), -1).T)
    path = [list(rule(float(w), raws.tolist(), **arguments)) for w, raws in columns]
    return numpy.array(path).T.reshape(gradients.shape)


def distance(others, ours, start):
    """The largest difference in units of the largest displacement; NaN if the others have one."""
    return numpy.abs(others - ours).max() / numpy.abs(ours - start).max()


def measure(rule, case):
    """A difference, or that there is nothing to compare with."""
    if "mxnet_raises" in case:
        return f"raises `{case['mxnet_raises']}`"
    if "steps" in case:
        others = numpy.array([flat(case, step["weights"]) for step in case["steps"]])
        return text(distance(others, train(case), flat(case, case["init"])))
    if rule in ("printed", "workshop"):
        function = getattr(theirs, f"{rule}_{case['optimizer']}")
        others = [by_rule(function, p, **case["kwargs"]) for p in parameters(case)]
    else:
        others = [numbers(p["weights"]) for p in parameters(case)]
    starts = [numbers(p["w0"]) for p in parameters(case)]
    return text(max(distance(*three) for three in zip(others, replay(case), starts)))


def text(difference):
    return f"{difference:.2g}" if numpy.isfinite(difference) else "NaN there"
