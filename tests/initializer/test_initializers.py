"""Every initializer against MXNet's recorded values and laws, the dispatch by name, and custom initializers."""

import json
import math
from pathlib import Path

import numpy
import pytest

from minigrad import init, np, random
from minigrad.errors import ArgumentError, ShapeError, UsageError
from minigrad.initializer.initializer import registry

CASES = json.loads((Path(__file__).parents[1] / "data" / "initializers.json").read_text())["cases"]


def build(case):
    return getattr(init, case["init"])(**case.get("kwargs", {}))


def filled(initializer, name, shape, dtype="float32"):
    array = np.array(numpy.full(shape, numpy.nan, dtype))
    initializer(name, array)
    return array.asnumpy()


@pytest.mark.parametrize("case", [c for c in CASES if "value" in c], ids=lambda c: c["id"])
def test_values_equal_mxnets(case):
    name = case["name"]
    if "through" in case:  # a Parameter's own initializer
        name = init.InitDesc(name, {"__init__": build(case)})
    assert filled(build(case), name, case["shape"]).tolist() == case["value"]


@pytest.mark.parametrize("case", [c for c in CASES if "raises" in c], ids=lambda c: c["id"])
def test_what_mxnet_refuses_is_refused(case):
    with pytest.raises(ValueError, match=case["name"]):
        filled(build(case), case["name"], case["shape"])


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize(
    "case", [c for c in CASES if c.get("distribution") in ("uniform", "normal")], ids=lambda c: c["id"]
)
def test_draws_follow_the_law(case, dtype):
    random.seed(7)
    values = filled(build(case), case["name"], case["shape"], dtype)
    assert values.dtype == dtype
    values = values.astype("float64")
    # Five standard errors of the mean and of the standard deviation, and a fourth moment that tells the laws apart.
    n, std = values.size, case["std"]
    kurtosis = {"uniform": 9 / 5, "normal": 3}[case["distribution"]]
    assert abs(values.mean()) < 5 * std / math.sqrt(n)
    assert abs(values.std() / std - 1) < 5 * math.sqrt((kurtosis - 1) / (4 * n)) + 2**-11
    assert (values**4).mean() / values.var() ** 2 == pytest.approx(kurtosis, rel=0.25)
    if case["distribution"] == "uniform":
        assert numpy.abs(values).max() <= case["high"] * (1 + 2**-11)
        assert numpy.abs(values).max() > 0.98 * case["high"]


@pytest.mark.parametrize("case", [c for c in CASES if c.get("distribution") == "orthogonal"], ids=lambda c: c["id"])
def test_orthogonal_has_orthogonal_rows_or_columns_of_the_given_length(case):
    matrix = filled(build(case), case["name"], case["shape"]).reshape(case["shape"][0], -1).astype("float64")
    gram = matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix
    numpy.testing.assert_allclose(gram, case["scale"] ** 2 * numpy.eye(len(gram)), atol=1e-6)


def test_the_seed_decides_the_draws():
    law = init.Xavier()
    random.seed(3)
    first, second = filled(law, "a_weight", (4, 5)), filled(law, "a_weight", (4, 5))
    random.seed(3)
    assert (filled(law, "a_weight", (4, 5)) == first).all()
    assert (first != second).any()


def test_strings_name_initializers_in_any_case():
    assert isinstance(init.create("Zeros"), init.Zero)
    assert isinstance(init.create("ones"), init.One)
    assert init.create("normal", sigma=0.5).sigma == 0.5
    assert isinstance(init.create(init.Orthogonal), init.Orthogonal)
    own = init.Uniform(1)
    assert init.create(own) is own
    assert set(registry) >= {"zero", "one", "zeros", "ones", "constant", "uniform", "normal", "xavier", "orthogonal"}


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(ArgumentError, match="'xavir'; did you mean 'xavier'"):
        init.create("xavir")
    with pytest.raises(ArgumentError, match="not 3"):
        init.create(3)


def test_a_custom_initializer_writes_into_the_array(monkeypatch):
    monkeypatch.setattr("minigrad.initializer.initializer.registry", dict(registry))
    seen = []

    @init.register
    class Far(init.Initializer):
        def _init_weight(self, name, data):
            seen.append((name, data.shape))
            data[:] = np.random.uniform(-10, 10, data.shape)
            data *= np.abs(data) >= 5

    values = filled(init.create("far"), "dense0_weight", (40, 50))
    assert seen == [("dense0_weight", (40, 50))]
    assert ((values == 0) | (numpy.abs(values) >= 5)).all()
    assert 0.4 < (values == 0).mean() < 0.6
    assert (filled(init.create("far"), "dense0_bias", (3,)) == 0).all()


def test_a_custom_initializer_may_override_the_bias():
    class Half(init.Initializer):
        def _init_bias(self, _, arr):
            arr[:] = 0.5

    assert (filled(Half(), "fc_bias", (3,)) == 0.5).all()
    with pytest.raises(NotImplementedError, match="Half must define _init_weight"):
        filled(Half(), "fc_weight", (3,))


def test_mixed_takes_the_first_pattern_that_matches_the_beginning():
    mixed = init.Mixed(["conv", ".*dense", ".*_weight"], [init.Constant(1), "zeros", init.Constant(3)])
    assert filled(mixed, "conv0_weight", (1,)) == 1
    assert filled(mixed, "net_dense0_weight", (1,)) == 0
    assert filled(mixed, "net_conv0_weight", (1,)) == 3  # 'conv' does not match in the middle
    assert filled(mixed, "conv0_bias", (1,)) == 0  # the suffix still decides
    with pytest.raises(ArgumentError, match=r"No pattern matches the name 'net_gamma'"):
        filled(mixed, "net_gamma", (1,))
    with pytest.raises(ArgumentError, match="2 patterns and 1 initializers"):
        init.Mixed(["a", "b"], ["zeros"])


def test_load_copies_by_name_and_falls_back():
    arrays = {"a_weight": numpy.arange(6.0).reshape(2, 3), "b_bias": np.array([7.0])}
    load = init.Load(arrays, default_init=init.Constant(9))
    assert filled(load, "a_weight", (2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert filled(load, "b_bias", (1,)) == 7
    assert filled(load, "c_weight", (1,)) == 9
    with pytest.raises(ShapeError, match=r"'a_weight' has shape \(3, 2\), but the array to load \(2, 3\)"):
        filled(load, "a_weight", (3, 2))
    with pytest.raises(UsageError, match="no array 'c_weight'"):
        filled(init.Load(arrays), "c_weight", (1,))


def test_load_refuses_what_is_no_dict_of_arrays():
    with pytest.raises(ArgumentError, match=r"param='net.params' cannot be used; expected a dict"):
        init.Load("net.params", default_init=init.Zero())  # a part of this text would pass for a name


def test_constant_takes_an_array():
    assert filled(init.Constant(numpy.array([1.0, 2.0])), "a_weight", (2,)).tolist() == [1, 2]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
@pytest.mark.parametrize("law", ["xavier", "msraprelu", "uniform", "normal", "orthogonal", "bilinear"])
def test_empty_weights_are_left_empty(law, shape):
    assert filled(init.create(law), "a_weight", shape).shape == shape


@pytest.mark.parametrize("law", ["uniform", "normal"])
def test_a_random_orthogonal_matrix_reflects_as_often_as_it_rotates_and_has_no_favourite_sign(law):
    drawn = numpy.array([filled(init.Orthogonal(1.0, law), "a_weight", (2, 2)) for _ in range(400)])
    assert abs(numpy.mean(numpy.linalg.det(drawn))) < 0.2  # 4 standard deviations
    assert (abs(drawn.mean(0)) < 0.15).all()


def test_the_orthogonal_number_is_the_scale():
    assert abs(filled(init.Orthogonal(3.0), "a_weight", ())) == pytest.approx(3)


@pytest.mark.parametrize("shape", [(), (6,)])
def test_lstm_biases_come_in_fours(shape):
    with pytest.raises(ShapeError, match=r"'lstm0_i2h_weight' has shape .*multiple of 4"):
        filled(init.LSTMBias(), "lstm0_i2h_weight", shape)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: init.Xavier(rnd_type="normal"), "rnd_type is 'normal'; it must be 'uniform' or 'gaussian'"),
        (lambda: init.Xavier(factor_type="fan_in"), "factor_type is 'fan_in'"),
        (lambda: init.Orthogonal(rand_type="gaussian"), "rand_type is 'gaussian'"),
    ],
)
def test_error_repeats_the_value(make, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        make()


def test_bilinear_upsampling_keeps_a_linear_ramp():
    kernel = filled(init.Bilinear(), "up_weight", (1, 1, 4, 4))[0, 0]
    stretched = numpy.zeros(2 * 6 + 2)
    for i in range(6):  # transposed convolution of a ramp, stride 2, along one axis
        stretched[2 * i : 2 * i + 4] += i * kernel.sum(0) / 2
    numpy.testing.assert_allclose(numpy.diff(stretched[3:11]), 0.5, atol=1e-6)


def test_equal_arguments_make_equal_initializers():
    array = np.array([1.0, 2.0])
    for make in (
        lambda: init.Constant(3),
        lambda: init.Constant(array.copy()),
        lambda: init.Xavier("gaussian", magnitude=2),
        lambda: init.Mixed([".*bias", ".*"], [init.Zero(), init.Uniform(0.1)]),
    ):
        assert make() == make() and hash(make()) == hash(make())
        assert make() != init.Zero() and make() != "constant"
    assert init.Constant(3) != init.Constant(4)
    assert init.Constant(array) != init.Constant(2 * array)
    assert init.Uniform(0.1) != init.Normal(0.1)


def test_an_initializer_is_written_as_gluon_writes_it():
    assert json.loads(init.Xavier(magnitude=2).dumps()) == [
        "xavier",
        {"rnd_type": "uniform", "factor_type": "avg", "magnitude": 2},
    ]
    assert init.Zero().dumps() == '["zero", {}]'


def test_load_knows_the_names_of_mxnets_files():
    load = init.Load({"arg:dense0_weight": np.array([1.0, 2.0]), "aux:mean": np.array([3.0])}, "zeros")
    weight = np.array([7.0, 7.0])
    load("dense0_weight", weight)
    assert weight.tolist() == [1.0, 2.0]
