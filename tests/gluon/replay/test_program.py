"""The program: a network as text, with arrays that are shared where that does no harm."""

from minigrad import autograd, gluon, np
from minigrad.gluon import nn

TEXT = """\
def make(r0, r4, r6, r7):
    x = net_dense0_weight = net_dense0_bias = net_dense1_weight = r3 = None

    def forward(*inputs):
        nonlocal x, net_dense0_weight, net_dense0_bias, net_dense1_weight, r3
        x, net_dense0_weight, net_dense0_bias, net_dense1_weight, = inputs
        dot(x, net_dense0_weight.T, out=r0)
        add(r0, net_dense0_bias, out=r0)
        maximum(r0, zero, out=r0)
        r3 = dot(r0, net_dense1_weight.T)
        return r3

    def backward(dy):
        dot(dy, net_dense1_weight, out=r4)
        d_net_dense1_weight = dot(dy.T, r0)
        sign(r0, out=r6)
        multiply(r4, r6, out=r7)
        d_net_dense0_weight = dot(r7.T, x)
        d_net_dense0_bias = dot(ones6, r7)
        return [d_net_dense0_weight, d_net_dense0_bias, d_net_dense1_weight]

    def release():
        nonlocal x, net_dense0_weight, net_dense0_bias, net_dense1_weight, r3
        x = net_dense0_weight = net_dense0_bias = net_dense1_weight = r3 = None

    return forward, backward, release"""


def program(*layers, prefix="net_", recorded=True):
    """The program of layers in a row, for a batch of two."""
    net = nn.HybridSequential(prefix=prefix)
    with net.name_scope():
        net.add(*(make() for make in layers))
    net.initialize()
    net.hybridize()
    assert net.programs() == []
    with autograd.record() if recorded else autograd.pause():
        net(np.ones((2, 3)))
    (plan,) = net._replay.plans.values()
    assert net.programs() == [plan.program.source]
    return plan.program


def test_the_text_is_what_one_would_write_by_hand():
    layers = (lambda: nn.Dense(4, "relu", in_units=3), lambda: nn.Dense(2, in_units=4, use_bias=False))
    assert program(*layers).source == TEXT


class Gate(gluon.HybridBlock):
    pure = True

    def forward(self, x):
        return x[:, :2] * x[:, 2:]


def test_slices_are_written_as_one_would_and_their_gradients_share_an_array():
    lines = program(lambda: nn.Dense(4, in_units=3, use_bias=False), Gate).source.splitlines()
    back = [line.strip() for line in lines[lines.index("    def backward(dy):") + 1 :]]
    assert "r1 = multiply(r0[:, :2], r0[:, 2:])" in [line.strip() for line in lines]
    assert back[:6] == [
        "multiply(dy, r0[:, 2:], out=r2)",
        "multiply(dy, r0[:, :2], out=r3)",
        "r4 = zeros_like(r3, shape=(2, 4, ))",
        "r4[:, 2:] = r3",
        "add(r4[:, :2], r2, out=r4[:, :2])",
        "d_net_dense0_weight = dot(r4.T, x)",
    ]


def test_a_deep_network_needs_no_more_arrays_for_the_way_back_than_a_flat_one():
    deep = program(*[lambda: nn.Dense(3, "relu", in_units=3)] * 12, lambda: nn.Dense(3, in_units=3))
    flat = program(*[lambda: nn.Dense(3, "relu", in_units=3)] * 3, lambda: nn.Dense(3, in_units=3))
    assert len(deep._numbers) == 12 + 3 * 12
    assert len(deep._kinds) - 12 - 11 <= len(flat._kinds) - 3 - 2 <= 3  # the activations, and the way back for weights


def test_a_prediction_keeps_two_arrays_however_deep_the_network_is():
    deep = program(*[lambda: nn.Dense(3, "relu", in_units=3)] * 12, lambda: nn.Dense(3, in_units=3), recorded=False)
    assert len(deep._numbers) == 12
    assert len(deep._kinds) == 2
