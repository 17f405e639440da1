"""The base class: counts, rates, multipliers, schedules, states, and what it says when something cannot be meant."""

import numpy
import pytest
from drive import drive

from minigrad import np, optimizer
from minigrad.errors import ArgumentError, KeywordError, ScheduleError, ShapeError, UsageError
from minigrad.lr_scheduler import CosineScheduler, FactorScheduler, PolyScheduler
from minigrad.optimizer import SGD, Adam, Nadam, Optimizer

pytestmark = pytest.mark.usefixtures("numpy_reading")


class Parameter:
    def __init__(self, name, lr_mult=1.0, wd_mult=1.0):
        self.name, self.lr_mult, self.wd_mult = name, lr_mult, wd_mult


def one(value=1.0):
    return np.array(numpy.array([value]))


# Counts


def test_every_parameter_has_its_own_count_and_num_update_is_the_largest():
    opt = SGD()
    for index in (0, 0, 0, "bias", 1, 1):
        opt.update(index, one(), one(), None)
    assert opt._index_update_count == {0: 3, "bias": 1, 1: 2}
    assert opt.num_update == 3


def test_several_indices_are_counted_at_once():
    opt = SGD()
    opt._update_count([0, 1])
    opt._update_count((1, "a"))
    assert opt._index_update_count == {0: 1, 1: 2, "a": 1}


def test_counts_start_at_begin_num_update():
    opt = SGD(begin_num_update=4)
    assert opt.num_update == 4
    opt._update_count(0)
    assert (opt._index_update_count[0], opt.num_update) == (5, 5)


def test_the_first_step_after_begin_num_update_has_the_next_t():
    # Adam's corrections at t = 11 are those of a mean that began long ago.
    moved = 1 - drive(Adam(begin_num_update=10, epsilon=0), [1.0], [[0.5]])[0, 0]
    assert moved == pytest.approx(0.001 * (0.1 / (1 - 0.9**11)) / numpy.sqrt(0.001 / (1 - 0.999**11)))


# Rates and schedules


def test_the_rate_is_0_01_without_any():
    assert SGD().learning_rate == 0.01
    assert drive(SGD(), [1.0], [[1.0]])[0] == 0.99


def test_a_rate_of_0_is_allowed():
    assert drive(SGD(learning_rate=0), [1.0], [[1.0]])[0] == 1


def test_the_schedule_is_asked_after_counting():
    asked = []

    def schedule(num_update):
        asked.append(num_update)
        return 0.5

    opt = SGD(lr_scheduler=schedule)
    opt.update(0, one(), one(), None)
    opt.update(0, one(), one(), None)
    assert asked == [1, 2]


def test_a_skipped_parameter_gets_the_rate_of_the_latest_update():
    opt = SGD(lr_scheduler=lambda k: 1.0 / k)
    for _ in range(3):
        opt._update_count(0)
    opt._update_count(1)
    assert opt._get_lr(1) == 1 / 3


@pytest.mark.parametrize("make", [FactorScheduler, PolyScheduler, CosineScheduler])
def test_an_explicit_rate_overrides_the_schedule_and_its_warm_up(make):
    kind = {"step": 100} if make is FactorScheduler else {"max_update": 100}
    schedule = make(base_lr=0.1, warmup_steps=4, **kind)
    opt = Adam(learning_rate=0.001, lr_scheduler=schedule)  # Adam's default, but given
    assert opt.lr_scheduler(2) == 0.0005
    assert opt.lr_scheduler(4) == 0.001


def test_a_default_rate_never_overrides_the_schedule():
    for cls in (SGD, Adam, optimizer.Ftrl, optimizer.Signum):
        assert cls(lr_scheduler=FactorScheduler(step=10, base_lr=0.3))._get_lr(0) == 0.3


def test_a_rate_beside_a_callable_without_a_base_is_refused():
    with pytest.raises(ArgumentError, match=r"learning_rate=0.1 cannot override .* no base_lr"):
        SGD(learning_rate=0.1, lr_scheduler=lambda k: 1.0)


def test_a_schedule_must_be_callable():
    with pytest.raises(KeywordError, match=r"lr_scheduler=0.1 is not a schedule"):
        SGD(lr_scheduler=0.1)


@pytest.mark.parametrize("rate", [None, "fast", numpy.nan, np.array(numpy.inf), [0.1], -0.1])
def test_what_a_schedule_returns_must_be_a_number_that_a_rate_can_be(rate):
    """None is what a function without `return` gives; NaN made every weight NaN; a line that falls below 0 climbs."""
    opt, w = SGD(lr_scheduler=lambda k: rate), np.array([1.0])
    with pytest.raises(ArgumentError, match=r"the rate of update 1=.* cannot be used; expected a number of at least 0"):
        opt.update(0, w, np.array([1.0]), opt.create_state(0, w))
    assert w.item() == 1


def test_noise_has_no_negative_variance():
    opt, w = optimizer.SGLD(learning_rate=0.5), np.array([1.0])
    opt.lr = -0.5  # what a user may assign
    with pytest.raises(ArgumentError, match=r"the rate, a variance,=-0\.5 cannot be used"):
        opt.update(0, w, np.array([1.0]), None)
    assert w.item() == 1


@pytest.mark.parametrize("rate", [0.5, numpy.float32(0.5), numpy.array(0.5), np.array(0.5), np.array([0.5])])
def test_a_schedule_may_return_any_kind_of_number(rate):
    opt, w = SGD(lr_scheduler=lambda k: rate), np.array([1.0])
    opt.update(0, w, np.array([1.0]), opt.create_state(0, w))
    assert w.item() == 0.5


def test_learning_rate_is_the_schedule_at_the_updates_done():
    opt = SGD(lr_scheduler=lambda k: 10.0 + k)
    assert opt.learning_rate == 10
    opt._update_count(0)
    assert opt.learning_rate == 11


def test_set_learning_rate_sets_it_unless_a_schedule_decides():
    opt = SGD(learning_rate=0.5)
    opt.set_learning_rate(0.25)
    assert opt.learning_rate == 0.25
    with pytest.raises(ArgumentError, match="learning_rate=-1"):
        opt.set_learning_rate(-1)
    with pytest.raises(ScheduleError, match=r"cannot be set to 0\.1") as caught:
        SGD(lr_scheduler=lambda k: 1.0).set_learning_rate(0.1)
    assert isinstance(caught.value, UserWarning)


@pytest.mark.parametrize("schedule", [CosineScheduler(100), PolyScheduler(100), FactorScheduler(100)])
def test_what_is_advised_where_a_schedule_decides_sets_the_rate(schedule):
    """It was `base_lr`, which a cosine does not look at after it has begun."""
    opt = SGD(lr_scheduler=schedule)
    with pytest.raises(ScheduleError, match=r"call its set_base\(\)"):
        opt.set_learning_rate(0.5)
    schedule.set_base(0.5)
    assert opt.learning_rate == 0.5


# Multipliers


def test_multipliers_by_index_by_name_and_by_parameter():
    opt = SGD(learning_rate=1.0, wd=1.0, param_idx2name={0: "a_weight", 1: "b_weight", 2: "c_weight"})
    opt.set_lr_mult({0: 0.5, "b_weight": 0.25})
    assert opt._get_lrs([0, 1, 2]) == [0.5, 0.25, 1]
    opt.set_wd_mult({"c_weight": 3.0})
    assert opt._get_wds([0, 1, 2]) == [1, 1, 3]
    opt.param_dict = {0: Parameter("a_weight", lr_mult=2.0, wd_mult=4.0)}
    assert (opt._get_lr(0), opt._get_wd(0)) == (2, 4)


def test_an_index_goes_before_a_name():
    opt = SGD(learning_rate=1.0, param_idx2name={0: "a_weight"})
    opt.set_lr_mult({0: 0.5, "a_weight": 0.25})
    assert opt._get_lr(0) == 0.5


def test_an_index_may_itself_be_a_name():
    opt = SGD(learning_rate=1.0)
    opt.set_lr_mult({"a": 0.5})
    assert (opt._get_lr("a"), opt._get_lr("b")) == (0.5, 1)


def test_setting_multipliers_again_forgets_the_others():
    opt = SGD(learning_rate=1.0)
    opt.set_lr_mult({0: 0.5})
    opt.set_lr_mult({1: 0.5})
    assert opt._get_lrs([0, 1]) == [1, 0.5]


def test_only_weights_and_gammas_decay_when_parameters_are_known_by_name_alone():
    names = dict(enumerate(["fc_weight", "fc_bias", "bn_gamma", "bn_beta"]))
    assert SGD(wd=1.0, param_idx2name=names)._get_wds([0, 1, 2, 3]) == [1, 0, 1, 0]
    assert optimizer.LARS(wd=1.0, param_idx2name=names)._get_wds([0, 1, 2, 3]) == [1, 0, 0, 0]
    opt = SGD(wd=1.0, param_idx2name=names)
    opt.set_wd_mult({"fc_bias": 0.5})
    assert opt._get_wds([0, 1, 2, 3]) == [1, 0.5, 1, 0]


def test_with_parameters_everything_decays():
    opt = SGD(wd=1.0, param_idx2name={0: "fc_bias"}, param_dict={0: Parameter("fc_bias")})
    assert opt._get_wd(0) == 1


def test_a_changed_multiplier_of_a_parameter_takes_effect_at_once():
    p = Parameter("w")
    opt = SGD(learning_rate=1.0, param_dict={0: p})
    p.lr_mult = 0.5
    assert opt._get_lr(0) == 0.5


def test_a_multiplier_that_could_have_no_effect_is_not_taken_in_silence():
    opt = SGD(param_idx2name={0: "fc_weight"})
    with pytest.raises(ArgumentError, match=r"unknown parameter 'fc_wieght'; did you mean 'fc_weight'"):
        opt.set_lr_mult({"fc_wieght": 0.5})
    opt = SGD(param_dict={0: Parameter("fc_weight")})
    for key in (0, "fc_weight"):
        with pytest.warns(UserWarning, match=r"lr_mult of 'fc_weight' stays as it is.*set parameter.lr_mult"):
            opt.set_lr_mult({key: 0.5})
    with pytest.raises(ArgumentError, match=r"wd_mult of 0=-1 cannot be used"):
        SGD().set_wd_mult({0: -1})


def test_lars_leaves_biases_to_the_plain_rate():
    g = [[30.0, 40.0]]
    scaled = drive(optimizer.LARS(learning_rate=1.0, eta=0.1), [3.0, 4.0], g)[0]
    assert numpy.linalg.norm(scaled - [3, 4]) == pytest.approx(0.5)
    for known in ({"param_idx2name": {0: "fc_bias"}}, {"param_dict": {0: Parameter("fc_bias")}}):
        assert drive(optimizer.LARS(learning_rate=1.0, eta=0.1, **known), [3.0, 4.0], g)[0] == pytest.approx([-27, -36])


def test_lars_corrects_the_momentum_of_every_parameter_when_the_rate_changes():
    opt = optimizer.LARS(learning_rate=1.0, momentum=0.5, param_idx2name={i: f"b{i}_bias" for i in range(6)})
    ws = [one() for _ in range(6)]
    states = [opt.create_state(i, w) for i, w in enumerate(ws)]
    for rate in (1.0, 0.25):
        opt.set_learning_rate(rate)
        for i, w in enumerate(ws):
            opt.update(i, w, one(), states[i])
    # v: -1, then 0.5 * (0.25 / 1) * -1 - 0.25 = -0.375
    assert [w.item() for w in ws] == [1 - 1 - 0.375] * 6


@pytest.mark.parametrize("cls", [optimizer.LARS, optimizer.LAMB, optimizer.LANS])
def test_without_length_or_without_gradient_the_trust_is_1(cls):
    assert drive(cls(learning_rate=0.1), [0.0, 0.0], [[1.0, -1.0]])[0] == pytest.approx([-0.1, 0.1], rel=1e-5)
    assert list(drive(cls(learning_rate=0.1), [1.0, 2.0], [[0.0, 0.0]])[0]) == [1, 2]


# Gradient: rescale, clip, decay


def test_the_gradient_is_rescaled_then_clipped_then_decay_is_added():
    w = drive(SGD(learning_rate=1.0, rescale_grad=0.5, clip_gradient=0.75, wd=0.5), [2.0, 2.0], [[8.0, 1.0]])[0]
    assert list(w) == [2 - (0.75 + 1), 2 - (0.5 + 1)]


@pytest.mark.parametrize("off", [None, 0, -1])
def test_no_clipping_without_a_positive_limit(off):
    assert drive(SGD(learning_rate=1.0, clip_gradient=off), [0.0], [[8.0]])[0] == -8


# States


def test_a_state_is_none_an_array_or_a_tuple():
    assert SGD().create_state(0, one()) is None
    v = SGD(momentum=0.9).create_state(0, one())
    assert (v.shape, v.dtype) == ((1,), "float64")
    assert [s.shape for s in Nadam().create_state(0, one())] == [(1,), (1,)]


def test_a_graph_recorded_with_the_old_weight_says_so():
    from minigrad import autograd
    from minigrad.errors import GraphError

    w = one(2.0)
    w.attach_grad()
    with autograd.record():
        y = w * w
    y.backward(retain_graph=True)
    SGD().update(0, w, w.grad, None)
    with pytest.raises(GraphError):
        y.backward()


# One's own optimizer


def test_an_optimizer_of_ones_own_in_the_guides_three_steps():
    class Own(Optimizer):
        def __init__(self, learning_rate=0.1, momentum=0.5, **kwargs):
            super().__init__(learning_rate=learning_rate, **kwargs)
            self.momentum = momentum

        def create_state(self, index, weight):
            return np.zeros_like(weight)

        def update(self, index, weight, grad, state):
            self._update_count(index)
            state[:] = self.momentum * state - self.learning_rate * grad * self.rescale_grad
            weight[:] += state

    gradients = [[1.0], [0.5], [-0.25]]
    expected = drive(SGD(learning_rate=0.1, momentum=0.5, rescale_grad=0.5), [1.0], gradients)
    assert drive(Own(rescale_grad=0.5), [1.0], gradients) == pytest.approx(expected)
    low = drive(Own(rescale_grad=0.5, multi_precision=True), [1.0], gradients, "float16")
    assert low == pytest.approx(expected, abs=1e-3)
    assert repr(Own()) == "Own(learning_rate=0.1, momentum=0.5)"
    assert not Own().elementwise
    assert Own()._repr_latex_() is None  # Jupyter falls back on the repr


def test_an_optimizer_of_ones_own_as_a_rule():
    class Own(Optimizer):
        states = ("v",)

        def rule(self, w, g, v, *, lr):
            v = 0.5 * v - lr * g
            return w + v, v

    gradients = [[1.0], [0.5], [-0.25]]
    expected = drive(SGD(learning_rate=0.1, momentum=0.5, wd=0.1), [1.0], gradients)
    assert drive(Own(learning_rate=0.1, wd=0.1), [1.0], gradients) == pytest.approx(expected)
    assert Own().elementwise
    assert r"\eta g_t" in Own().equation()
    assert Own()._repr_latex_() == f"$${Own().equation()}$$\n\n$${Own().legend()}$$"


def test_an_optimizer_that_cannot_step_says_what_to_define():
    class Own(Optimizer):
        pass

    with pytest.raises(UsageError, match=r"Own says nothing about how to step; define `rule\(self, w, g, \*, lr\)`"):
        Own().update(0, one(), one(), None)


def test_repr_reads_like_the_code():
    assert repr(Adam()) == "Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)"
    assert repr(SGD(momentum=0.5, wd=0.1)) == "SGD(learning_rate=0.01, momentum=0.5, wd=0.1)"


def test_a_first_step_can_be_profiled():
    import cProfile

    class Own(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * g

    profile = cProfile.Profile()
    with profile:
        drive(Own(learning_rate=0.5), [1.0], [[1.0]])
    assert any("drive" in str(entry.code) for entry in profile.getstats())


def test_several_parameters_are_updated_one_by_one():
    alone, together = Adam(learning_rate=0.5), Adam(learning_rate=0.5)
    weights = [[one(1.0), one(2.0)], [one(1.0), one(2.0)]]
    for opt, ws in zip((alone, together), weights):
        states = [opt.create_state(i, w) for i, w in enumerate(ws)]
        if opt is together:
            opt.update([0, 1], ws, [one(3.0), one(-4.0)], states)
        else:
            opt.update(0, ws[0], one(3.0), states[0])
            opt.update(1, ws[1], one(-4.0), states[1])
    assert [w.item() for w in weights[0]] == [w.item() for w in weights[1]] != [1.0, 2.0]
    update = optimizer.get_updater(SGD(learning_rate=0.5))
    ws = [one(1.0), one(1.0)]
    update(["a", "b"], [one(2.0), one(4.0)], ws)
    assert [w.item() for w in ws] == [0.0, -1.0] and set(update.states) == {"a", "b"}
    for lists in (([0, 1], [one()], [one()] * 2, [None] * 2), ([0], one(), [one()], [None])):
        with pytest.raises(ShapeError, match="all of the same length"):
            SGD().update(*lists)
