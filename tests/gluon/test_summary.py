"""The summary of a network: one line for each part, shapes of outputs, parameters counted once, 80 columns."""

from minigrad import np
from minigrad.gluon import nn


def test_the_table_of_a_network_with_shared_and_unlearned_parameters(capsys):
    net = nn.HybridSequential()
    shared = nn.Dense(3, in_units=3)
    net.add(nn.Dense(3), nn.BatchNorm(), shared, nn.Dense(3, in_units=3, params=shared.params), nn.Activation("relu"))
    net.initialize()
    net.summary(np.zeros((7, 4)))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    rows = {line[0]: line[-1] for line in lines if line}
    assert rows["0:"] == "15"
    assert rows["1:"] == "12"
    assert rows["2:"] == "12"
    assert rows["3:"] == "0"
    assert rows["4:"] == "3)"  # no parameters: the line ends with the shape (7, 3)
    assert rows["Parameters"] == "39"
    assert rows["learned"] == "33"
    assert rows["not"] == "6"


def test_no_line_is_wider_than_80_columns_and_hooks_are_gone_afterwards():
    inner = nn.Sequential()
    for _ in range(30):
        outer = nn.Sequential()
        outer.add(inner)
        inner = outer
    inner.add(nn.Dense(10**6, in_units=2))
    inner.initialize()

    from minigrad.gluon.summary import summary

    text = summary(inner, np.zeros((1, 2)))
    assert max(map(len, text.splitlines())) == 80
    assert inner._hooks == ([], [])


def test_several_inputs_and_outputs_have_all_their_shapes():
    class Two(nn.Block):
        def forward(self, a, b):
            return a, [b, b]

    from minigrad.gluon.summary import summary

    lines = summary(Two(), np.zeros((1, 2)), np.zeros((3,))).splitlines()
    assert lines[2].split(maxsplit=1)[1] == "(1, 2), (3,)"
    assert lines[3].split(maxsplit=1)[1] == "(1, 2), (3,), (3,)"


def test_a_layer_in_two_places_has_a_line_for_each():
    from minigrad.gluon.summary import summary

    layer, net = nn.Dense(3, in_units=3), nn.Sequential()
    net.add(layer, nn.Activation("relu"), layer)
    net.initialize()
    lines = [line.split() for line in summary(net, np.zeros((1, 3))).splitlines()]
    assert [(line[0], line[-1]) for line in lines if line[0].endswith(":")] == [("0:", "12"), ("1:", "3)"), ("2:", "0")]
