"""SGLD without the sum over the data, Ftrl that erases a network and a schedule of two optimizers warn, only then."""

import warnings

import numpy
import pytest

from minigrad import autograd, compare, gluon, lr_scheduler, np, optimizer, random

SAMPLES, BATCH = 64, 16
MEAN = {"loss": "mean", "batch_size": 1}


def train(opt, steps=2, loss=None, batch_size=BATCH):
    """The messages of some steps on a small network, and the network."""
    random.seed(3)
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(16, activation="relu", in_units=8), gluon.nn.Dense(4, in_units=16))
    net.initialize()
    rng = numpy.random.default_rng(0)
    x, y = np.array(rng.normal(size=(BATCH, 8))), np.array(rng.integers(0, 4, BATCH))
    trainer = gluon.Trainer(net.collect_params(), opt)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        for _ in range(steps):
            with autograd.record():
                losses = gluon.loss.SoftmaxCrossEntropyLoss()(net(x), y)
                losses = getattr(losses, loss)() if loss else losses
            losses.backward()
            trainer.step(batch_size)
    assert all(w.filename == __file__ for w in found), "it is not shown at the user's line"
    return [str(w.message) for w in found], net


def test_sgld_on_a_mean_warns_once_and_says_what_to_do():
    (message,), _ = train(optimizer.SGLD(learning_rate=1e-6), steps=3)
    assert "multiplied by 0.0625" in message and "rescale_grad=N" in message and "call step(batch_size)" in message


def test_sgld_on_a_loss_that_was_averaged_warns_too():
    (message,), _ = train(optimizer.SGLD(learning_rate=1e-6), **MEAN)
    assert "averaged" in message and "rescale_grad=N" in message and "call step(1)" in message


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        ({"rescale_grad": SAMPLES}, {}),
        ({}, {"loss": "sum", "batch_size": 1}),
        ({"rescale_grad": BATCH}, {}),
        ({"rescale_grad": SAMPLES}, MEAN),
        ({"rescale_grad": 2}, MEAN),
    ],
    ids=[
        "the sum over all the data",
        "a sum that is not divided",
        "all the data in one batch",
        "N times the mean",
        "twice the mean",
    ],
)
def test_sgld_on_a_sum_is_silent(arguments, more):
    assert train(optimizer.SGLD(learning_rate=1e-6, **arguments), **more)[0] == []


def test_sgld_outside_a_trainer_believes_its_caller():
    w, sgld = np.array([1.0]), optimizer.SGLD(rescale_grad=0.5)
    sgld.update(0, w, np.array([1.0]), None)  # a warning would be an error here


@pytest.mark.parametrize("lamda1", [0.1, 0.01, 0.0])
def test_ftrl_that_erases_a_network_warns_once_and_says_what_to_do(lamda1):
    (message,), _ = train(optimizer.Ftrl(lamda1=lamda1), steps=3)
    assert f"beta=1 or lamda1={lamda1:g}" in message and "lamda1=0 and beta=0" in message
    _, net = train(optimizer.Ftrl(lamda1=lamda1), steps=1)
    _, fresh = train(optimizer.Ftrl(lamda1=lamda1), steps=0)
    after, before = (
        numpy.concatenate([p.data().asnumpy().ravel() for p in x.collect_params().values()]) for x in (net, fresh)
    )
    left, zeros = numpy.linalg.norm(after) / numpy.linalg.norm(before), (after == 0).mean()
    assert left < 0.1 and f"left {left:.1%} of the norm of {after.size} weights, and {zeros:.1%} of them" in message


def test_ftrl_is_silent_with_the_settings_of_the_command_line():
    assert train(compare.build("ftrl"), steps=3)[0] == []


def test_ftrl_is_silent_about_a_parameter_that_keeps_its_length():
    opt, w = optimizer.Ftrl(lamda1=0.1, beta=0.0), np.ones((1000,))
    g = numpy.full(1000, 0.001)
    g[:50] = 1.0  # 95 % become 0, but these grow to more than a tenth of the whole
    opt.update(0, w, np.array(g), opt.create_state(0, w))
    assert (w.asnumpy() == 0).mean() == 0.95


def test_the_cure_of_the_warning_is_silent_and_learns_where_the_guides_snippet_does_not():
    def fall(**arguments):
        messages, net = train(optimizer.Ftrl(**arguments), steps=200)
        rng = numpy.random.default_rng(0)
        x, y = np.array(rng.normal(size=(BATCH, 8))), np.array(rng.integers(0, 4, BATCH))
        return messages, gluon.loss.SoftmaxCrossEntropyLoss()(net(x), y).mean().item()

    messages, loss = fall(learning_rate=0.1, lamda1=0, beta=0)
    assert messages == [] and loss < 0.1
    assert fall(learning_rate=0.1, lamda1=0.1, beta=1)[1] > 1.2  # ln 4 = 1.386


def test_the_cure_is_adagrad():
    paths = []
    for opt in optimizer.Ftrl(learning_rate=0.1, lamda1=0, beta=0), optimizer.AdaGrad(learning_rate=0.1, epsilon=0):
        w = np.array([1.0, -2.0], dtype="float64")
        state = opt.create_state(0, w)
        for g in [0.5, -0.25], [-1.0, 0.125], [0.0, 2.0]:
            opt.update(0, w, np.array(g), state)
        paths.append(w.asnumpy())
    numpy.testing.assert_allclose(*paths, rtol=1e-12)


def test_ftrl_is_silent_about_weights_that_start_at_zero_and_about_a_few():
    for w in np.zeros((1000,)), np.ones((5,)), np.array(numpy.arange(1000) < 50, dtype="float32"):
        opt = optimizer.Ftrl(lamda1=1.0)
        opt.update(0, w, np.full(w.shape, 0.01), opt.create_state(0, w))
        assert (w.asnumpy() == 0).all()


def test_ftrl_is_silent_when_weights_become_zero_later():
    opt, w = optimizer.Ftrl(lamda1=0.01, beta=0.0), np.ones((1000,))
    state = opt.create_state(0, w)
    opt.update(0, w, np.full(w.shape, 1.0), state)
    assert (w.asnumpy() != 0).all()
    opt.lamda1 = 100.0
    opt.update(0, w, np.full(w.shape, 1.0), state)
    assert (w.asnumpy() == 0).all()


def test_a_restored_ftrl_is_silent():
    opt, w = optimizer.Ftrl(lamda1=0.1, begin_num_update=0), np.ones((1000,))
    opt._index_update_count[0] = 5  # as loading does
    opt.update(0, w, np.full(w.shape, 0.001), opt.create_state(0, w))


def test_a_schedule_that_two_optimizers_rebase_is_told_to_whoever_makes_the_second():
    schedule = lr_scheduler.FactorScheduler(step=2, factor=0.5)
    first = optimizer.SGD(learning_rate=0.1, lr_scheduler=schedule)
    again = optimizer.Adam(learning_rate=0.1, lr_scheduler=schedule)  # nothing changes
    with pytest.warns(UserWarning, match=r"^learning_rate=0.5 replaces the 0.1 .* both now begin at 0.5\.") as found:
        optimizer.Adam(learning_rate=0.5, lr_scheduler=schedule)
    assert found[0].filename == __file__
    assert first.learning_rate == again.learning_rate == 0.5


def test_a_schedule_may_be_rebased_when_the_other_optimizer_is_gone_or_took_its_rate_from_it():
    schedule = lr_scheduler.CosineScheduler(max_update=9, base_lr=0.3)
    assert optimizer.SGD(learning_rate=0.1, lr_scheduler=schedule).learning_rate == 0.1
    from_it = optimizer.SGD(lr_scheduler=schedule)
    assert optimizer.SGD(learning_rate=0.2, lr_scheduler=schedule).learning_rate == from_it.learning_rate == 0.2
