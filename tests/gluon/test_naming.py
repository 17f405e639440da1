"""Names of blocks: counted by class, within the scope of the net or at the top."""

from minigrad.gluon import nn


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
