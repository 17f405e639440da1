"""What a subclass of a built-in block overrides runs, hybridized or not, and `super()` has MXNet's arguments."""

import subprocess
import sys
from collections import namedtuple

import numpy
import pytest

from minigrad import nd, np, random
from minigrad.gluon import loss, nn, rnn
from minigrad.gradcheck import gradcheck

DRAW = numpy.random.default_rng(3)

Row = namedtuple("Row", "base arguments inputs parameters", defaults=[""])
"""A built-in, what it is made with, the shapes of its inputs, and the parameters that `hybrid_forward` is given."""

NORM, CELL = "gamma beta", "i2h_weight h2h_weight i2h_bias h2h_bias"
LSTM = " ".join(f"{lead}_{name}" for lead in ("l0", "l1") for name in CELL.split())
LAYERS = [
    Row(nn.Dense, [3], [(2, 4)], "weight bias"),
    Row(nn.Dense, [3, "relu"], [(2, 4)], "weight bias"),
    Row(nn.Dense, [3, "softrelu", False], [(2, 4)], "weight"),
    Row(nn.Conv1D, [3, 2], [(2, 2, 5)], "weight bias"),
    Row(nn.Conv2D, [3, 2], [(2, 2, 4, 4)], "weight bias"),
    Row(nn.Conv3D, [3, 2], [(2, 1, 3, 3, 3)], "weight bias"),
    Row(nn.Conv1DTranspose, [3, 2], [(2, 2, 5)], "weight bias"),
    Row(nn.Conv2DTranspose, [2, 2], [(2, 2, 4, 4)], "weight bias"),
    Row(nn.Conv3DTranspose, [3, 2], [(2, 1, 3, 3, 3)], "weight bias"),
    Row(nn.BatchNorm, [], [(3, 4)], "gamma beta running_mean running_var"),
    Row(nn.LayerNorm, [], [(3, 4)], NORM),
    Row(nn.InstanceNorm, [], [(3, 4, 5)], NORM),
    Row(nn.GroupNorm, [2], [(3, 4, 5)], NORM),
    Row(nn.PReLU, [], [(3, 4)], "alpha"),
    Row(nn.Activation, ["tanh"], [(3, 4)]),
    Row(nn.LeakyReLU, [0.1], [(3, 4)]),
    Row(nn.ELU, [], [(3, 4)]),
    Row(nn.SELU, [], [(3, 4)]),
    Row(nn.GELU, [], [(3, 4)]),
    Row(nn.Swish, [], [(3, 4)]),
    Row(nn.SiLU, [], [(3, 4)]),
    Row(nn.Dropout, [0.5], [(3, 4)]),
    Row(nn.Flatten, [], [(3, 4, 2)]),
    Row(nn.Identity, [], [(3, 4)]),
    Row(nn.Lambda, [lambda x: x * x], [(3, 4)]),
    Row(nn.HybridLambda, ["tanh"], [(3, 4)]),
    Row(nn.MaxPool1D, [], [(2, 2, 4)]),
    Row(nn.MaxPool2D, [], [(2, 2, 4, 4)]),
    Row(nn.AvgPool1D, [], [(2, 2, 4)]),
    Row(nn.AvgPool2D, [], [(2, 2, 4, 4)]),
    Row(nn.GlobalMaxPool1D, [], [(2, 2, 4)]),
    Row(nn.GlobalMaxPool2D, [], [(2, 2, 4, 4)]),
    Row(nn.GlobalAvgPool1D, [], [(2, 2, 4)]),
    Row(nn.GlobalAvgPool2D, [], [(2, 2, 4, 4)]),
    Row(rnn.RNN, [3], [(4, 2, 2)], LSTM[: LSTM.index(" l1")]),
    Row(rnn.LSTM, [3, 2], [(4, 2, 2)], LSTM),
    Row(rnn.GRU, [3], [(4, 2, 2)], LSTM[: LSTM.index(" l1")]),
]
CONTAINERS = [nn.Sequential, nn.HybridSequential, nn.Concatenate, nn.HybridConcatenate]
CELLS = [rnn.RNNCell, rnn.LSTMCell, rnn.GRUCell]
LOSSES = [
    Row(loss.L2Loss, [], [(3, 4)] * 2),
    Row(loss.L1Loss, [], [(3, 4)] * 2),
    Row(loss.HuberLoss, [], [(3, 4)] * 2),
    Row(loss.HingeLoss, [], [(3, 4)] * 2),
    Row(loss.SquaredHingeLoss, [], [(3, 4)] * 2),
    Row(loss.LogisticLoss, [], [(3, 4)] * 2),
    Row(loss.SigmoidBCELoss, [], [(3, 4)] * 2),
    Row(loss.SoftmaxCELoss, [-1, False], [(3, 4)] * 2),
    Row(loss.SoftmaxCELoss, [], [(3, 4), [0, 3, 1]]),
    Row(loss.KLDivLoss, [False], [(3, 4)] * 2),
    Row(loss.PoissonNLLLoss, [], [(3, 4)] * 2),
    Row(loss.TripletLoss, [9.0], [(3, 4)] * 3),
    Row(loss.CosineEmbeddingLoss, [], [(3, 4), (3, 4), [1, -1, 1]]),
    Row(loss.CTCLoss, [], [(2, 5, 4), [[0, 1], [2, 2]]]),
    Row(loss.SDMLLoss, [], [(3, 4)] * 2),
]


def doubling(base):
    """A subclass that gives twice its first input to the built-in, and counts how often and with what it was called."""

    class Sub(base):
        calls = 0

        def hybrid_forward(self, F, x, *more, **parameters):
            assert F is nd or not self.known()
            Sub.calls += 1
            Sub.given = " ".join(parameters)
            return super().hybrid_forward(F, x * 2, *more, **parameters)

        def known(self):
            return all(p.known for p in self._reg_params.values())

    return Sub


def drawn(shapes):
    """Arrays of these shapes, those after the first between 0 and 1; lists as they are."""
    first, *rest = shapes
    arrays = [DRAW.normal(size=first), *(DRAW.uniform(0.1, 0.9, s) if isinstance(s, tuple) else s for s in rest)]
    return [
        np.array(numpy.asarray(a), dtype="float64" if isinstance(s, tuple) else "int64") for a, s in zip(arrays, shapes)
    ]


def made(block, *inputs):
    """The block with parameters of float64 and known shapes."""
    block.initialize("xavier" if not isinstance(block, nn.PReLU) else "uniform")
    block.cast("float64")
    block(*inputs)
    return block


def case(row):
    return f"{row.base.__name__}-{len(row.arguments)}"


@pytest.mark.parametrize("row", [*LAYERS, *LOSSES], ids=case)
def test_an_overriding_hybrid_forward_is_called_and_super_computes(row, tmp_path):
    inputs = drawn(row.inputs)
    sub, plain = (made(cls(*row.arguments), *inputs) for cls in (doubling(row.base), row.base))
    plain.save_parameters(tmp_path / "file")
    sub.load_parameters(tmp_path / "file")
    assert list(dict(sub.structure())) == list(dict(plain.structure())) == row.parameters.split()
    before = type(sub).calls
    numpy.testing.assert_array_equal(sub(*inputs).asnumpy(), plain(inputs[0] * 2, *inputs[1:]).asnumpy())
    assert type(sub).calls == before + 1 and type(sub).given == row.parameters


@pytest.mark.parametrize("row", [*LAYERS, *LOSSES], ids=case)
def test_gradients_go_through_what_is_overridden(row):
    inputs = drawn(row.inputs)
    sub = made(doubling(row.base)(*row.arguments), *inputs)

    def f(x):
        random.seed(0)  # what is dropped
        return sub(x, *inputs[1:])

    learned = [p.data() for p in sub.collect_params().values() if p.grad_req != "null"]
    assert gradcheck(f, inputs[0], parameters=learned)


@pytest.mark.parametrize("row", LAYERS, ids=case)
def test_a_hybridized_network_calls_what_is_overridden_every_time(row):
    inputs = drawn(row.inputs)
    sub = made(doubling(row.base)(*row.arguments), *inputs)
    net = nn.HybridSequential()
    net.add(nn.Identity(), sub, nn.Flatten())
    expected = net(*inputs).asnumpy()
    net.hybridize()
    before = type(sub).calls
    for _ in range(4):
        numpy.testing.assert_array_equal(net(*inputs).asnumpy(), expected)
    assert type(sub).calls == before + 4


@pytest.mark.parametrize("base", CONTAINERS)
def test_a_container_may_wire_its_parts_in_another_way(base):
    class Branches(base):
        def hybrid_forward(self, F, x):
            return F.concat(*[block(x) for block in self._children.values()], dim=1)

    net = Branches()
    net.add(nn.Dense(2, weight_initializer="ones"), nn.Dense(3, weight_initializer="zeros"))
    net.initialize()
    for _ in range(3):
        assert net(np.ones((1, 4))).asnumpy().tolist() == [[4, 4, 0, 0, 0]]
        net.hybridize()


@pytest.mark.parametrize("base", CONTAINERS)
def test_super_of_a_container_runs_its_parts(base):
    class After(base):
        def hybrid_forward(self, F, x, *args):
            return F.negative(super().hybrid_forward(F, x, *args))

    net, plain = After(), base()
    for one in (net, plain):
        one.add(nn.Activation("relu"), nn.Activation("tanh"))
    x = np.array(DRAW.normal(size=(2, 3)))
    numpy.testing.assert_array_equal(net(x).asnumpy(), -plain(x).asnumpy())


@pytest.mark.parametrize("base", CELLS)
def test_a_custom_cell_is_unrolled(base):
    class Masked(base):
        def hybrid_forward(self, F, inputs, states, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
            return super().hybrid_forward(F, inputs, states, i2h_weight * 0, h2h_weight, i2h_bias, h2h_bias)

    x = np.array(DRAW.normal(size=(2, 3, 4)))
    cell = Masked(5, input_size=4)
    cell.initialize("xavier")
    outputs, _ = cell.unroll(3, x, merge_outputs=True)
    cell.i2h_weight.set_data(numpy.zeros(cell.i2h_weight.shape))
    plain = base(5, input_size=4, params=cell.params)
    numpy.testing.assert_allclose(outputs.asnumpy(), plain.unroll(3, x, merge_outputs=True)[0].asnumpy(), rtol=1e-6)


def test_a_cell_written_out_as_in_mxnet_equals_the_built_in_one():
    class Written(rnn.LSTMCell):
        def hybrid_forward(self, F, inputs, states, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
            lead, n = f"t{self._counter}_", self._hidden_size
            i2h = F.FullyConnected(data=inputs, weight=i2h_weight, bias=i2h_bias, num_hidden=n * 4, name=lead + "i2h")
            h2h = F.FullyConnected(data=states[0], weight=h2h_weight, bias=h2h_bias, num_hidden=n * 4, name=lead + "h")
            gates = F.SliceChannel(F.elemwise_add(i2h, h2h, name=lead + "plus0"), num_outputs=4, name=lead + "slice")
            i, f, o = (self._get_activation(F, gates[k], self._recurrent_activation, name=lead) for k in (0, 1, 3))
            c = F.elemwise_add(f * states[1], i * self._get_activation(F, gates[2], self._activation), name=lead)
            h = F.elemwise_mul(o, F.Activation(c, act_type=self._activation), name=lead + "out")
            return h, [h, c]

    x = np.array(DRAW.normal(size=(2, 3, 4)))
    written = Written(5)
    written.initialize("xavier")
    outputs = written.unroll(3, x, merge_outputs=True)[0]  # the input's width is found by the written rule
    plain = rnn.LSTMCell(5, input_size=4, params=written.params)
    numpy.testing.assert_allclose(outputs.asnumpy(), plain.unroll(3, x, merge_outputs=True)[0].asnumpy(), rtol=1e-5)


def test_a_cells_states_are_what_state_info_says_and_reset_begins_each_sequence():
    class Wide(rnn.RNNCell):
        resets = 0

        def state_info(self, batch_size=0):
            return [{"shape": (batch_size, self._hidden_size + 1), "__layout__": "NC"}]

        def reset(self):
            super().reset()
            Wide.resets += 1

    cell = Wide(3)
    assert cell.begin_state(2)[0].shape == (2, 4)
    cell.initialize()
    before = Wide.resets
    with pytest.raises(AssertionError, match=r"one state of shape \(2, 4\)"):
        cell(np.ones((2, 5)), [np.zeros((2, 3))])
    with pytest.raises(ValueError, match="shape"):
        cell.unroll(2, np.ones((2, 2, 5)))
    assert Wide.resets == before + 1


def test_an_overridden_recurrent_layer_is_given_states_and_knows_whether_they_were_given():
    class Seen(rnn.LSTM):
        def hybrid_forward(self, F, inputs, states, sequence_length=None, **weights):
            self.seen = [s.shape for s in states]
            return super().hybrid_forward(F, inputs, states, sequence_length, **weights)

    layer = Seen(3, 2)
    layer.initialize()
    x = np.ones((4, 2, 5))
    assert layer(x).shape == (4, 2, 3) and layer.seen == [(2, 2, 3)] * 2 and layer.skip_states
    outputs, states = layer(x, layer.begin_state(2))
    assert outputs.shape == (4, 2, 3) and len(states) == 2 and not layer.skip_states


def test_f_is_all_of_nd_whichever_file_is_imported_first():
    code = """
from minigrad.gluon.hybrid import HybridBlock

class Same(HybridBlock):
    def hybrid_forward(self, F, x):
        return F is __import__("minigrad.nd").nd and hasattr(F, "npx")

assert Same()(1.0) is True
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
