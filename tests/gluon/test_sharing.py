"""Shared parameters are one object, learn from both blocks, and must fit."""

import pytest

from minigrad import autograd, np
from minigrad.errors import ShapeError, UsageError
from minigrad.gluon import nn


def mlp(**kwargs):
    net = nn.Sequential(**kwargs)
    with net.name_scope():
        net.add(nn.Dense(4), nn.Dense(2))
    return net


def test_a_layer_shares_anothers_own_parameters():
    one, two = nn.Dense(3), nn.Dense(3)
    assert two.share_parameters(one.params) is two
    one.initialize()
    x = np.ones((2, 5))
    assert (one(x) == two(x)).all()
    assert list(two.collect_params().values()) == [one.weight, one.bias]


def test_gradients_of_both_uses_are_added():
    one, two = nn.Dense(1, use_bias=False), nn.Dense(1, use_bias=False)
    two.share_parameters(one.params)
    one.initialize("ones")
    with autograd.record():
        y = one(np.array([[1.0]])) + two(np.array([[10.0]]))
    y.backward()
    assert one.weight.grad().item() == 11


@pytest.mark.parametrize("names", ["structural", "full"])
def test_a_network_shares_all_parameters_of_another(names):
    one, two = mlp(prefix="a_"), mlp(prefix="b_")
    two.share_parameters(dict(one.structure()) if names == "structural" else one.collect_params())
    assert [p for _, p in two.structure()] == [p for _, p in one.structure()]


def test_what_has_no_place_or_does_not_fit_is_named_and_nothing_changes():
    one, two = mlp(), mlp()
    before = dict(two.structure())
    with pytest.raises(UsageError, match=r"no parameter '7\.weight'.*0\.weight, 0\.bias"):
        two.share_parameters({"0.weight": one[0].weight, "7.weight": one[1].weight})
    with pytest.raises(ShapeError, match=r"'1\.bias' has shape \(2,\).*\(4,\)"):
        two.share_parameters({"0.weight": one[0].weight, "1.bias": one[0].bias})
    assert dict(two.structure()) == before
