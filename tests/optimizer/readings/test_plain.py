"""The plain reading calls the rule on real arrays at every step, and gives the numbers of every other reading."""

import copy
import os
import subprocess
import sys

import numpy
import pytest
from as_written import as_written, example
from drive import drive
from table import TABLE

from minigrad import autograd, gluon, gpu, np, optimizer
from minigrad.errors import RuleError
from minigrad.optimizer import SGD, Optimizer
from minigrad.optimizer.rule import sqrt, where
from minigrad.optimizer.run import reading, run

RULES = [pytest.param(row, id=str(row)) for row in TABLE]


class Momentum(Optimizer):
    states = ("v",)

    def __init__(self, momentum=0.9, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.seen = momentum, []

    def rule(self, w, g, v, *, lr, t):
        v = self.momentum * v - lr * g
        self.seen.append((t, v))
        return w + v, v


def test_optimizer_names_it():
    assert optimizer.reading is reading


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("row", RULES)
def test_it_gives_the_numbers_of_the_text(row, dtype):
    opt = row.make()
    if opt.measured:
        pytest.skip("see the test of norms below")
    arrays, scalars = example(opt, dtype)
    g, expected = arrays[1].copy(), as_written(opt, arrays, scalars)
    with reading("plain"):
        run(opt, arrays, scalars)
    for a, b in zip([arrays[0], *arrays[2:]], expected, strict=True):
        assert a.dtype == b.dtype
        numpy.testing.assert_allclose(a, b, rtol=4 * numpy.finfo(a.dtype).eps, atol=1e-7)
    numpy.testing.assert_array_equal(arrays[1], g)


@pytest.mark.parametrize("row", RULES)
def test_training_in_it_is_training_in_numpy(row):
    paths = []
    for name in ("numpy", "plain"):
        np.random.seed(0)
        with reading(name):
            gradients = [numpy.array(row.start) * x for x in (0.5, -2.0, 0.25)]
            paths.append(drive(row.make(wd=0.0 if row.matrix else 0.1, clip_gradient=0.9), row.start, gradients))
    numpy.testing.assert_allclose(*paths, rtol=1e-12)


def test_it_keeps_what_a_list_was_given_and_changes_it_no_more():
    opt = Momentum(learning_rate=0.5)
    with reading("plain"):
        drive(opt, [1.0, 2.0], [[1.0, -1.0], [1.0, 0.0]])
    assert [t for t, _ in opt.seen] == [1, 2]
    numpy.testing.assert_allclose([v for _, v in opt.seen], [[-0.5, 0.5], [-0.95, 0.45]])
    last = opt.seen[-1][1]
    assert last.mean() == pytest.approx(-0.25)
    assert numpy.linalg.norm(last) == pytest.approx(numpy.hypot(0.95, 0.45))
    assert (last > 0).tolist() == [False, True]
    assert np.array(last).shape == (2,)
    assert float(last[0]) == -0.95


def test_an_array_shows_itself_as_numpy_would(capsys):
    class Prints(Optimizer):
        def rule(self, w, g, *, lr):
            print(g, repr(g), g[0], type(g[0]).__name__, g.shape, g.tolist(), f"{lr:.2f}")
            return w - lr * g

    with reading("plain"):
        drive(Prints(learning_rate=0.5), [[1.0, 2.0]], [[[1.0, -1.0]]])
    assert capsys.readouterr().out == ("[[ 1. -1.]] array([[ 1., -1.]]) [ 1. -1.] Look (1, 2) [[1.0, -1.0]] 0.50\n")


def test_a_notebook_that_shows_a_rule_sees_nothing_that_it_prints(capsys):
    class Prints(Optimizer):
        def rule(self, w, g, *, lr):
            print(g)
            return w - lr * g

    class OnlyPython(Prints):
        def rule(self, w, g, *, lr):
            print(g[0])
            return w - lr * g

    assert "w_t" in Prints()._repr_latex_()
    assert OnlyPython()._repr_latex_() is None
    assert capsys.readouterr().out == ""


def test_everything_can_be_looked_at(capsys):
    kept = []

    class Looks(Optimizer):
        def rule(self, w, g, *, lr):
            print(g.mean(), g.max(), numpy.linalg.norm(g), np.linalg.norm(g), numpy.round(g, 1), len(g), g.T, g[0])
            print(list(g), f"{g.mean():.2f}", round(g.mean(), 1), numpy.tanh(0 * g), g.argmax(), 3.0 in g, max(g))
            assert numpy.isfinite(g).all() and not numpy.isnan(g).any() and g.mean() < 4
            kept.extend([g.mean(), g.max().item(), g[g > 3]])
            return w - lr * g

    with reading("plain"):
        path = drive(Looks(learning_rate=0.5), [1.0, 2.0], [[3.0, 4.0]])
    assert path.tolist() == [[-0.5, 0.0]]
    assert capsys.readouterr().out == (
        "3.5 4.0 5.0 5.0 [3. 4.] 2 [3. 4.] 3.0\n[3.0, 4.0] 3.50 3.5 [0. 0.] 1 True 4.0\n"
    )
    assert [float(kept[0]) / 2, float(kept[1]), kept[2].tolist()] == [1.75, 4.0, [4.0]]
    numpy.testing.assert_array_equal(kept[0] * numpy.ones(2), [3.5, 3.5])


@pytest.mark.parametrize("copied", [lambda w: w.copy(), copy.deepcopy, copy.copy, numpy.copy])
def test_a_copy_counts_as_the_array(copied):
    class InPlace(Optimizer):
        def rule(self, w, g, *, lr):
            new = copied(w)
            new -= lr * g
            return new

    with reading("plain"):
        assert drive(InPlace(learning_rate=0.5), [1.0], [[1.0]]).tolist() == [[0.5]]


def test_looking_changes_nothing():
    class Changes(Optimizer):
        def rule(self, w, g, *, lr):
            for change in (
                lambda: g.sort(),
                lambda: g.fill(0),
                lambda: numpy.copyto(g, 0),
                lambda: numpy.add.at(g, 0, 1),
            ):
                with pytest.raises(RuleError, match="would change|is not elementwise"):
                    change()
            return w - lr * g

    with reading("plain"):
        assert drive(Changes(learning_rate=0.5), [1.0, 1.0], [[2.0, 1.0]]).tolist() == [[0.0, 0.5]]


def test_numbers_are_pythons_and_changes_in_place_reach_nothing_else():
    class Looks(Optimizer):
        states = ("v",)

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.beta, self.kinds = numpy.float64(0.5), []

        def rule(self, w, g, v, *, lr, t):
            self.kinds += [type(lr), type(t), type(self.beta)]
            before = v
            v *= self.beta
            g *= lr
            v -= g
            return w + v + 0 * before, v

    opt, w, g, v = Looks(learning_rate=0.5), np.array([1.0]), np.array([4.0]), np.array([2.0])
    with reading("plain"):
        opt.update(0, w, g, v)
    assert opt.kinds == [float, int, float]
    assert (w.item(), g.item(), v.item()) == (0.0, 4.0, -1.0)


@pytest.mark.parametrize("way", ["plain", "numpy"])
def test_whole_numbers_in_a_rule_neither_wrap_around_nor_lack_powers(way):
    class Whole(Optimizer):
        def rule(self, w, g, *, lr):
            return w - where(g > 0, 10, 1) ** 30 * g - where(g > 0, 2**70, 2) ** -1

    w, g = np.array([0.0, 0.0], dtype="float64"), np.array([1.0, -1.0], dtype="float64")
    with reading(way):
        Whole().update(0, w, g, None)
    assert w.tolist() == [-1e30, 0.5]


def test_a_scalar_result_fills_the_array_and_states_may_trade_places():
    class Swap(Optimizer):
        states = ("a", "b", "c")

        def rule(self, w, g, a, b, c, *, lr):
            return a, b, w, 0.5

    w, g = np.array([1.0, 2.0]), np.array([0.0, 0.0])
    states = tuple(np.full((2,), x) for x in (3.0, 4.0, 5.0))
    with reading("plain"):
        Swap().update(0, w, g, states)
    assert [x.asnumpy().tolist() for x in (w, *states)] == [[3, 3], [4, 4], [1, 2], [0.5, 0.5]]


def test_what_changes_from_call_to_call_may_change():
    class OwnNoise(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr / 2 * g + sqrt(lr) * numpy.random.normal(size=w.shape)

    numpy.random.seed(0)
    with reading("plain"):
        path = drive(OwnNoise(learning_rate=0.1), numpy.zeros(2000), [lambda w: w] * 100)
    assert path[-1].var() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("name", ["lamb", "lans"])
def test_norms_are_measured_on_what_the_rule_computes(name):
    paths = []
    for way in ("numpy", "plain"):
        with reading(way):
            opt = optimizer.create(name, learning_rate=0.1, wd=0.1)
            paths.append(drive(opt, [1.0, -2.0, 0.5], [[0.5, 0.25, -1.5], [0.1, -0.2, 0.3]], "float32"))
    numpy.testing.assert_allclose(*paths, rtol=1e-5)


def test_float16_is_computed_in_float32():
    class Squares(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * g * g / 1000

    with reading("plain"):
        path = drive(Squares(learning_rate=1.0), [1.0], [[300.0]], "float16")
    assert path[0, 0] == numpy.float16(1 - 90.0)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_a_weight_without_axes_is_clipped_like_any_other(dtype):
    for opt in (SGD(learning_rate=0.5, clip_gradient=0.1), SGD(learning_rate=0.5, clip_gradient=0.1, rescale_grad=2)):
        with reading("plain"):
            opt.update(0, w := np.array(1.0, dtype=dtype), np.array(3.0, dtype=dtype), None)
        assert w.dtype == dtype and w.item() == pytest.approx(0.95, rel=1e-3)


def train(ways):
    """The shapes that a rule was given, and the weights, after steps in these readings."""
    np.random.seed(7)
    net = gluon.nn.Sequential(gluon.nn.Dense(3, activation="tanh"), gluon.nn.Dense(2))
    net.initialize("xavier")
    x = np.array(numpy.random.default_rng(0).standard_normal((4, 5)).astype("float32"))
    net(x)
    opt = Shapes(learning_rate=0.5)
    trainer = gluon.Trainer(net.collect_params(), opt)
    for way in ways:
        with autograd.record():
            loss = (net(x) ** 2).sum()
        loss.backward()
        with reading(way):
            trainer.step(4)
    weights = [p.data().asnumpy() for p in net.collect_params().values()]
    return opt.shapes, weights


class Shapes(Optimizer):
    states = ("v",)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.shapes = []

    def rule(self, w, g, v, *, lr):
        if isinstance(w, numpy.ndarray):
            self.shapes.append(w.shape)
        v = 0.9 * v - lr * g
        return w + where(g > 0, v, v / 2), v


def test_a_trainer_gives_it_each_parameter_in_its_own_shape():
    shapes, _ = train(["plain"])
    assert sorted(shapes) == [(2,), (2, 3), (3,), (3, 5)]


@pytest.mark.parametrize(
    "ways", [["plain"] * 4, ["plain", "numpy", "numpy", "plain"], ["numpy", "plain", "plain", "numpy"]]
)
def test_a_trainer_may_change_between_readings_at_any_step(ways):
    _, expected = train(["numpy"] * 4)
    _, got = train(ways)
    for a, b in zip(got, expected, strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


SCRIPT = """
import numpy
from minigrad import np, optimizer

log = []

class Ball(optimizer.Optimizer):
    states = ("v",)

    def rule(self, w, g, v, *, lr):
        v = 0.5 * v - lr * g
        log.append(v)
        print("g is", g)
        return w + v, v

class Slower(optimizer.Adam):
    pass

class Adagrad(optimizer.AdaGrad):
    def rule(self, w, g, history, *, lr):
        return super().rule(w, g, history, lr=lr)

class Louder(optimizer.Nadam):
    def mu(self, t):
        print("t is", t)
        return super().mu(t)

ball, w = Ball(learning_rate=0.1), np.array([1.0, 2.0])
v = ball.create_state(0, w)
for g in ([1.0, -1.0], [0.5, 0.5]):
    ball.update(0, w, np.array(g), v)
print(w.asnumpy().round(4), len(log), ball.elementwise, Slower().elementwise)
with optimizer.reading("numpy"):
    print(ball.elementwise, Adagrad().elementwise)
louder = Louder()
louder.update(0, w, w.copy(), louder.create_state(0, w))
"""


def script(text, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text], env=os.environ | environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_is_how_rules_of_a_script_run():
    lines = script(SCRIPT)
    assert lines[:2] == ["g is [ 1. -1.]", "g is [0.5 0.5]"]
    assert lines[2:4] == ["[0.8 2.1] 2 False True", "False True"]
    assert "t is 1" in lines[4:]


def test_the_environment_chooses_it_for_every_rule():
    assert script("import minigrad; print(minigrad.optimizer.Adam().elementwise)", MINIGRAD_READING="plain") == [
        "False"
    ]


def test_it_refuses_only_while_a_rule_runs_and_nested_rules_keep_apart():
    class Inner(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * g

    class Outer(Optimizer):
        def rule(self, w, g, *, lr):
            helper = np.array([1.0])
            Inner(learning_rate=0.5).update(0, helper, np.array([1.0]), None)
            return w - lr * g * g.mean()

    with reading("plain"), pytest.raises(RuleError, match="g.mean"):
        Outer().update(0, np.array([1.0]), np.array([1.0]), None)


def test_on_a_gpu_the_text_says_whether_a_state_is_forgotten(gpus):
    class Forgets(Optimizer):
        states = ("v",)

        def rule(self, w, g, v, *, lr):
            v = 0.5 * v - lr * g
            return w + v

    class Branches(Optimizer):
        states = ("v",)
        momentum = 0.0

        def rule(self, w, g, v, *, lr):
            if self.momentum:
                v = self.momentum * v - lr * g
                return w + v, v
            return w - lr * g

    with gpu(0), reading("plain"):
        w, g, v = np.array([1.0]), np.array([1.0]), np.array([7.0])
        with pytest.raises(
            RuleError, match=r"Forgets.rule .* returns w alone, but v is computed .* `return w \+ v, v`"
        ):
            Forgets(learning_rate=0.5).update(0, w, g, v)
        Branches(learning_rate=0.5).update(0, w, g, v)
        assert (w.item(), v.item()) == (0.5, 7.0)
