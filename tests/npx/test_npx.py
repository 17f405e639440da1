"""What the recorded calls of `test_array_names.py` leave open: gradients, masks, training, files, mistakes."""

import numpy
import pytest

from minigrad import autograd, context, gluon, nd, np, npx
from minigrad.errors import ArgumentError, KeywordError, MissingFileError, ShapeError
from minigrad.gradcheck import gradcheck

rng = numpy.random.default_rng(12)
X = rng.permutation(24).reshape(2, 3, 4) / 4 - 3.1  # no ties, no kinks
MASK = np.array([[1, 0, 1, 1], [0, 1, 1, 0], [1, 1, 1, 1]])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: npx.topk(x, k=2, axis=1, ret_typ="value"),
        lambda x: npx.masked_softmax(x, np.array(MASK), temperature=2.0),
        lambda x: npx.softmax(x, np.array([[1, 3, 4], [2, 4, 1]])),
        lambda x: npx.smooth_l1(x, 2.0),
        lambda x: npx.reshape(x, (-5, -1)),
        lambda x: npx.sequence_mask(x, np.array([1, 2, 0])),
        lambda x: npx.gather_nd(x, np.array([[0, 1, 1], [2, 0, 0]])),
        lambda x: npx.slice(x, (0, 2), (2, None), (1, -1)),
        lambda x: npx.batch_dot(x, x, transpose_b=True),
        lambda x: npx.index_add(x, np.array([[0, 1, 0], [2, 0, 2]]), x[0, 0]),
        lambda x: npx.index_update(x, np.array([[0, 1], [2, 0]]), 2 * x[0, :2]),
    ],
)
def test_gradients_are_those_of_differences(f):
    assert gradcheck(f, np.array(X), order=2)


def test_a_masked_softmax_is_the_softmax_of_what_is_shown_even_if_the_rest_is_infinite_or_nothing_is_shown():
    x = np.array([[1.0, 2.0, numpy.inf], [1.0, 2.0, 3.0]])
    y = npx.masked_softmax(x, np.array([[1, 1, 0], [0, 0, 0]]))
    e = numpy.exp([1.0, 2.0])
    numpy.testing.assert_allclose(y.asnumpy(), [[*(e / e.sum()), 0], [0, 0, 0]], rtol=1e-6)
    z = npx.masked_log_softmax(x[:1], np.array([[1, 1, 0]]))
    numpy.testing.assert_allclose(z.asnumpy(), [[*numpy.log(e / e.sum()), -numpy.inf]], rtol=1e-6)


def test_index_add_adds_every_time_and_index_update_replaces_and_both_copy():
    a = np.zeros((2, 2))
    ind = np.array([[0, 0, 1], [1, 1, 0]], dtype="int64")
    assert npx.index_add(a, ind, np.array([1, 2, 3])).tolist() == [[0, 3], [3, 0]]
    assert npx.index_update(a + 5, ind[:, 1:], np.array([1, 2])).tolist() == [[5, 1], [2, 5]]
    assert not a.any()


def test_dropout_drops_in_training_or_always_and_scales_what_stays():
    x = np.ones((200, 50))
    assert npx.dropout(x, 0.4) is x
    with autograd.record():
        y = npx.dropout(x, 0.4)
    for dropped in (y, npx.dropout(x, 0.4, mode="always")):
        assert set(numpy.unique(dropped.asnumpy().round(5))) == {0, numpy.float32(1 / 0.6).round(5)}
        assert abs((dropped == 0).mean().item() - 0.4) < 0.03
    shared = npx.dropout(x, 0.5, "always", axes=(0,)).asnumpy()
    assert (shared == shared[0]).all()


def test_batch_norm_moves_the_statistics_in_training_only():
    x = np.array(rng.standard_normal((8, 2, 3)).astype("float32"))
    mean, var = np.zeros(2), np.ones(2)
    arguments = x, 3 * np.ones(2), np.zeros(2), mean, var
    npx.batch_norm(*arguments)
    assert (mean == 0).all()
    with autograd.record():
        y = npx.batch_norm(*arguments, eps=0, momentum=0.5)
    numpy.testing.assert_allclose(mean.asnumpy(), x.asnumpy().mean((0, 2)) / 2, rtol=1e-5)
    numpy.testing.assert_allclose(y.asnumpy().std((0, 2)), 1, rtol=1e-5)  # fix_gamma: the 3 does not count
    with autograd.record():
        y = npx.batch_norm(*arguments, eps=0, fix_gamma=False)
    numpy.testing.assert_allclose(y.asnumpy().std((0, 2)), 3, rtol=1e-5)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("log_sigmoid", lambda x: -numpy.log1p(numpy.exp(-x))),
        ("mish", lambda x: x * numpy.tanh(numpy.log1p(numpy.exp(x)))),
    ],
)
def test_the_activations_that_mxnet_1_lacks(act, expected):
    numpy.testing.assert_allclose(npx.activation(np.array(X), act).asnumpy(), expected(X), rtol=1e-12)


def test_files_give_back_one_array_a_list_or_a_dictionary(tmp_path):
    a, b = np.array(X), np.array([1, 2], dtype="int32")
    for given, expected in ((a, [a]), ([a, b], [a, b]), ({"b": b, "a": a}, {"b": b, "a": a})):
        npx.save(tmp_path / "file", given)
        found = npx.load(tmp_path / "file")
        assert type(found) is type(expected)
        pairs = zip(found.values(), expected.values()) if isinstance(found, dict) else zip(found, expected)
        assert all(f.dtype == e.dtype and np.array_equal(f, e) for f, e in pairs)
        assert not isinstance(found, dict) or list(found) == ["b", "a"]
    npx.savez(tmp_path / "numpys.npz", a, second=b)
    found = npx.load(tmp_path / "numpys.npz")
    assert list(found) == ["arr_0", "second"]
    assert (numpy.load(tmp_path / "numpys.npz")["second"] == [1, 2]).all()
    with pytest.raises(KeywordError, match="a list of int at 'x'"):
        npx.save(tmp_path / "file", {"x": [1]})
    with pytest.raises(MissingFileError, match="no file"):
        npx.load(tmp_path / "missing")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda x: npx.activation(x, "reluu"), "did you mean 'relu'"),
        (lambda x: npx.leaky_relu(x, act_type="rrelu"), "did you mean"),
        (lambda x: npx.topk(x, ret_typ="values"), "'indices', 'value', 'both' or 'mask'"),
        (lambda x: npx.pooling(x, 2, pooling_convention="same"), "'valid' or 'full'"),
        (lambda x: npx.pooling(x, 2, layout="NHWC"), "moveaxis"),
    ],
)
def test_an_unknown_word_names_the_known_ones(call, said):
    with pytest.raises(ArgumentError, match=said):
        call(np.array(X))


@pytest.mark.parametrize(("shape", "said"), [((-3, -1), "not 1"), ((-4, -2), "more axes"), ((-2, -2, -5), "more axes")])
def test_a_coded_shape_that_does_not_fit_says_so(shape, said):
    with pytest.raises(ShapeError, match=said):
        npx.reshape(np.array(X), shape)


def test_the_switches_are_accepted_and_answer_truly():
    npx.set_np()
    npx.reset_np()
    assert npx.is_np_array()
    assert npx.is_np_shape()
    assert npx.use_np(int) is int
    npx.waitall()
    npx.set_seed(3)
    first = npx.random.uniform()
    npx.random.seed(3)
    assert npx.random.uniform() == first


def test_devices_have_their_older_names():
    assert context.cpu(0) is npx.cpu() is context.Context("cpu", 0) is context.cpu_pinned()
    assert context.Device is npx.Device
    with pytest.raises(ArgumentError, match="no device 'tpu'"):
        context.Context("tpu")
    with context.cpu(1):
        assert context.current_device() is npx.current_context() is npx.cpu(1)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int64", "float16"])
def test_the_largest_whole_numbers_come_first_though_some_have_no_negative(dtype):
    x = numpy.array([0, 1]) if dtype == "bool" else numpy.array([0, 127, 3] if dtype[0] != "i" else [-128, 127, 0])
    x = np.array(x.astype(dtype))
    falling = sorted(x.tolist(), reverse=True)
    assert npx.topk(x, k=len(x), ret_typ="value").tolist() == falling
    assert x[nd.argsort(x, is_ascend=False)].tolist() == falling
    assert npx.topk(x, k=1).tolist() == [x.tolist().index(falling[0])]


def test_positions_in_bytes_reach_beyond_255():
    x, i = np.arange(600), np.array([255, 3], dtype="uint8")
    assert np.take(x, i, mode="wrap").tolist() == np.take(x, i, mode="clip").tolist() == [255, 3]
    assert npx.pick(x.reshape(2, 300), i).tolist() == [255, 303]


@pytest.mark.parametrize("length", [1.5, numpy.nan, -0.5])  # MXNet cuts the fraction off
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
def test_a_length_is_a_whole_number(length):
    x, lengths = np.ones((2, 3)), np.array([2, length])
    for call in (
        lambda: npx.sequence_mask(x, lengths, True, axis=1),
        lambda: npx.softmax(x, lengths, use_length=True),
        lambda: gluon.rnn.RNNCell(1).unroll(3, x.reshape(2, 3, 1), valid_length=lengths),
    ):
        with pytest.raises(ArgumentError, match="is not a length; expected whole numbers"):
            call()


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "float16"])
def test_lengths_may_have_any_dtype(dtype):
    mask = npx.sequence_mask(np.ones((300, 2)), np.array([1, 127]).astype(dtype), True)
    assert mask.asnumpy().sum(0).tolist() == [1, 127]


def test_positions_outside_are_clipped_or_counted_round():
    x, i = np.arange(6).reshape(2, 3), np.array([3, -4])
    assert npx.pick(x, i).tolist() == npx.pick(x, i, mode="clip").tolist() == [2, 3]
    assert npx.pick(x, i, mode="wrap").tolist() == [0, 5]
    assert np.take(x[0], i, mode="clip").tolist() == [2, 0]
    assert np.take(x[0], i, mode="wrap").tolist() == [0, 2]


def test_numbers_like_halves_are_rounded_once():
    assert npx.arange_like(np.zeros(3000, dtype="float16"))[-2:].tolist() == [2998, 3000]  # 2999 lies between
    assert npx.arange_like(np.zeros((3, 2), dtype="float16"), axis=0).dtype == "float16"


def test_a_masked_softmax_of_halves_is_finite_where_nothing_is_shown():
    x = np.zeros((2, 4), dtype="float16")
    x.attach_grad()
    mask = np.array([[1, 1, 0, 0], [0, 0, 0, 0]])
    with autograd.record():
        y = npx.masked_softmax(x, mask)
    y.backward(np.array([[1, 0, 0, 0], [1, 0, 0, 0]], dtype="float16"))
    assert y.tolist() == [[0.5, 0.5, 0, 0], [0, 0, 0, 0]]
    assert x.grad.tolist() == [[0.25, -0.25, 0, 0], [0, 0, 0, 0]]
    assert npx.masked_log_softmax(x, mask)[1].tolist() == [-numpy.inf] * 4


def test_an_updated_value_is_the_new_one_however_large_the_old_one_was():
    y = npx.index_update(np.array([1e8, 2.0, 3.0]), np.array([[0, 2]]), np.array([1.0, 1e-3]))
    assert y.tolist() == pytest.approx([1, 2, 1e-3], rel=1e-6)
    assert npx.index_update(np.array([numpy.inf, 2.0]), np.array([[0]]), 5).tolist() == [5, 2]
    assert npx.index_update(np.zeros(3, dtype="float16"), np.array([[1]]), 5).dtype == "float16"


@pytest.mark.parametrize("value", [0.0, 7])
def test_masked_tokens_are_the_whole_numbers_that_they_were(value):
    tokens = numpy.array([[2**24 + 1, 5], [3, 2**24 + 3]])
    y = npx.sequence_mask(np.array(tokens), np.array([2, 1]), True, value=value, axis=1)
    assert y.dtype == "int64"
    assert y.tolist() == [[2**24 + 1, 5], [3, value]]


def test_an_empty_batch_is_flattened():
    x = np.zeros((0, 3, 4))
    assert npx.batch_flatten(x).shape == (0, 12)
    assert npx.fully_connected(x, np.ones((2, 12)), np.ones(2)).shape == (0, 2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x: npx.pick(x, np.array([0])), r"an index for each place of \(2, 3\) but axis 1, and got \(1, 1\)"),
        (lambda x: npx.pick(x, np.array([[0, 1, 2]])), r"but axis 1, and got \(1, 3\)"),
        (lambda x: npx.pick(x, np.array([1]), axis=0), r"but axis 0, and got \(1, 1\)"),
        (lambda x: npx.sequence_mask(x, np.array([1]), True), r"lengths of shape \(1,\) for data of shape \(2, 3\)"),
        (lambda x: npx.sequence_mask(x, np.ones((3, 1)), True), r"lengths of shape \(3, 1\)"),
        (lambda x: npx.batch_dot(x[None], np.ones((4, 3, 2))), r"got \(1, 2, 3\) and \(4, 3, 2\)"),
        (lambda x: npx.fully_connected(x, np.ones((4, 3)), np.ones(1)), r"a bias of shape \(1,\) for 4 outputs"),
    ],
)
def test_one_number_does_not_stand_for_all(call, sentence):
    """MXNet refuses these too. Broadcast, the index, the length or the bias of the first would be used everywhere."""
    with pytest.raises(ShapeError, match=sentence):
        call(np.ones((2, 3)))


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: npx.leaky_relu(np.zeros((2, 1, 4)), np.ones(3), "prelu"), "3 values for the 1 channels"),
        (lambda: npx.leaky_relu(np.zeros((2, 1)), np.ones(3), "prelu"), "3 values for the 1 channels"),
        (lambda: npx.group_norm(X, np.ones(1), np.zeros(3), 3), "1 values for the 3 channels"),
        (lambda: npx.group_norm(np.zeros((2, 1, 4)), np.ones(1), np.zeros(3)), "3 values for the 1 channels"),
    ],
)
def test_one_channel_is_not_repeated_for_many_slopes_nor_one_scale_for_many_channels(act, said):
    with pytest.raises(ShapeError, match=said):  # MXNet refuses them, too
        act()


def test_the_groups_of_a_normalization_may_have_one_scale_each():
    x, gamma, beta = np.array(rng.normal(size=(2, 4, 3))), np.array([2.0, -1.0]), np.array([0.5, 3.0])
    y = npx.group_norm(x, gamma, beta, num_groups=2, eps=0)
    plain = npx.group_norm(x, np.ones(4), np.zeros(4), num_groups=2, eps=0).asnumpy()
    scale, shift = (v.asnumpy().repeat(2)[:, None] for v in (gamma, beta))
    numpy.testing.assert_allclose(y.asnumpy(), plain * scale + shift, rtol=1e-6)
    assert npx.group_norm(x, np.ones(1), np.zeros(1)).shape == x.shape


def test_a_normalization_cannot_have_a_negative_epsilon_or_no_group():
    one, zero = np.ones(3), np.zeros(3)
    for act in (
        lambda: npx.instance_norm(X, one, zero, eps=-1),
        lambda: npx.group_norm(X, one, zero, eps=-1),
        lambda: npx.group_norm(X, one, zero, num_groups=-1),
        lambda: npx.group_norm(X, one, zero, num_groups=0),
    ):
        with pytest.raises(ArgumentError, match=r"(eps=-1|num_groups=-1|num_groups=0)"):
            act()


@pytest.mark.parametrize(("n", "dtype"), [(257, "uint8"), (2050, "float16"), (129, "int8"), (70_000, "float16")])
def test_positions_that_a_dtype_cannot_hold_are_refused(n, dtype):
    with pytest.raises(ArgumentError, match=f"dtype='{dtype}'.* position {n - 1}"):
        npx.topk(np.arange(n), dtype=dtype)
    n = min(n - 1, 2049)
    assert npx.topk(np.arange(n), dtype=dtype).tolist() == [n - 1]


def test_of_several_values_for_a_place_the_last_stays_and_gets_the_gradient():
    a, val = np.array([1.0, 2.0, 3.0]), np.array([5.0, 6.0, 7.0])
    a.attach_grad()
    val.attach_grad()
    expected = a.asnumpy()
    expected[[0, 2, -3]] = val.asnumpy()
    with autograd.record():
        y = npx.index_update(a, np.array([[0, 2, -3]]), val)
    y.backward(np.array([10.0, 20.0, 30.0]))
    assert y.tolist() == expected.tolist() == [7, 2, 6]
    assert (a.grad.tolist(), val.grad.tolist()) == ([0, 20, 0], [0, 30, 10])


@pytest.mark.parametrize("act", ["log_sigmoid", "mish", "softrelu", "gelu", "elu", "swish"])
def test_activations_of_bytes_are_those_of_the_numbers(act):
    x = numpy.array([0, 1, 2, 200], "uint8")
    numpy.testing.assert_allclose(npx.activation(np.array(x), act), npx.activation(np.array(x, "float32"), act))


@pytest.mark.parametrize(
    "call",
    [
        lambda x, i: npx.gather_nd(x, i),
        lambda x, i: npx.index_add(x, i, 1),
        lambda x, i: npx.index_update(x, i, 1),
    ],
)
def test_coordinates_are_rows_and_no_vector(call):
    assert call(np.zeros((2, 2)), np.array([[0], [1]])).shape  # one place
    with pytest.raises(ShapeError, match=r"shape \(2,\)"):
        call(np.zeros((2, 2)), np.array([0, 1]))  # one place, or two rows?


def test_a_scale_for_each_channel_is_not_one_for_all():
    x = np.array(X)
    for norm in (npx.instance_norm, npx.layer_norm):
        with pytest.raises(ShapeError, match=r"\(1,\)"):
            norm(x, np.ones(1), np.zeros(1))
