"""Every loss equals what MXNet recorded: values, shapes, and gradients of the sum."""

import json
import warnings
from pathlib import Path

import numpy
import pytest

from minigrad import autograd, gluon, np

CASES = json.loads((Path(__file__).parents[2] / "data" / "losses.json").read_text())["cases"]
TOLERANCE = {"float64": 1e-6, "float32": 2e-5}  # MXNet computes log and exp of float64 in float32 here and there


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_loss_and_gradients_equal_the_recorded_ones(case):
    inputs = [None if value is None else np.array(numpy.array(value, case["dtype"])) for _, value in case["inputs"]]
    for x in inputs:
        if x is not None:
            x.attach_grad()
    loss = getattr(gluon.loss, case["loss"])(**case["kwargs"])
    with autograd.record(), warnings.catch_warnings():
        warnings.simplefilter("ignore" if case["id"] == "SCE-out-of-range" else "error")
        out = loss(*inputs)
    assert list(out.shape) == case["output_shape"]
    assert out.dtype == case["dtype"]
    tolerance = TOLERANCE[case["dtype"]]
    numpy.testing.assert_allclose(out.asnumpy(), case["output"], rtol=tolerance, atol=tolerance)
    out.backward()
    names = [name for name, _ in case["inputs"]]
    for name, recorded in case["grads_of_sum"].items():
        found = inputs[names.index(name)].grad.asnumpy()
        numpy.testing.assert_allclose(found, recorded, rtol=10 * tolerance, atol=10 * tolerance, err_msg=name)


def test_every_loss_has_a_recorded_case():
    classes = {
        name
        for name, value in vars(gluon.loss).items()
        if isinstance(value, type) and issubclass(value, gluon.loss.Loss) and value is not gluon.loss.Loss
    }
    assert {getattr(gluon.loss, c["loss"]) for c in CASES} == {getattr(gluon.loss, name) for name in classes}
