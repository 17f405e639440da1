"""The tape: what NumPy is asked for is noted as text that does the same again; what cannot be noted is refused."""

import numpy
import pytest

from minigrad.device import xp_of
from minigrad.gluon.replay.tape import Tape, Traced, Unreplayable

A = numpy.random.default_rng(0).standard_normal((3, 4)).astype("float32")
B = numpy.random.default_rng(1).standard_normal((3, 4)).astype("float32")


def noted(compute, *arrays):
    """The tape of a computation, and its result."""
    tape = Tape()
    given = [Traced(tape, a.copy(), name) for a, name in zip(arrays, "ab")]
    return tape, compute(xp_of(given[0]), *given)


def again(tape, result, *arrays):
    """The result for other arrays, from the text alone."""
    names = dict(tape.names) | dict(zip("ab", arrays))
    for line in tape.lines:
        exec(line.text if line.made is None else f"{line.made.text} = {line.text}", names)
    return eval(result.text, names)


COMPUTATIONS = {
    "functions": lambda xp, a, b: xp.maximum(xp.exp(a), 0.5) - xp.sqrt(xp.abs(b)),
    "operators": lambda xp, a, b: -(a + 1.5) * b / (2 - a) + abs(a),
    "powers": lambda xp, a, b: a**2 + (a * a + 1) ** 0.5 + (b * b) ** 1.7,
    "comparisons": lambda xp, a, b: (a < b) * 1.0 + (a >= 0) + (a == b) + (a != 0) + (a > 1) + (b <= 0),
    "methods": lambda xp, a, b: a.sum(axis=0) + b.max(0) + a.reshape(4, 3).T.mean(axis=0, keepdims=True).sum(),
    "reductions": lambda xp, a, b: xp.sum(a, axis=1, keepdims=True) + xp.max(b, axis=(0, 1)),
    "views": lambda xp, a, b: a.T[1:, ::2] + b[:2, 1:].T[..., :2] + xp.reshape(a, (4, 3))[:3, None, 0],
    "products": lambda xp, a, b: xp.dot(a, b.T) + xp.matmul(b, xp.swapaxes(a, 0, 1)),
    "lists": lambda xp, a, b: xp.concatenate([a, b, a], axis=1) + xp.stack((a, b))[:, :1, :1].sum(),
    "constants": lambda xp, a, b: a * xp.arange(4) + xp.full((3, 1), 2.5) + numpy.float32(3) + numpy.ones((3, 4)) * b,
    "written in place": lambda xp, a, b: xp.add(xp.exp(a), b, out=xp.sqrt(xp.abs(a))),
    "zeros of both signs": lambda xp, a, b: xp.copysign(a, 0.0) + xp.copysign(b, -0.0),
    "infinite": lambda xp, a, b: xp.minimum(a, float("inf")) + xp.where(b > 0, a, float("-inf")),
    "dtypes": lambda xp, a, b: a.astype(numpy.float64) + b.astype("int32") + xp.asarray(a, dtype=xp.float64),
    "itself": lambda xp, a, b: xp.asarray(a),
}


@pytest.mark.parametrize("name", COMPUTATIONS)
def test_the_text_does_the_same_again_on_other_arrays(name):
    compute = COMPUTATIONS[name]
    tape, result = noted(compute, A, B)
    for a, b in ((A, B), (B, A), (A * 2, A + 1)):
        expected = compute(numpy, a.copy(), b.copy())
        found = again(tape, result, a.copy(), b.copy())
        assert found.tobytes() == expected.tobytes()
        assert found.dtype == expected.dtype


def accumulated(xp, a, b):
    y = xp.exp(a)
    y += b
    y[0] = 1.0
    y[1:, 0] *= 2
    return y


def test_changes_in_place_of_what_was_made_are_noted():
    tape, result = noted(accumulated, A, B)
    assert again(tape, result, B, A).tobytes() == accumulated(numpy, B, A).tobytes()


@pytest.mark.parametrize(
    "compute",
    [
        lambda xp, a: a if a.sum() > 0 else -a,
        lambda xp, a: a * float(a[0, 0]),
        lambda xp, a: a * int(a[0, 0]),
        lambda xp, a: a * a[0, 0].item(),
        lambda xp, a: a * max(a.tolist()[0]),
        lambda xp, a: sum(a),
        lambda xp, a: numpy.exp(a),
        lambda xp, a: numpy.asarray(a),
        lambda xp, a: xp.linalg.norm(a),
        lambda xp, a: xp.modf(a)[0],
        lambda xp, a: xp.add(a, 1.0, out=a),
        lambda xp, a: a.__setitem__(0, 1.0),
        lambda xp, a: a.sort(),
        lambda xp, a: xp.copyto(a, 1.0),
        lambda xp, a: xp.exp(a.T, out=a.T),
    ],
)
def test_what_depends_on_values_or_changes_what_was_given_is_refused(compute):
    with pytest.raises((Unreplayable, TypeError)):
        noted(compute, A)


def test_shapes_and_dtypes_can_be_asked_for():
    _, result = noted(lambda xp, a: a.reshape(a.shape[0] * len(a[0])) * a.ndim * a.size, A)
    assert (result.shape, result.dtype) == ((12,), "float32")
