"""Recording and training mode: the table of scopes, how they nest, and that each thread has its own."""

import threading

import pytest

from minigrad import autograd, np
from minigrad.autograd import is_recording, is_training, pause, predict_mode, record, train_mode


def flags():
    return is_recording(), is_training()


def test_outside_any_scope_nothing_is_on():
    assert flags() == (False, False)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (record, (True, True)),
        (lambda: record(train_mode=False), (True, False)),
        (lambda: record(False), (True, False)),
        (pause, (False, False)),
        (lambda: pause(train_mode=True), (False, True)),
        (train_mode, (False, True)),
        (predict_mode, (False, False)),
    ],
)
def test_a_scope_sets_its_switches_and_puts_them_back(scope, expected):
    with scope():
        assert flags() == expected
    assert flags() == (False, False)


def test_train_mode_and_predict_mode_leave_recording_as_it_is():
    with record(train_mode=False):
        with train_mode():
            assert flags() == (True, True)
        assert flags() == (True, False)
        with pause(), predict_mode():
            assert flags() == (False, False)
        with predict_mode():
            assert flags() == (True, False)
    assert flags() == (False, False)


def test_scopes_nest_and_restore():
    with record():
        with pause():
            with record(train_mode=False):
                assert flags() == (True, False)
            assert flags() == (False, False)
        assert flags() == (True, True)


def test_a_scope_object_may_be_entered_twice_at_once():
    scope = record()
    with scope:
        with pause(), scope:
            assert flags() == (True, True)
        assert flags() == (True, True)
    assert flags() == (False, False)


def test_an_error_inside_restores_the_switches():
    with pytest.raises(ZeroDivisionError), record():
        1 / 0  # noqa: B018
    assert flags() == (False, False)


def test_switching_by_hand_returns_what_it_was():
    assert autograd.set_recording(True) is False
    assert autograd.set_recording(False) is True
    assert autograd.set_training(True) is False
    assert autograd.set_training(False) is True


def test_each_thread_has_its_own_switches():
    seen = {}
    inside, checked = threading.Event(), threading.Event()

    def other():
        seen["at first"] = flags()
        inside.wait()
        seen["while recording elsewhere"] = flags()
        with record():
            seen["own"] = flags()
        checked.set()

    thread = threading.Thread(target=other)
    thread.start()
    with record(train_mode=False):
        inside.set()
        checked.wait()
        assert flags() == (True, False)
    thread.join()
    assert seen == {"at first": (False, False), "while recording elsewhere": (False, False), "own": (True, True)}


def test_two_threads_train_at_once_with_the_right_results():
    def train(seed, out):
        w = np.array([0.1 * seed, 1.0], dtype="float64")
        w.attach_grad()
        for step in range(200):
            with record():
                loss = ((w - seed) ** 2).sum() * (1 + 0.001 * step)
            loss.backward()
            w[...] = w - 0.1 * w.grad
        out[seed] = w.asnumpy().tolist()

    alone, together = {}, {}
    for seed in (1, 2, 3):
        train(seed, alone)
    threads = [threading.Thread(target=train, args=(seed, together)) for seed in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_train_mode_of_backward_is_seen_during_the_backward_pass_only():
    from minigrad.engine.operation import Op

    seen = []

    def vjp(F, g):
        seen.append(flags())
        return g

    f = Op(lambda xp, x: x + 0).vjp(x=vjp)
    x = np.array([1.0])
    x.attach_grad()
    for mode in (True, False):
        with record():
            y = f(x)
        y.backward(train_mode=mode)
    with record():
        autograd.grad(f(x), x, create_graph=True, train_mode=False)
        assert flags() == (True, True)
    assert seen == [(False, True), (False, False), (True, False)]
