"""A weight that is cast while it is trained keeps what the optimizer remembers of it."""

import numpy
import pytest

from minigrad import autograd, gluon, np, optimizer
from minigrad.errors import FileError, UsageError

# The same gradients on float64, where nothing is rounded, and with every step in plain numbers
FIRST, GRADIENTS = numpy.array([[1.0, 2.0], [3.0, 4.0]]), (0.5, -0.25, 1.0, 0.5, 0.25)
RULES = {
    "sgd": {"learning_rate": 0.1, "momentum": 0.9},
    "lars": {"learning_rate": 0.5, "momentum": 0.9, "eta": 0.1},
    "lamb": {"learning_rate": 0.1},
    "groupadagrad": {"learning_rate": 0.1},
    "lbsgd": {"learning_rate": 0.1, "momentum": 0.9, "batch_scale": 2, "warmup_epochs": 0},
}


def by_hand(name):
    w, v, m, s, h, total = FIRST, 0.0, 0.0, 0.0, 0.0, 0.0
    norm = numpy.linalg.norm
    for t, number in enumerate(GRADIENTS, 1):
        g = number * FIRST
        if name == "sgd":
            v = 0.9 * v - 0.1 * g
        elif name == "lars":
            v = 0.9 * v - 0.5 * 0.1 * norm(w) / norm(g) * g
        elif name == "lbsgd":
            total = total + g
            if t % 2:
                continue
            v, total = 0.9 * v - 0.1 * 2 * total / 2, 0.0
        elif name == "groupadagrad":
            h = h + (g**2).mean(axis=1, keepdims=True)
            v = -0.1 * g / numpy.sqrt(h + 1e-5)
        else:
            m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
            r = m / (1 - 0.9**t) / (numpy.sqrt(s / (1 - 0.999**t)) + 1e-6)
            v = -0.1 * norm(w) / norm(r) * r
        w = w + v
    return w


def step(p, number):
    with autograd.record():
        y = (p.data() * np.array(number * FIRST, dtype=p.dtype)).sum()
    y.backward()


@pytest.mark.parametrize("multi_precision", [True, False])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("float16", "float32"),
        ("float32", "float16"),
        ("float16", "float64"),
        ("float64", "float16"),
        ("float32", "float64"),
    ],
)
@pytest.mark.parametrize("name", RULES)
def test_a_cast_between_steps_changes_nothing_but_the_digits(name, before, after, multi_precision):
    p = gluon.Parameter("net_weight", shape=(2, 2), dtype=before)
    p.initialize()
    p.set_data(FIRST)
    trainer = gluon.Trainer([p], name, {**RULES[name], "multi_precision": multi_precision})
    for k, number in enumerate(GRADIENTS):
        if k == 3:
            p.cast(after)
        step(p, number)
        trainer.step(1)
    assert p.data().dtype == after
    numpy.testing.assert_allclose(p.data().asnumpy(), by_hand(name), rtol=4e-3)
    state = trainer._updaters[0].states[0]
    assert isinstance(state, tuple) or not multi_precision or after != "float16"
    assert {x.dtype.name for x in trainer.states(p).values()} == {"float64" if after == "float64" else "float32"}


def test_a_parameter_that_begins_to_learn_after_a_cast_is_stepped_with_the_others():
    """Frozen, it has no state yet, and so never had a master copy; the other one has lost its own."""
    ps = [gluon.Parameter(f"p{i}_weight", shape=(2, 2), dtype="float16") for i in range(2)]
    for p in ps:
        p.initialize()
        p.set_data(FIRST)
    ps[1].grad_req = "null"
    trainer = gluon.Trainer(ps, "sgd", {"learning_rate": 0.1, "momentum": 0.9, "multi_precision": True})
    w, v = [FIRST, FIRST], [0.0, 0.0]
    for k in range(4):
        if k == 2:
            for p in ps:
                p.cast("float32")
            ps[1].grad_req = "write"
        for i, p in enumerate(ps[: 1 + (k >= 2)]):
            step(p, 0.5)
            v[i] = 0.9 * v[i] - 0.1 * 0.5 * FIRST
            w[i] = w[i] + v[i]
        trainer.step(1)
    for p, expected in zip(ps, w):
        numpy.testing.assert_allclose(p.data().asnumpy(), expected, rtol=1e-3)


def test_a_cast_after_states_were_loaded_is_followed_too(tmp_path):
    p = gluon.Parameter("net_weight", shape=(2, 2), dtype="float16")
    p.initialize()
    p.set_data(FIRST)
    arguments = {**RULES["lars"], "multi_precision": True}
    trainer = gluon.Trainer([p], "lars", arguments)
    for k, number in enumerate(GRADIENTS):
        if k == 3:
            trainer.save_states(tmp_path / "states")
            trainer = gluon.Trainer([p], "lars", arguments)
            trainer.load_states(tmp_path / "states")
            p.cast("float32")
        step(p, number)
        trainer.step(1)
    numpy.testing.assert_allclose(p.data().asnumpy(), by_hand("lars"), rtol=4e-3)


def test_an_updater_follows_a_cast():
    update = optimizer.get_updater(optimizer.SGD(multi_precision=True, **RULES["sgd"]))
    w = np.array(FIRST, dtype="float16")
    for k, number in enumerate(GRADIENTS):
        w = w.astype("float32") if k == 3 else w
        update(0, np.array(number * FIRST), w)
    numpy.testing.assert_allclose(w.asnumpy(), by_hand("sgd"), rtol=1e-3)


def test_states_of_ones_own_in_another_dtype_stay_as_they_are():
    class Sum(optimizer.Optimizer):
        def create_state(self, index, weight):
            return np.zeros(weight.shape, dtype="float64")

        def update(self, index, weight, grad, state):
            self._update_count(index)
            state += grad.astype("float64")
            weight[...] = -state

    p = gluon.Parameter("net_weight", shape=(2, 2))
    p.initialize()
    trainer = gluon.Trainer([p], Sum())
    for number in (1e8, 1.0, -1e8):  # in float32 the 1 is lost
        step(p, number)
        trainer.step(1)
    assert p.data().tolist() == (-FIRST).tolist()


@pytest.mark.parametrize("name", ["sgd", "lbsgd", "lars", "dcasgd"])
def test_the_pair_of_a_master_copy_and_a_state_is_no_state_of_update(name):
    """The master copy would be taken for the velocity."""
    opt = optimizer.create(name, momentum=0.9, multi_precision=True)
    w = np.array(FIRST, dtype="float16")
    state = opt.create_state_multi_precision(0, w)
    with pytest.raises((UsageError, TypeError), match="state"):
        opt.update(0, w, np.ones((2, 2)), state)
    assert w.tolist() == FIRST.tolist()


@pytest.mark.parametrize(("there", "here"), [("float16", "float32"), ("float32", "float16")])
def test_states_with_a_master_copy_are_not_loaded_for_a_weight_that_has_none(there, here, tmp_path):
    """Nadam's files may have one array more, from earlier versions: its master copy became its mean."""
    p = gluon.Parameter("net_weight", shape=(2, 2), dtype=there)
    p.initialize()
    p.set_data(FIRST)
    trainer = gluon.Trainer([p], "nadam", {"multi_precision": True})
    step(p, 1.0)
    trainer.step(1)
    trainer.save_states(tmp_path / "states")
    p.cast(here)
    trainer = gluon.Trainer([p], "nadam", {"multi_precision": True})
    with pytest.raises(FileError, match=f"'net_weight' is {here} here and has .* float32 master copy"):
        trainer.load_states(tmp_path / "states")
    assert trainer.states(p) == {}
    p.cast(there)
    trainer = gluon.Trainer([p], "nadam", {"multi_precision": True})
    trainer.load_states(tmp_path / "states")
    p.cast(here)
    step(p, 1.0)
    trainer.step(1)
    mean = 0.9 * 0.1 * FIRST + 0.1 * FIRST
    numpy.testing.assert_allclose(trainer.states(p)["mean"].asnumpy(), mean, rtol=1e-6)
