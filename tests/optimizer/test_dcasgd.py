"""DCASGD with several workers is the paper's algorithm, worked in plain floats; what `pulled` refuses; older files."""

import json
from math import sqrt

import numpy
import pytest

from minigrad import autograd, gluon, kv, np, optimizer
from minigrad.errors import ArgumentError, ShapeError
from minigrad.optimizer.config import from_config

RATE, LAMDA, MEMORY, EPSILON = 0.1, 2.0, 0.9, 1e-7
TURNS = [0, 1, 0, 2, 2, 1, 0]  # which worker's gradient arrives; it then pulls again


def slope(w):
    """The gradient of a loss that is not quadratic, so that a late one differs from a fresh one."""
    return [x**3 - 0.5 for x in w]


def server(w, adaptive):
    """Algorithms 1 and 2: the server keeps a backup of what each worker has pulled."""
    backup = {worker: list(w) for worker in set(TURNS)}
    square = [0.0] * len(w)
    for worker in TURNS:
        g = slope(backup[worker])
        square = [MEMORY * s + (1 - MEMORY) * x * x for s, x in zip(square, g)]
        strength = [LAMDA / sqrt(s + EPSILON) if adaptive else LAMDA for s in square]
        w = [x - RATE * (a + k * a * a * (x - old)) for x, a, k, old in zip(w, g, strength, backup[worker])]
        backup[worker] = list(w)
        yield w


@pytest.mark.parametrize("adaptive", [False, True])
def test_several_workers_follow_the_paper(adaptive):
    opt = optimizer.DCASGD(
        learning_rate=RATE, lamda=LAMDA, **({"beta": MEMORY, "epsilon": EPSILON} if adaptive else {})
    )
    w = np.array([1.0, -0.5], dtype="float64")
    copies = {worker: w.copy() for worker in set(TURNS)}
    state = opt.create_state("w", w)
    path = []
    for worker in TURNS:
        opt.pulled("w", copies[worker])
        opt.update("w", w, np.array(slope(copies[worker].asnumpy()), dtype="float64"), state)
        copies[worker] = w.copy()
        path.append(w.asnumpy())
    expected = list(server([1.0, -0.5], adaptive))
    numpy.testing.assert_allclose(path, expected, rtol=1e-12)
    assert numpy.abs(path[-1] - numpy.array(list(server([1.0, -0.5], not adaptive))[-1])).max() > 1e-3


def test_a_copy_is_for_one_update_and_is_kept_as_it_was():
    opt, w = optimizer.DCASGD(learning_rate=0.1, lamda=1.0), np.array([1.0], dtype="float64")
    state, copy = opt.create_state(0, w), np.array([3.0], dtype="float64")
    opt.pulled(0, copy)
    copy[:] = 50.0
    opt.update(0, w, np.array([2.0]), state)
    first = 1 - 0.1 * (2 + 1.0 * 4 * (1 - 3))
    assert w.item() == pytest.approx(first, rel=1e-12)
    opt.update(0, w, np.array([2.0]), state)
    assert w.item() == pytest.approx(first - 0.1 * (2 + 1.0 * 4 * (first - 1)), rel=1e-12)


def test_a_copy_of_another_shape_is_refused_before_anything_moves():
    opt, w = optimizer.DCASGD(), np.array([1.0, 2.0])
    state = opt.create_state(0, w)
    opt.pulled(0, np.array([1.0]))
    with pytest.raises(ShapeError, match=r"pulled\(0, ...\) got the shape \(1,\); its parameter has \(2,\)"):
        opt.update(0, w, np.array([1.0, 1.0]), state)
    assert w.asnumpy().tolist() == [1.0, 2.0]


def trainer_of(opt, **more):
    """A Trainer of two layers, whose order is not that of the network, and the parameters in that of the network."""
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(3, in_units=3), gluon.nn.Dense(3, in_units=3, use_bias=False))
    net.initialize()
    params = net.collect_params()
    trainer = gluon.Trainer({name[::-1]: p for name, p in params.items()}, opt, **more)
    return net, trainer, list(params.values())


@pytest.mark.parametrize("store", [False, True], ids=["in one run", "through a store"])
@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_a_trainer_is_told_by_parameter(store, momentum):
    opt = optimizer.DCASGD(learning_rate=0.1, lamda=2.0, momentum=momentum)
    more = {"kvstore": kv.create("device"), "update_on_kvstore": True} if store else {}
    net, trainer, params = trainer_of(opt, **more)
    last = params[-1]
    before = [p.data().asnumpy().astype("float64") for p in params]
    opt.pulled(last, last.data() + 1)
    with autograd.record():
        loss = (net(np.ones((2, 3))) ** 2).sum()
    loss.backward()
    trainer.step(1)
    for p, w in zip(params, before):
        g, behind = p.grad().asnumpy().astype("float64"), -1.0 if p is last else 0.0
        numpy.testing.assert_allclose(p.data().asnumpy(), w - 0.1 * (g + 2.0 * g * g * behind), rtol=1e-4, atol=1e-5)


def test_a_trainer_refuses_at_once_what_is_not_its_own():
    opt = optimizer.DCASGD()
    _, _, params = trainer_of(opt)
    weight, bias = params[0].data(), params[1].data()
    for stranger in "0", 7, gluon.Parameter("weight", shape=(3, 3)), weight, None, 1.5:
        with pytest.raises(ArgumentError, match=r"is not a parameter of this DCASGD; expected .*: 0 \('.*'\), 1 "):
            opt.pulled(stranger, weight)
    with pytest.raises(ShapeError, match=r"got the shape \(3,\); its parameter has \(3, 3\)"):
        opt.pulled(params[0], bias)


def test_a_copy_that_waits_does_not_keep_the_optimizer_from_being_saved(tmp_path):
    opt = optimizer.DCASGD(momentum=0.5)
    _, trainer, params = trainer_of(opt)
    opt.pulled(params[0], params[0].data())
    trainer.save_states(tmp_path / "states")
    trainer.load_states(tmp_path / "states")
    assert trainer.optimizer.momentum == 0.5


def test_settings_of_older_files_are_the_constant_strength():
    config = json.loads(json.dumps(optimizer.DCASGD(momentum=0.5, lamda=0.25).get_config()))
    for new in ("beta", "epsilon"):
        del config["attributes"][new]
    opt = from_config(config)
    assert (opt.momentum, opt.lamda, opt.beta) == (0.5, 0.25, None)
    assert tuple(opt.states) == ("v", "prev")  # states are saved by their place
