"""Dense, containers, Dropout, Embedding and the blocks that only route: what they compute and how they print."""

import numpy
import pytest

from minigrad import autograd, init, np, random
from minigrad.errors import MinigradError
from minigrad.gluon import nn


def test_dense_is_x_times_the_transposed_weight_plus_bias():
    layer = nn.Dense(2, in_units=3)
    layer.initialize()
    layer.weight.set_data(np.array([[1, 2, 3], [4, 5, 6]]))
    layer.bias.set_data(np.array([10, 20]))
    assert layer(np.array([[1, 0, -1]])).tolist() == [[8, 18]]


@pytest.mark.parametrize(("flatten", "width", "out"), [(True, 12, (2, 5)), (False, 4, (2, 3, 5))])
def test_dense_finds_its_input_width(flatten, width, out):
    layer = nn.Dense(5, flatten=flatten)
    layer.initialize()
    assert layer(np.zeros((2, 3, 4))).shape == out
    assert layer.weight.shape == (5, width)


def test_a_layers_own_initializers_win_over_the_networks():
    layer = nn.Dense(2, in_units=2, weight_initializer=init.Constant(3), bias_initializer="ones")
    layer.initialize(init.Zero())
    assert layer.weight.data().tolist() == [[3, 3], [3, 3]]
    assert layer.bias.data().tolist() == [1, 1]
    plain = nn.Dense(1, in_units=1)
    plain.initialize(init.Constant(5))
    assert (plain.weight.data().item(), plain.bias.data().item()) == (5, 0)


@pytest.mark.parametrize("activation", ["relu", "tanh", "softsign"])
def test_hooks_of_a_layers_activation_are_called_and_its_new_forward_too(activation):
    layer = nn.Dense(3, activation, in_units=2)
    layer.initialize()
    seen = []
    with layer.act.register_forward_hook(lambda block, inputs, y: seen.append(y)):
        y = layer(np.array([[1, -2]]))
    assert seen[0] is y
    layer.act.forward = lambda x: x * 0 + 7
    assert layer(np.array([[1, -2]])).tolist() == [[7, 7, 7]]


def test_dense_without_bias_and_with_any_activation():
    for activation in (None, "relu", "tanh", "softsign", "gelu"):
        layer = nn.Dense(3, activation=activation, use_bias=False, in_units=3, weight_initializer=init.Constant(0.1))
        layer.initialize()
        x = numpy.array([[-5, 1, 2]], "float32")
        before = np.array(numpy.full((1, 3), 0.1 * x.sum(), "float32"))
        expected = before if activation is None else nn.Activation(activation)(before)
        numpy.testing.assert_allclose(layer(np.array(x)).asnumpy(), expected.asnumpy(), rtol=1e-5)
        assert layer.bias is None


def test_the_bias_has_a_gradient_even_if_nothing_else_wants_one():
    layer = nn.Dense(1, in_units=2)  # MXNet gives 0 here
    layer.initialize()
    layer.weight.grad_req = "null"
    with autograd.record():
        y = layer(np.ones((3, 2)))
    y.backward()
    assert layer.bias.grad().item() == 3


def test_sequential_indexes_slices_and_iterates_over_its_blocks():
    net = nn.Sequential()
    blocks = [nn.Dense(3), nn.Dropout(0.5), nn.Dense(1)]
    net.add(*blocks)
    assert len(net) == 3
    assert list(net) == blocks
    assert net[0] is blocks[0]
    assert net[-1] is blocks[2]
    part = net[1:]
    assert type(part) is nn.Sequential
    assert list(part) == blocks[1:]


def test_a_slice_of_parallel_blocks_joins_along_the_same_axis():
    net = nn.HybridConcatenate(axis=1)
    net.add(nn.Identity(), nn.Lambda(lambda x: 2 * x), nn.Identity())
    for key in (slice(2), slice(1), slice(0, 3, 2)):
        part = net[key]
        assert list(part) == list(net)[key]
        x = numpy.array([[[1.0, 2.0]]])
        numpy.testing.assert_array_equal(part(np.array(x)).asnumpy(), numpy.concatenate([x, 2 * x, x][key], 1))
    assert net[1] is list(net)[1]


def test_a_slice_of_a_class_with_its_own_constructor_has_only_the_blocks_asked_for():
    class Own(nn.HybridSequential):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.add(nn.Identity(), nn.Flatten())

    net = Own()
    assert list(net[1:]) == [net[1]]


def test_sequential_passes_several_outputs_on():
    class Pair(nn.Block):
        def forward(self, x, y=None):
            return x + 1, x if y is None else y

    net = nn.Sequential()
    net.add(Pair(), Pair())
    a, b = net(np.array([1.0]))
    assert (a.item(), b.item()) == (3, 1)


def test_what_is_added_must_be_a_block():
    with pytest.raises(TypeError, match=r"nn\.Lambda"):
        nn.Sequential().add(np.tanh)


def test_dropout_drops_in_training_only_and_scales_what_stays():
    random.seed(3)
    layer = nn.Dropout(0.25)
    x = np.ones((100, 100))
    numpy.testing.assert_array_equal(layer(x).asnumpy(), x.asnumpy())
    x.attach_grad()
    with autograd.record():
        y = layer(x)
    y.backward()
    dropped = y.asnumpy() == 0
    assert 0.22 < dropped.mean() < 0.28
    numpy.testing.assert_allclose(y.asnumpy()[~dropped], 1 / 0.75, rtol=1e-6)
    numpy.testing.assert_array_equal(x.grad.asnumpy(), y.asnumpy())
    with autograd.record(train_mode=False):
        numpy.testing.assert_array_equal(layer(x).asnumpy(), 1)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool"])
def test_dropout_scales_whole_numbers_by_a_fraction(dtype):
    y = nn.Dropout(0.3)
    with autograd.train_mode():
        kept = y(np.ones((200,), dtype=dtype)).asnumpy()
    assert kept.dtype == "float32"
    assert set(kept.tolist()) == {0.0, float(numpy.float32(1 / 0.7))}


def test_dropout_shares_its_decision_along_axes():
    with autograd.train_mode():
        y = nn.Dropout(0.5, axes=(1,))(np.ones((50, 4))).asnumpy()
    assert (y == y[:, :1]).all()
    assert set(y.ravel()) == {0, 2}


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5])
def test_a_rate_that_is_no_probability_of_dropping_is_refused(rate):
    with pytest.raises(ValueError, match=f"rate={rate}"):
        nn.Dropout(rate)


def test_embedding_gives_rows_and_their_gradients_add_up():
    layer = nn.Embedding(4, 2)
    layer.initialize()
    layer.weight.set_data(np.arange(8).reshape((4, 2)))
    with autograd.record():
        y = layer(np.array([[1, 3], [1, 0]]))
    y.backward()
    assert y.tolist() == [[[2, 3], [6, 7]], [[2, 3], [0, 1]]]
    assert layer.weight.grad().tolist() == [[1, 1], [2, 2], [0, 0], [1, 1]]
    with pytest.raises(ValueError, match="rows 0 to 3"):
        layer(np.array([4]))


def test_flatten_keeps_the_first_axis_even_of_an_empty_batch():
    assert nn.Flatten()(np.zeros((2, 3, 4))).shape == (2, 12)
    assert nn.Flatten()(np.zeros((0, 3, 4))).shape == (0, 12)
    layer = nn.Dense(5)
    layer.initialize()
    assert layer(np.zeros((0, 3, 4))).shape == (0, 5)


def test_functions_become_layers():
    x = np.array([-1.0, 2.0])
    assert nn.Lambda(lambda a: a * 3)(x).tolist() == [-3, 6]
    assert nn.Lambda("relu")(x).tolist() == [0, 2]
    assert nn.HybridLambda("relu")(x).tolist() == [0, 2]
    assert nn.HybridLambda(lambda F, a, b: F.broadcast_add(a, b))(x, np.array([1.0])).tolist() == [0, 3]
    with pytest.raises(ValueError, match="'rleu'"):
        nn.Lambda("rleu")


def test_branches_are_joined():
    net = nn.HybridConcatenate(axis=-1)
    net.add(nn.Identity(), nn.HybridLambda("square"))
    assert net(np.array([[2, 3]])).tolist() == [[2, 3, 4, 9]]


def test_layers_print_like_their_code():
    net = nn.HybridSequential()
    net.add(nn.Dense(4, activation="relu"), nn.Dropout(0.5), nn.Flatten(), nn.Embedding(10, 3), nn.Lambda("tanh"))
    assert repr(net) == (
        "HybridSequential(\n"
        "  (0): Dense(4, activation='relu')\n"
        "  (1): Dropout(0.5)\n"
        "  (2): Flatten()\n"
        "  (3): Embedding(10, 3)\n"
        "  (4): Lambda('tanh')\n"
        ")"
    )
    layer = nn.Dense(2, in_units=3, use_bias=False, flatten=False)
    assert repr(layer) == "Dense(2, in_units=3, use_bias=False, flatten=False)"


@pytest.mark.parametrize("hybrid", [False, True])
def test_a_dense_layer_learns_from_whole_numbers(hybrid):
    net = nn.HybridSequential()
    net.add(nn.Dense(2, in_units=3))
    net.initialize()
    if hybrid:
        net.hybridize()
    x = np.array([[1, 2, 3], [4, 5, 6]], dtype="int64")
    for _ in range(3):
        with autograd.record():
            y = net(x)
        y.backward()
        assert net[0].weight.grad().tolist() == [[5, 7, 9], [5, 7, 9]]
        assert net[0].bias.grad().tolist() == [2, 2]


@pytest.mark.parametrize("in_units", [0, 1])
def test_dense_refuses_a_number_that_it_is_not_to_flatten(in_units):
    layer = nn.Dense(3, flatten=False, in_units=in_units)
    layer.initialize()
    with pytest.raises(MinigradError, match=r"shape \(\)"):
        layer(np.array(1.0))
