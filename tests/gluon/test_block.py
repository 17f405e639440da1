"""Blocks: registration, names, collecting, hooks, custom layers in every style of the guides, and files."""

import numpy
import pytest

from minigrad import autograd, cpu, gluon, init, np, npx
from minigrad.gluon import nn

# Registration


def test_blocks_and_parameters_assigned_to_attributes_are_registered():
    class Net(nn.Block):
        def __init__(self):
            super().__init__(prefix="net_")
            self.scale = self.params.get("scale", shape=(1,))
            with self.name_scope():
                self.first, self.second = nn.Dense(2), nn.Dense(1)

    assert list(Net().collect_params()) == [
        "net_scale",
        "net_dense0_weight",
        "net_dense0_bias",
        "net_dense1_weight",
        "net_dense1_bias",
    ]


@pytest.mark.parametrize("value", [3, None, nn.Dropout(0.1), gluon.Parameter("w", shape=(1,))])
def test_a_block_cannot_be_replaced_by_something_else(value):
    net = nn.Block()
    net.part = nn.Dense(1)
    with pytest.raises(TypeError, match="'part' of Block is a Dense and cannot become"):
        net.part = value


def test_a_block_can_be_replaced_by_one_of_its_kind_or_deleted():
    net = nn.Block()
    net.part = nn.Dense(1)
    net.part = new = nn.Dense(2)
    assert list(net.collect_params().values()) == [new.weight, new.bias]
    del net.part
    assert net.collect_params() == {}


def test_blocks_hidden_in_a_list_are_warned_of():
    net = nn.Block()
    net.parts = [nn.Dense(1)]
    with pytest.warns(UserWarning, match=r"'Block.parts' holds Blocks in a list.*register_child"):
        assert net.collect_params() == {}
    net.register_child(net.parts[0])
    assert len(net.collect_params()) == 2
    net.deeper = {"a": [(nn.Dense(1), 3)]}
    with pytest.warns(UserWarning, match=r"'Block.deeper' holds Blocks in a dict") as told:
        net.collect_params()
    with pytest.warns(UserWarning, match=r"is already initialized|holds Blocks") as more:
        net.initialize()
        net.initialize()
    assert {warning.filename for warning in [*told, *more]} == {__file__}


def test_a_forgotten_super_init_is_said():
    class Net(nn.Block):
        def __init__(self):
            self.part = nn.Dense(1)

    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\) first in Net"):
        Net()


def test_a_block_without_forward_says_so():
    with pytest.raises(NotImplementedError, match=r"Block must define forward\(self, x\)"):
        nn.Block()(np.zeros((1,)))
    with pytest.raises(NotImplementedError, match="hybrid_forward"):
        nn.HybridBlock()(np.zeros((1,)))


# Sharing


def test_layers_given_the_parameters_of_another_are_tied():
    net = nn.Sequential()
    shared = nn.Dense(2, in_units=2)
    net.add(shared, nn.Dense(2, in_units=2, params=shared.params))
    net.initialize(init.One())
    assert net[1].weight is net[0].weight
    assert len(net.collect_params()) == 2
    with autograd.record():
        y = net(np.ones((1, 2)))
    y.backward()
    assert net[0].weight.grad().tolist() == [[4, 4], [4, 4]]  # 2 through the first, 2 through the second


def test_a_network_made_again_with_the_same_prefix_shares_all_its_parameters():
    class Net(nn.Block):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            with self.name_scope():
                self.a, self.b = nn.Dense(2, in_units=2), nn.Dense(1, in_units=2)

        def forward(self, x):
            return self.b(self.a(x))

    one = Net(prefix="net_")
    two = Net(prefix="other_", params=one.collect_params())
    assert two.b.weight is one.b.weight
    assert two.b.name == "other_dense1"


# Custom layers


def test_parameters_made_by_hand_are_called_after_their_block():
    class Scale(nn.Block):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.weight = gluon.Parameter("weight", shape=(1,))

        def forward(self, x):
            return x * self.weight.data()

    net = nn.Sequential()
    net.add(Scale(prefix="a_"), Scale(prefix="b_"))
    net.initialize(init.Constant(3))
    assert list(net.collect_params()) == ["a_weight", "b_weight"]
    assert net(np.array([1.0])).item() == 9


def test_two_parameters_of_one_name_made_by_hand_are_both_found():
    class Affine(nn.Block):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.scale = gluon.Parameter(shape=(1,), init="ones")  # called 'weight', like the next
            self.shift = gluon.Parameter(shape=(1,), init="ones")
            self.one, self.two = gluon.Constant([1.0]), gluon.Constant([2.0])
            self.scale = gluon.Parameter(shape=(1,), init=init.Constant(5))  # instead of the first

        def forward(self, x):
            return x * self.scale.data() + self.shift.data() + self.two.data()

    net = Affine(prefix="a_")
    net.initialize()
    assert sorted(net.collect_params()) == ["a_const", "a_shift", "a_two", "a_weight"]
    assert net(np.array([2.0])).item() == 5 * 2 + 1 + 2
    net.shift.name = "a_weight"
    with pytest.raises(ValueError, match="Two different parameters are called 'a_weight'"):
        net.collect_params()


def test_a_layer_of_the_book_uses_its_parameters_by_hand():
    class MyDense(nn.Block):
        def __init__(self, units, in_units, **kwargs):
            super().__init__(**kwargs)
            self.weight = self.params.get("weight", shape=(in_units, units))
            self.bias = self.params.get("bias", shape=(units,))

        def forward(self, x):
            return npx.relu(np.dot(x, self.weight.data(ctx=x.ctx)) + self.bias.data(ctx=x.ctx))

    net = nn.Sequential()
    net.add(MyDense(4, in_units=3), MyDense(1, in_units=4))
    net.initialize()
    assert net(np.ones((2, 3))).shape == (2, 1)
    assert [name.split("_")[1] for name in net[0].params] == ["weight", "bias"]
    assert net[0].weight.data()[0].shape == (4,)


def test_constants_reach_hybrid_forward():
    class Shift(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.shift = self.params.get_constant("shift", [1, 2])

        def hybrid_forward(self, F, x, shift):
            return x + shift

    block = Shift()
    block.initialize()
    assert block(np.zeros((2,))).tolist() == [1, 2]


# Hooks, apply, hybridize, what is not offered


def test_hooks_see_inputs_and_outputs_until_they_are_detached():
    layer = nn.Activation("relu")
    seen = []
    before = layer.register_forward_pre_hook(lambda block, inputs: seen.append(inputs[0].tolist()))
    after = layer.register_forward_hook(lambda block, inputs, out: seen.append(out.tolist()))
    layer(np.array([-1.0]))
    before.detach()
    layer(np.array([2.0]))
    after.detach()
    layer(np.array([3.0]))
    assert seen == [[-1], [0], [2]]
    with layer.register_forward_hook(lambda *_: seen.clear()):
        layer(np.array([1.0]))
    assert seen == []


def test_apply_visits_children_first():
    net = nn.Sequential()
    net.add(nn.Dense(1), nn.Dropout(0.5))
    seen = []
    assert net.apply(lambda block: seen.append(type(block).__name__)) is net
    assert seen == ["Dense", "Dropout", "Sequential"]


def test_hybridize_is_accepted_and_changes_no_result():
    net = nn.HybridSequential()
    net.add(nn.Dense(2, in_units=3))
    net.initialize()
    x = np.ones((1, 3))
    before = net(x).tolist()
    net.hybridize(static_alloc=True)
    assert net(x).tolist() == before


def test_graph_files_are_not_offered_and_a_sentence_says_what_is():
    net = nn.HybridSequential()
    with pytest.raises(ValueError, match="save_parameters"):
        net.export("net")
    with pytest.raises(ValueError, match="load_parameters"):
        gluon.SymbolBlock.imports("net-symbol.json", ["data"], "net-0000.params")


def test_cast_and_reset_ctx_reach_every_part():
    net = nn.Sequential()
    net.add(nn.Dense(2, in_units=2), nn.BatchNorm(in_channels=2))
    net.initialize()
    net.cast("float64")
    assert {p.data().dtype.name for p in net.collect_params().values()} == {"float64"}
    net.reset_ctx(cpu(1))
    assert net(np.array(numpy.ones((1, 2)), ctx=cpu(1))).ctx is cpu(1)
