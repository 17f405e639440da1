"""Names of blocks: counted by class, within the scope of the net or at the top."""

from minigrad.gluon import nn, rnn


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


def test_layers_of_a_family_have_one_name_as_in_gluon_and_so_have_their_subclasses():
    class Mine(nn.Conv3D):
        pass

    class Cell(rnn.GRUCell):
        pass

    class Named(nn.Block):
        def _alias(self):
            return "part"

    net = nn.Sequential(prefix="net_")
    with net.name_scope():
        blocks = [
            nn.Conv1D(1, 1), Mine(1, 1), nn.Conv2DTranspose(1, 1), nn.AvgPool2D(), nn.GlobalMaxPool1D(),
            nn.Activation("tanh"), rnn.RNNCell(1), rnn.LSTMCell(1), Cell(1), rnn.LSTM(1), Named(),
        ]  # fmt: skip
    assert [block.name.removeprefix("net_") for block in blocks] == [
        "conv0", "conv1", "conv2", "pool0", "pool1", "tanh0", "rnn0", "lstm0", "gru0", "lstm1", "part0",
    ]  # fmt: skip


def test_the_first_argument_of_a_sequence_may_be_its_prefix():
    for kind in (nn.Sequential, nn.HybridSequential):
        assert kind("part_", nn.Dense(1)).prefix == "part_" and len(kind("part_", nn.Dense(1))) == 1
