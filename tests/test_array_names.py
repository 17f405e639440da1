"""`nd` and `npx` against MXNet 1.9.1: values, shapes and dtypes of recorded calls, which are the keys of the file."""

import json
from pathlib import Path

import numpy
import pytest

from minigrad import nd, np, npx

RECORDED = json.loads((Path(__file__).parent / "data" / "array_names.json").read_text())
CALLS = [(names, call) for names in ("nd", "npx") for call in RECORDED[names]]


@pytest.fixture
def inputs():
    return {
        name: np.array(numpy.array(a["values"], "float32").reshape(a["shape"]))
        for name, a in RECORDED["inputs"].items()
    }


def agree(found, recorded):
    if isinstance(recorded, list):
        assert len(found) == len(recorded)
        for f, r in zip(found, recorded):
            agree(f, r)
        return
    expected = numpy.array(recorded["values"]).reshape(recorded["shape"])
    assert found.shape == expected.shape
    assert found.dtype == recorded["dtype"]
    numpy.testing.assert_allclose(found.asnumpy(), expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("names", "call"), CALLS, ids=[call for _, call in CALLS])
def test_a_call_gives_what_mxnet_gives(names, call, inputs):
    agree(eval(call, {"nd": nd, "np": np, "npx": npx}, inputs), RECORDED[names][call])
