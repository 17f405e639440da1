"""Blocks: registration, names, collecting, hooks, custom layers in every style of the guides, and files."""

import numpy
import pytest

from minigrad import autograd, cpu, gluon, init, np, npx
from minigrad.errors import DeferredInitializationError
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


# Names


def test_names_count_up_within_their_scope():
    net = nn.Sequential(prefix="net_")
    with net.name_scope():
        a, b, c = nn.Dense(1), nn.Dense(1), nn.BatchNorm()
        inner = nn.HybridSequential()
        with inner.name_scope():
            d = nn.Dense(1)
    assert [x.name for x in (a, b, c, d)] == [
        "net_dense0",
        "net_dense1",
        "net_batchnorm0",
        "net_hybridsequential0_dense0",
    ]
    assert d.weight.name == "net_hybridsequential0_dense0_weight"


def test_names_at_the_top_count_up_by_class():
    first, second = nn.Dense(1), nn.Dense(1)
    number = int(first.name.removeprefix("dense"))
    assert second.prefix == f"dense{number + 1}_"


def test_an_empty_prefix_opens_no_scope():
    outer = nn.Sequential(prefix="outer_")
    with outer.name_scope():
        inner = nn.Sequential(prefix="")
        with inner.name_scope():
            layer = nn.Dense(1)
    assert layer.name == "outer_dense0"


def test_select_matches_the_beginning_of_full_names():
    net = nn.Sequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(1), nn.BatchNorm())
    assert list(net.collect_params("dense")) == []
    assert list(net.collect_params("net_dense")) == ["net_dense0_weight", "net_dense0_bias"]
    assert list(net.collect_params(".*weight|.*beta")) == ["net_dense0_weight", "net_batchnorm0_beta"]


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


def test_a_layer_of_the_older_style_finds_its_unknown_lengths():
    class Layer(gluon.HybridBlock):
        def __init__(self, units, scales, **kwargs):
            super().__init__(**kwargs)
            with self.name_scope():
                self.weights = self.params.get("weights", shape=(units, 0), allow_deferred_init=True)
                self.scales = self.params.get(
                    "scales", shape=scales.shape, init=init.Constant(scales.asnumpy()), differentiable=False
                )

        def hybrid_forward(self, F, x, weights, scales):
            x = F.broadcast_div(F.broadcast_sub(x, F.min(x)), F.broadcast_sub(F.max(x), F.min(x)))
            return F.broadcast_mul(scales, F.FullyConnected(x, weights, num_hidden=self.weights.shape[0], no_bias=True))

    net = nn.HybridSequential()
    with net.name_scope():
        net.add(nn.Dense(4), Layer(5, np.array([2])), nn.Dense(1))
    net.initialize(init.Xavier(magnitude=2.24))
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
    with autograd.record():
        loss = gluon.loss.L2Loss()(net(np.array(numpy.random.default_rng(0).normal(size=(5, 2)))), np.ones((5, 1)))
    loss.backward()
    before = net[1].weights.data().copy()
    trainer.step(5)
    assert net[1].weights.shape == (5, 4)
    assert (net[1].weights.data() != before).any()
    assert net[1].scales.data().tolist() == [2]


def test_unknown_lengths_are_found_through_convolutions_and_normalizations_too():
    class Layer(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.weight = self.params.get("weight", shape=(3, 0, 2, 2), allow_deferred_init=True)
            self.bias = self.params.get("bias", shape=(0,), allow_deferred_init=True, init="zeros")
            self.gamma = self.params.get("gamma", shape=(0,), allow_deferred_init=True)
            self.beta = self.params.get("beta", shape=(0,), allow_deferred_init=True)

        def hybrid_forward(self, F, x, weight, bias, gamma, beta):
            y = F.Convolution(x, weight, bias, kernel=(2, 2), num_filter=3)
            return F.LayerNorm(y, gamma, beta)

    layer = Layer()
    layer.initialize()
    assert layer(np.ones((2, 4, 5, 6))).shape == (2, 3, 4, 5)
    assert [p.shape for p in layer.collect_params().values()] == [(3, 4, 2, 2), (3,), (5,), (5,)]


def test_a_use_that_says_nothing_about_the_shape_is_explained():
    class Layer(gluon.HybridBlock):
        def __init__(self):
            super().__init__(prefix="odd_")
            self.weight = self.params.get("weight", shape=(0,), allow_deferred_init=True)

        def hybrid_forward(self, F, x, weight):
            return x * weight

    layer = Layer()
    layer.initialize()
    with pytest.raises(DeferredInitializationError, match=r"'odd_weight' cannot be found.*infer_shape\(self, x\)"):
        layer(np.ones((2, 3)))


def test_a_layer_of_the_newer_style_says_its_shapes_in_infer_shape():
    class Layer(gluon.HybridBlock):
        def __init__(self, units):
            super().__init__()
            self.units = units
            self.weight = gluon.Parameter("weight", shape=(units, -1), allow_deferred_init=True)

        def infer_shape(self, x, *args):
            self.weight.shape = (self.units, x.shape[-1])

        def forward(self, x):
            return npx.fully_connected(x, self.weight.data(), num_hidden=self.units, no_bias=True)

    layer = Layer(3)
    layer.initialize()
    assert layer(np.ones((2, 5))).shape == (2, 3)

    class Silent(Layer):
        def infer_shape(self, x, *args):
            pass

    silent = Silent(3)
    silent.initialize()
    with pytest.raises(DeferredInitializationError, match=r"weight' has the unknown shape \(3, 0\) and Silent"):
        silent(np.ones((2, 5)))


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


# Files


def small(units=2):
    net = nn.Sequential()
    net.add(nn.Dense(3), nn.BatchNorm(), nn.Dense(units))
    return net


def trained():
    net = small()
    net.initialize("normal")
    net(np.ones((1, 4)))
    return net


def test_structural_names_are_used_in_files(tmp_path):
    net = trained()
    assert [name for name, _ in net.structure()] == [
        "0.weight",
        "0.bias",
        "1.gamma",
        "1.beta",
        "1.running_mean",
        "1.running_var",
        "2.weight",
        "2.bias",
    ]
    net.save_parameters(tmp_path / "p")
    with numpy.load(tmp_path / "p", allow_pickle=False) as file:
        assert file["0.weight"].shape == (3, 4)


@pytest.mark.parametrize("start", ["untouched", "deferred", "ready", "on another device"])
def test_parameters_load_into_any_state_of_a_network(start, tmp_path):
    net = trained()
    net.save_parameters(tmp_path / "p")
    other = small()
    if start != "untouched":
        other.initialize(ctx=cpu(1) if start == "on another device" else None)
    if start == "ready":
        other(np.ones((1, 4)))
    other.load_parameters(tmp_path / "p")
    ctx = cpu(1) if start == "on another device" else cpu(0)
    assert other[0].weight.list_ctx() == [ctx]
    expected, found = net(np.ones((2, 4))), other(np.ones((2, 4), ctx=ctx))
    numpy.testing.assert_array_equal(expected.asnumpy(), found.asnumpy())


def test_parameters_load_onto_the_devices_asked_for(tmp_path):
    trained().save_parameters(tmp_path / "p")
    net = small()
    net.load_parameters(tmp_path / "p", ctx=[cpu(0), cpu(1)])
    assert net[0].weight.list_ctx() == [cpu(0), cpu(1)]
    net.load_parameters(tmp_path / "p", ctx=cpu(2))
    assert net[0].weight.list_ctx() == [cpu(2)]


def test_a_shared_parameter_is_in_the_file_once(tmp_path):
    net = nn.Sequential()
    layer = nn.Dense(2, in_units=2)
    net.add(layer, nn.Dense(2, in_units=2, params=layer.params))
    net.initialize()
    net.save_parameters(tmp_path / "p")
    with numpy.load(tmp_path / "p") as file:
        assert "1.weight" not in file
    net.load_parameters(tmp_path / "p")


def unchanged(net, call, error, match):
    before = {name: p.data().asnumpy() for name, p in net.structure()}
    with pytest.raises(error, match=match):
        call()
    for name, p in net.structure():
        numpy.testing.assert_array_equal(before[name], p.data().asnumpy())


def test_a_missing_name_is_said_and_can_be_allowed(tmp_path):
    net = nn.Sequential()
    net.add(nn.Dense(3, in_units=4))
    net.initialize("ones")
    net.save_parameters(tmp_path / "p")
    longer = trained()
    unchanged(
        longer,
        lambda: longer.load_parameters(tmp_path / "p"),
        AssertionError,
        r"no parameter '1.gamma'.*allow_missing=True",
    )
    longer.load_parameters(tmp_path / "p", allow_missing=True)
    assert longer[0].weight.data().tolist() == [[1] * 4] * 3


def test_an_extra_name_is_said_and_can_be_ignored(tmp_path):
    trained().save_parameters(tmp_path / "p")
    net = nn.Sequential()
    net.add(nn.Dense(3, in_units=4))
    net.initialize()
    unchanged(
        net, lambda: net.load_parameters(tmp_path / "p"), ValueError, r"has a parameter '1.gamma'.*ignore_extra=True"
    )
    net.load_parameters(tmp_path / "p", ignore_extra=True)


def test_a_wrong_shape_is_said(tmp_path):
    trained().save_parameters(tmp_path / "p")
    net = small(units=5)
    net.initialize()
    net(np.ones((1, 4)))
    unchanged(
        net, lambda: net.load_parameters(tmp_path / "p"), AssertionError, r"'2.weight' has shape \(5, 3\).*\(2, 3\)"
    )


def test_a_wrong_dtype_is_said_and_can_be_converted_either_way(tmp_path):
    net = nn.Dense(1, in_units=2, dtype="float64")
    net.initialize()
    net.save_parameters(tmp_path / "p")
    other = nn.Dense(1, in_units=2)
    other.initialize()
    unchanged(
        other,
        lambda: other.load_parameters(tmp_path / "p"),
        AssertionError,
        "dtype float32.*float64; pass cast_dtype=True",
    )
    other.load_parameters(tmp_path / "p", cast_dtype=True)
    assert other.weight.data().dtype == "float32"
    other.load_parameters(tmp_path / "p", cast_dtype=True, dtype_source="saved")
    assert other.weight.data().dtype == "float64"


def test_a_file_that_is_no_file_of_ours_changes_nothing(tmp_path):
    net = trained()
    (tmp_path / "p").write_bytes(b"nonsense")
    unchanged(net, lambda: net.load_parameters(tmp_path / "p"), ValueError, "not a file of minigrad")
    unchanged(net, lambda: net.load_parameters(tmp_path / "absent"), FileNotFoundError, "no file")
