"""Dictionaries of parameters: made once, shared, checked, and acted on together."""

import numpy
import pytest

from minigrad import autograd, cpu, gluon, init, np
from minigrad.errors import KindError, ShapeError, UsageError
from minigrad.gluon import ParameterDict, nn


def test_get_makes_a_parameter_once_and_checks_what_is_asked_again():
    params = ParameterDict("net_")
    p = params.get("weight", shape=(2, 0))
    assert p.name == "net_weight"
    assert params.get("weight", shape=(0, 3)) is p
    assert p.shape == (2, 3)
    with pytest.raises(AssertionError, match="only 0s may change"):
        params.get("weight", shape=(2, 4))
    with pytest.raises(AssertionError, match="float32 and not float64"):
        params.get("weight", dtype="float64")


@pytest.mark.parametrize(
    "asked",
    [{"shape": (2, 3)}, {"lr_mult": 0.1}, {"wd_mult": 0}, {"grad_req": "null"}, {"dtype": "float16"}, {"init": "one"}],
)
def test_get_refuses_what_the_parameter_is_not(asked):  # as MXNet does
    params = ParameterDict("a_")
    made = params.get("w", shape=(2,), init=init.Normal(0.5))
    assert params.get("w", shape=(0,), init=init.Normal(0.5), lr_mult=1, dtype=numpy.float32, grad_req="write") is made
    with pytest.raises((UsageError, ShapeError), match="'a_w' (is shared|has shape)"):
        params.get("w", **asked)
    assert (made.shape, made.lr_mult, made.grad_req, made.dtype) == ((2,), 1.0, "write", "float32")


def test_a_shared_parameter_without_an_initializer_takes_the_one_that_is_asked_for():
    one = nn.Dense(2, in_units=2)
    two = nn.Dense(2, in_units=2, params=one.params, weight_initializer="ones")
    two.initialize()
    assert one.weight.data().tolist() == [[1, 1], [1, 1]]


def test_get_takes_from_the_shared_dictionary_first():
    mine = ParameterDict("net_")
    p = mine.get("weight", shape=(1,))
    other = ParameterDict("net_", shared=mine)
    assert other.get("weight") is p
    assert other.get("bias", shape=(1,)) is not mine.get("bias", shape=(1,))


def test_setdefault_takes_a_parameter_as_brackets_do():
    params, p = ParameterDict(), gluon.Parameter("w")
    assert params.setdefault("w", p) is params.setdefault("w") is p
    with pytest.raises(KindError, match="'b' is 3; expected a parameter"):
        params.setdefault("b", 3)
    with pytest.raises(TypeError, match="name=\\['b'\\]"):
        params.setdefault(["b"], p)
    assert [*params] == ["w"]


def test_get_constant():
    params = ParameterDict("net_")
    c = params.get_constant("c", [1, 2])
    assert params.get_constant("c") is c
    with pytest.raises(AssertionError, match=r"'net_d'.*give its value"):
        params.get_constant("d")


def test_one_name_cannot_mean_two_parameters():
    a, b = ParameterDict(), ParameterDict()
    p = a.get("weight", shape=(1,))
    b.get("weight", shape=(1,))
    with pytest.raises(UsageError, match="Two different parameters are called 'weight'"):
        a.update(b)
    a.update({"weight": p, "again": p})
    assert list(a) == ["weight", "again"]


def test_a_dictionary_passes_on_to_all_members():
    net = nn.Dense(2, in_units=2)
    params = net.collect_params()
    params.initialize(init.One())
    params.setattr("lr_mult", 0.5)
    assert [p.lr_mult for p in params.values()] == [0.5, 0.5]
    with autograd.record():
        y = net(np.ones((1, 2)))
    y.backward()
    params.zero_grad()
    assert net.weight.grad().tolist() == [[0, 0], [0, 0]]
    params.cast("float64")
    assert net.bias.data().dtype == "float64"
    assert params.list_ctx() == [cpu(0)]
    params.reset_ctx([cpu(0), cpu(1)])
    assert params.list_ctx() == [cpu(0), cpu(1)]


def test_a_dictionary_saves_without_a_prefix_and_loads_with_one(tmp_path):
    a = nn.Dense(1, in_units=2, prefix="a_")
    b = nn.Dense(1, in_units=2, prefix="b_")
    a.initialize("normal")
    b.initialize()
    a.collect_params().save(tmp_path / "p", strip_prefix="a_")
    b.collect_params().load(tmp_path / "p", restore_prefix="b_")
    assert b.weight.data().tolist() == a.weight.data().tolist()
    with pytest.raises(ValueError, match="does not start with 'x_'"):
        a.collect_params().save(tmp_path / "p", strip_prefix="x_")


def test_a_dictionary_prints_its_parameters():
    params = gluon.nn.Dense(2, prefix="d_").params
    assert repr(params) == (
        "d_ (\n  Parameter d_weight (shape=(2, 0), dtype=float32)\n  Parameter d_bias (shape=(2,), dtype=float32)\n)"
    )
