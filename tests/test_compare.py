"""The comparison: its network learns, with every optimizer, repeatably, through gluon's Trainer."""

import numpy
import pytest

from minigrad import autograd, compare, datasets, gluon, optimizer

DIGITS = datasets.digits()


def last(rule, **options):
    *_, run = compare.train(rule, *DIGITS, **options)
    return run


def test_adam_reads_at_least_96_percent_of_the_test_digits_within_20_epochs():
    for seed in (0, 1):
        assert max(last(compare.build("adam"), epochs=20, seed=seed).accuracy) >= 0.96


@pytest.mark.parametrize("name", compare.optimizers())
def test_every_optimizer_learns_at_the_rate_in_the_table(name):
    run = last(compare.build(name), epochs=8)
    assert run.loss[-1] < 0.5 * run.loss[0]
    assert run.accuracy[-1] > 0.75


def test_the_table_covers_exactly_the_optimizers_with_a_rate():
    names = {name for name in compare.optimizers() if compare.has_rate(optimizer.create(name))}
    assert set(compare.best_arguments()) == names
    assert "adadelta" not in names
    assert all(arguments["learning_rate"] > 0 for arguments in compare.best_arguments().values())


def test_a_given_argument_overrides_the_table_and_leaves_the_others():
    rule = compare.build("NAG", learning_rate=0.25)
    assert (rule.lr, rule.momentum) == (0.25, compare.best_arguments()["nag"]["momentum"])
    rule = compare.build("nag", momentum=0.5)
    assert (rule.lr, rule.momentum) == (compare.best_arguments()["nag"]["learning_rate"], 0.5)


def test_each_optimizer_is_measured_once_for_each_seed():
    seen = []
    runs = compare.measure(["sgd", "adam"], DIGITS, 2, [3, 5], lambda run: seen.append(len(run.loss)))
    assert seen == [1, 2] * 4
    for name, several in runs.items():
        assert [run.curves for run in several] == [
            last(compare.build(name), epochs=2, seed=seed).curves for seed in (3, 5)
        ]


def test_equal_seeds_give_equal_runs_and_others_do_not():
    for name in ("adam", "sgld"):
        first, again, other = (last(compare.build(name), epochs=2, seed=seed) for seed in (3, 3, 4))
        assert (first.loss, first.accuracy) == (again.loss, again.accuracy)
        assert first.loss != other.loss


def test_the_network_has_two_hidden_layers_of_64_and_32():
    run = last(optimizer.SGD(learning_rate=0.1), epochs=1)
    shapes = [p.shape for p in run.net.collect_params(".*weight").values()]
    assert shapes == [(64, 64), (32, 64), (10, 32)]


def test_recorded_loss_and_accuracy_are_those_of_the_net():
    run = last(optimizer.SGD(learning_rate=1e-30), epochs=1)  # a rate this small leaves the weights as they were drawn
    (x, y), (x_test, y_test) = DIGITS
    with autograd.predict_mode():
        scores, test_scores = run.net(x).asnumpy().astype("float64"), run.net(x_test).asnumpy()
    log_p = scores - numpy.log(numpy.exp(scores).sum(1, keepdims=True))
    assert run.loss[0] == pytest.approx(-log_p[numpy.arange(len(scores)), y.asnumpy()].mean(), rel=1e-5)
    assert run.accuracy[0] == (test_scores.argmax(1) == y_test.asnumpy()).mean()
    assert len(run.step_seconds) == -(-len(scores) // compare.BATCH_SIZE)
    assert run.step_ms == pytest.approx(1000 * numpy.median(run.step_seconds))


def test_group_adagrad_leaves_the_biases_to_adagrad():
    net = compare.network(10)
    matrices, biases = compare.trainers_for(net, optimizer.GroupAdaGrad(learning_rate=0.1))
    assert isinstance(matrices.optimizer, optimizer.GroupAdaGrad)
    assert isinstance(biases.optimizer, optimizer.AdaGrad)
    assert biases.learning_rate == 0.1
    names = [{p.name for p in trainer.optimizer.param_dict.values()} for trainer in (matrices, biases)]
    assert names[0] | names[1] == set(net.collect_params())
    assert not names[0] & names[1]


def test_an_optimizer_that_users_register_is_compared_too(monkeypatch):
    monkeypatch.setattr("minigrad.optimizer.registry.OPTIMIZERS", dict(compare.OPTIMIZERS))
    monkeypatch.setattr(compare, "OPTIMIZERS", compare.optimizer.registry.OPTIMIZERS)

    @optimizer.register
    class Plain(optimizer.Optimizer):
        def update(self, index, weight, grad, state):
            self._update_count(index)
            weight[:] = weight - self._get_lr(index) * self.rescale_grad * grad

    assert "plain" in compare.optimizers()
    rule = compare.build("plain", learning_rate=0.2)
    assert compare.has_rate(rule)
    assert last(rule, epochs=2).accuracy[-1] == last(optimizer.SGD(learning_rate=0.2), epochs=2).accuracy[-1]
    assert isinstance(last(compare.build("plain"), epochs=1).net, gluon.Block)
