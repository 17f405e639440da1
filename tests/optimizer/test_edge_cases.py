"""What every rule must survive: no gradient, no elements, one number, float16, memory that is not in order."""

import json

import numpy
import pytest
from drive import drive
from table import TABLE

from minigrad import np, optimizer, random
from minigrad.errors import ShapeError
from minigrad.optimizer.config import from_config

pytestmark = [pytest.mark.usefixtures("numpy_reading"), pytest.mark.parametrize("row", TABLE, ids=str)]


def arrays_of(state):
    return [] if state is None else [a for s in state for a in arrays_of(s)] if isinstance(state, tuple) else [state]


def gradients(row, count=4):
    rng = numpy.random.default_rng(5)
    return rng.standard_normal((count, *numpy.shape(row.start)))


@pytest.fixture(autouse=True)
def _same_noise():
    random.seed(1)


@pytest.mark.parametrize("multi_precision", [False, True])
def test_zero_gradients_in_float16_give_no_nan(row, multi_precision):
    opt = row.make(multi_precision=multi_precision)
    w = np.array(numpy.array(row.start, "float16"))
    state = opt.create_state_multi_precision(0, w)
    for _ in range(3):
        opt.update_multi_precision(0, w, np.zeros_like(w), state)
    assert w.dtype == numpy.float16
    assert all(numpy.isfinite(a.asnumpy()).all() for a in [w, *arrays_of(state)])


def test_float16_states_are_float32(row):
    opt = row.make()
    state = opt.create_state(0, np.array(numpy.array(row.start, "float16")))
    assert {a.dtype for a in arrays_of(state) if a.ndim} <= {numpy.dtype("float32")}


def test_float16_without_a_master_copy_follows_float64_to_its_precision(row):
    g = gradients(row).astype("float16")
    random.seed(1)
    low = drive(row.make(), row.start, g, "float16").astype("float64")
    random.seed(1)
    high = drive(row.make(), row.start, g, "float64")
    if row.name != "sgld":  # which draws other noise in another dtype
        assert numpy.abs(low - high).max() < 0.01


def test_multi_precision_is_ignored_for_float32(row):
    w = np.array(numpy.array(row.start, "float32"))
    plain = arrays_of(row.make().create_state(0, w))
    assert len(arrays_of(row.make(multi_precision=True).create_state_multi_precision(0, w))) == len(plain)


def test_a_master_copy_keeps_what_float16_would_lose(row):
    opt = row.make(multi_precision=True)
    w = np.array(numpy.array(row.start, "float16"))
    master, _ = state = opt.create_state_multi_precision(0, w)
    for g in gradients(row):
        opt.update_multi_precision(0, w, np.array(g.astype("float16")), state)
    assert master.dtype == numpy.float32
    assert (w.asnumpy() == master.asnumpy().astype("float16")).all()
    assert (w.asnumpy() != master.asnumpy()).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_zero_gradients_give_no_nan(row, dtype):
    assert numpy.isfinite(drive(row.make(), row.start, numpy.zeros((3, *numpy.shape(row.start))), dtype)).all()


def test_a_weight_of_zeros_gives_no_nan(row):
    assert numpy.isfinite(drive(row.make(), numpy.zeros_like(row.start), gradients(row))).all()


def test_a_rate_of_0_moves_nothing(row):
    if row.name == "adadelta":  # which has no rate
        return
    opt = row.make(learning_rate=0.0, wd=0.0 if row.matrix else 0.1)
    opt.clip_weights = None
    assert (drive(opt, row.start, gradients(row)) == row.start).all()


def test_dtypes_stay(row):
    for dtype in ("float32", "float64"):
        w = np.array(numpy.array(row.start, dtype))
        state = row.make().create_state(0, w)
        row.make().update(0, w, w.copy(), state)
        assert w.dtype == dtype
        assert {a.dtype for a in arrays_of(state) if a.ndim} <= {numpy.dtype(dtype)}


def test_a_parameter_without_elements(row):
    shape = (0, 3) if row.matrix else (0,)
    assert drive(row.make(), numpy.zeros(shape), [numpy.zeros(shape)] * 2).shape == (2, *shape)


def test_a_parameter_that_is_one_number(row):
    if row.matrix:
        with pytest.raises(ShapeError, match=r"rows of matrices.*shape \(\)"):
            row.make().create_state(0, np.array(1.0))
        return
    alone = drive(row.make(), 1.0, [0.5, -0.25, 1.0])
    assert alone.shape == (3,)
    random.seed(1)
    assert numpy.allclose(alone, drive(row.make(), [1.0], [[0.5], [-0.25], [1.0]])[:, 0], rtol=1e-12)


def test_the_gradient_is_not_changed(row):
    opt = row.make(rescale_grad=0.5, clip_gradient=0.1, wd=0.0 if row.matrix else 0.1)
    w, g = np.array(numpy.array(row.start)), np.array(gradients(row)[0])
    before, state = g.asnumpy(), opt.create_state(0, w)
    for _ in range(4):
        opt.update(0, w, g, state)
    assert (g.asnumpy() == before).all()


def test_a_parameter_never_updated_keeps_state_and_count(row):
    opt = row.make()
    ws = [np.array(numpy.array(row.start)) for _ in range(2)]
    states = [opt.create_state(i, w) for i, w in enumerate(ws)]
    before = [a.asnumpy() for a in arrays_of(states[1])]
    opt.update(0, ws[0], np.array(gradients(row)[0]), states[0])
    assert 1 not in opt._index_update_count
    assert (ws[1].asnumpy() == row.start).all()
    assert all((a.asnumpy() == b).all() for a, b in zip(arrays_of(states[1]), before))


def test_memory_that_is_not_in_order(row):
    g, shape = gradients(row), numpy.shape(row.start)
    expected = drive(row.make(), row.start, g)
    random.seed(1)
    room = numpy.full((*shape[:-1], 3 * shape[-1]), 7.0)
    room[..., ::3] = row.start
    w, opt = optimizer.optimizer.Tensor(room[..., ::3]), row.make()
    state = opt.create_state(0, w)
    for x in g:
        opt.update(0, w, np.array(x), state)
    assert numpy.allclose(room[..., ::3], expected[-1], rtol=1e-12)
    assert (room[..., 1::3] == 7).all()


def test_side_by_side_as_apart(row):
    opt, apart = row.make(), row.make()
    if not opt.elementwise:
        pytest.skip("its step depends on the whole parameter, so a Trainer updates parameters one by one")
    g = gradients(row)
    paths = [drive(apart, row.start[i : i + 1], g[:, i : i + 1], index=i)[-1] for i in range(2)]
    w = numpy.array(row.start)
    states = [a.data for a in arrays_of(opt.create_state(0, np.array(w)))]
    for x in g:
        opt.step_group([0, 1], w, x, states)
    if row.name != "sgld":
        assert numpy.allclose(w, numpy.concatenate(paths), rtol=1e-12)
    assert opt._index_update_count == {0: 4, 1: 4}


def test_saved_and_restored_in_mid_flight_it_goes_on_as_before(row):
    g = gradients(row, 6)
    opt = row.make(wd=0.0 if row.matrix else 0.1)
    w = np.array(numpy.array(row.start))
    state = opt.create_state("w", w)
    for k, x in enumerate(g):
        if k == 3:
            twin = from_config(json.loads(json.dumps(opt.get_config())))
            w2 = w.copy()
            copies = [optimizer.optimizer.Tensor(a.data.copy()) for a in arrays_of(state)]
            state2 = tuple(copies) if isinstance(state, tuple) else copies[0] if copies else None
        opt.update("w", w, np.array(x), state)
    random.seed(1)
    if row.name == "sgld":
        for _ in range(3):
            random.normal(0, 1, shape=numpy.shape(row.start), dtype="float64")
    for x in g[3:]:
        twin.update("w", w2, np.array(x), state2)
    assert (w.asnumpy() == w2.asnumpy()).all()
    assert repr(twin) == repr(opt)


def test_its_repr_makes_it_again(row):
    opt = row.make(clip_gradient=0.5)
    again = eval(repr(opt), vars(optimizer))
    assert again.get_config() == opt.get_config()


def test_a_number_that_cannot_be_meant_is_repeated(row):
    for name, value in [("learning_rate", -0.1), ("learning_rate", float("nan")), ("wd", -1), ("wd", "0.1")]:
        with pytest.raises(ValueError, match=f"{name}={value!r}"):
            row.make(**{name: value})
    own = {"momentum": 1.0, "beta1": 1.5, "beta2": -0.1, "rho": 2, "epsilon": -1e-8, "lamda1": -1, "eta": -1}
    for name, value in own.items():
        if hasattr(row.make(), name):
            with pytest.raises(ValueError, match=f"{name}={value!r} cannot be used; expected"):
                row.make(**{name: value})


def test_an_unknown_argument_is_named_and_a_known_one_suggested(row):
    with pytest.raises(TypeError, match=r"no argument 'learning_rat'.*'learning_rate'"):
        row.make(learning_rat=0.1)
