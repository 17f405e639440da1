"""Every recorded trajectory of MXNet 1.9.1 is reproduced, step by step, through the public API.

Where MXNet's code disagrees with its guide or with the paper, the file also holds what is right
(`default_weights`), and `expected_default` says which of the two is meant. The errata page tells the stories.
"""

import json
from pathlib import Path

import numpy
import pytest

from minigrad import lr_scheduler, np, optimizer, random
from minigrad.optimizer.run import reading

CASES = json.loads((Path(__file__).parent.parent / "data" / "optimizers.json").read_text())["cases"]
ROUNDING = {"float16": 2.0**-11, "float32": 2.0**-24, "float64": 2.0**-53}


def numbers(nested, dtype="float64"):
    """The file writes what is not finite as text, such as "nan"."""
    return numpy.array(nested, dtype=object).astype(dtype)


def arguments(case):
    found = dict(case["kwargs"])
    schedule = found.pop("lr_scheduler", None)
    if schedule:
        found["lr_scheduler"] = getattr(lr_scheduler, schedule["class"])(**schedule["kwargs"])
    return found


def replay(case):
    """The weights of each parameter after each step."""
    parameters = case.get("params") or [dict(case, name="w_weight")]
    names = {i: p["name"] for i, p in enumerate(parameters)}
    # LARS leaves names ending in "bias" alone, so it must be told them; for the others names would change the decay.
    known = {"param_idx2name": names} if case.get("via_idx2name") or case["optimizer"] == "lars" else {}
    opt = optimizer.create(case["optimizer"], **arguments(case), **known)
    for kind in ("lr_mult", "wd_mult"):
        if any(kind in p for p in parameters):
            getattr(opt, f"set_{kind}")({i: p.get(kind, 1.0) for i, p in enumerate(parameters)})
    weights = [np.array(numbers(p["w0"], case["dtype"])) for p in parameters]
    states = [opt.create_state_multi_precision(i, w) for i, w in enumerate(weights)]
    paths = [[] for _ in parameters]
    for step in range(len(parameters[0]["grads"])):
        for i, p in enumerate(parameters):
            if p["grads"][step] is not None:
                raw = numbers(p["grads"][step], case["dtype"])
                gradient = np.array(raw)
                opt.update_multi_precision(i, weights[i], gradient, states[i])
                assert (gradient.asnumpy() == raw).all(), "the gradient was changed"
            paths[i].append(weights[i].asnumpy().astype("float64"))
    return parameters, paths, states, opt


def distance(got, want, start, dtype):
    """The largest difference, in units of the largest displacement from the start, beyond what rounding explains."""
    got, want = numpy.array(got), numpy.array(want)
    finite = numpy.isfinite(want)
    if (numpy.isfinite(got) != finite).any():
        return float("inf")
    if not finite.any():
        return 0.0
    allowance = 2 * len(want) * ROUNDING[dtype] * numpy.abs(want[finite]).max()
    moved = numpy.abs(numpy.where(finite, want - start, 0)).max() or 1.0
    return max(0.0, numpy.abs(got - want)[finite].max() - allowance) / moved


def recorded(case):
    return "mxnet_raises" not in case


def by_id(case):
    return case["id"]


def one_of_each(cases):
    """The first case of each way to switch a rule, with the whole preparation of the gradient and without any.

    Others run the same compiled loop, or one with a part of the preparation.
    """
    kinds = {}
    for case in cases:
        on = {name for name, value in case["kwargs"].items() if value and name != "lr_scheduler"}
        parts = len(on & {"wd", "clip_gradient", "rescale_grad"})
        if case["dtype"] == "float64" and "params" not in case and parts in (0, 3):
            kinds.setdefault((case["optimizer"], frozenset(on)), case)
    return list(kinds.values())


@pytest.mark.parametrize("case", list(filter(recorded, CASES)), ids=by_id)
def test_the_weights_follow_the_recorded_ones(case, monkeypatch, numpy_reading):
    check(case, monkeypatch)


@pytest.mark.parametrize("case", one_of_each(filter(recorded, CASES)), ids=by_id)
def test_compiled_the_weights_follow_the_recorded_ones(case, monkeypatch):
    pytest.importorskip("numba")
    with reading("numba"):
        check(case, monkeypatch)


def check(case, monkeypatch):
    noise = [numbers(z) for p in case.get("params") or [case] for z in p.get("noise", ())]
    if "params" in case and noise:  # parameters take turns
        steps = zip(*(p["noise"] for p in case["params"]))
        noise = [numbers(z) for turn in steps for z in turn if z is not None]

    def normal(loc, scale, shape, dtype):
        return np.array(noise.pop(0).reshape(shape).astype(dtype))

    monkeypatch.setattr(random, "normal", normal)
    parameters, paths, _, _ = replay(case)
    for p, path in zip(parameters, paths):
        want = [numbers(w) for w in p.get(case["expected_default"], p["weights"])]
        assert distance(path, want, numbers(p["w0"]), case["dtype"]) <= case["tolerance"], p.get("name")
    assert not noise


@pytest.mark.parametrize("case", [c for c in CASES if not recorded(c)], ids=by_id)
def test_what_fails_in_mxnet_moves_the_weights_here(case, numpy_reading):
    (parameter,), (path,), _, _ = replay(case)
    assert numpy.isfinite(path).all()
    assert numpy.abs(path[0] - numbers(parameter["w0"])).max() > 0
