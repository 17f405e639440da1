"""2-bit compression agrees with the codes, residuals and bytes recorded from MXNet, and loses nothing."""

import json
from pathlib import Path

import numpy
import pytest

from minigrad import kv, np, optimizer
from minigrad.errors import AnomalyError, ArgumentError
from minigrad.kvstore.compression import TwoBitCompression, pack, unpack
from minigrad.serialization import load_arrays
from tests.drawn import given, hnp, st

CASES = json.loads((Path(__file__).parents[1] / "data" / "compression.json").read_text())["cases"]
RECORDED = [case for case in CASES if "grads" in case]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["id"])
def test_codes_residuals_and_bytes_are_those_of_mxnet(case):
    compression = TwoBitCompression.from_params({"type": "2bit", "threshold": case["threshold"]})
    for step, gradients in enumerate(case["grads"]):
        for device, gradient in enumerate(gradients):
            codes = compression.quantize(("w", device), numpy.array(gradient, dtype="float32"))
            assert codes.tolist() == case["codes"][step][device]
            assert compression.residuals["w", device].tolist() == case["residuals_after"][step][device]
            assert pack(codes).tolist() == case["packed_bytes"][step][device]
            assert unpack(pack(codes), codes.shape).tolist() == codes.tolist()


def test_the_threshold_is_one_half_as_in_mxnet_unless_it_is_given():
    found = [TwoBitCompression.from_params({"type": "2bit", **more}).threshold for more in ({}, {"threshold": 0.25})]
    assert found == [0.5, 0.25]


@given(hnp.arrays("int8", hnp.array_shapes(min_dims=0, min_side=0, max_side=9), elements=st.integers(-1, 1)))
def test_unpacking_undoes_packing_for_every_shape(codes):
    packed = pack(codes)
    assert packed.dtype == "uint8" and len(packed) == 4 * -(-codes.size // 16)
    numpy.testing.assert_array_equal(unpack(packed, codes.shape), codes)


@given(hnp.arrays("float64", (6, 5), elements=st.integers(-200, 200).map(lambda n: n / 64)))
def test_what_was_sent_and_what_is_kept_add_up_to_the_gradients(gradients):
    compression = TwoBitCompression(0.25)
    sent = sum(compression.dequantize(compression.quantize("w", g), "float64") for g in gradients)
    numpy.testing.assert_array_equal(sent + compression.residuals["w"], gradients.sum(axis=0))


def test_the_residual_of_half_precision_gradients_is_kept_in_single():
    compression = TwoBitCompression(0.5)
    for _ in range(3):
        codes = compression.quantize("w", numpy.float16([0.1]))
    assert compression.residuals["w"].dtype == "float32"
    assert compression.residuals["w"][0] == 3 * numpy.float32(numpy.float16(0.1))
    assert compression.dequantize(codes, "float16").dtype == "float16"


def test_the_gradient_itself_is_not_changed():
    gradient = numpy.float32([1.0])
    TwoBitCompression(0.5).quantize("w", gradient)
    assert gradient[0] == 1


REFUSED = [case["params"] for case in CASES if case["id"].startswith("bad-")]


@pytest.mark.parametrize("params", [*REFUSED, {"type": "2bit", "treshold": 1}, {}], ids=str)
def test_other_descriptions_are_refused_with_the_value(params):
    with pytest.raises(ArgumentError, match="positive"):
        TwoBitCompression.from_params(params)


def test_too_few_bytes_for_a_shape_are_refused():
    with pytest.raises(ArgumentError, match=r"4 bytes hold 16 codes, but shape \(17,\) needs 17"):
        unpack(numpy.zeros(4, "uint8"), (17,))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_nan_from_a_device_is_refused_because_it_would_stay_in_the_residual_and_never_be_sent(dtype):
    store = kv.create("device")
    store.init("w", np.zeros(2, dtype=dtype))
    store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    good, hurt = np.array([0.75, 0.25], dtype=dtype), np.array([1.0, numpy.nan], dtype=dtype)
    with pytest.raises(AnomalyError, match="key 'w' from device 1 holds a NaN; nothing was sent"):
        store.push("w", [good, hurt])
    assert store.residuals == {}
    store.push("w", [good, good])
    out = np.zeros(2, dtype=dtype)
    store.pull("w", out)
    assert out.tolist() == [1, 0]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_an_infinity_is_refused_if_the_rest_of_it_would_be_sent_for_ever(dtype):
    for params, refused in (
        ({"type": "2bit", "threshold": 0.5}, True),
        ({"type": "1bit", "momentum": 0.9}, True),
        ({"type": "1bit"}, False),  # a vote like any other, of which nothing stays
    ):
        store, out = kv.create("sim", num_workers=1), np.zeros(2, dtype=dtype)
        store.init("w", out)
        store.set_gradient_compression(params)
        for large in (numpy.inf, -numpy.inf):
            hurt = np.array([1.0, large], dtype=dtype)
            if refused:
                with pytest.raises(AnomalyError, match="key 'w' from rank 0 holds an infinity; nothing was sent"):
                    store.push("w", hurt)
                assert store.residuals == {}
            else:
                store.push("w", hurt)
        store.push("w", np.array([-1.0, numpy.finfo(dtype).max], dtype=dtype))  # whose square is infinite
        store.pull("w", out)
        assert (out.asnumpy() / abs(out.asnumpy())).tolist() == [-1, 1]


@pytest.mark.parametrize("store", [kv.create("device"), kv.create("sim", num_workers=2)], ids=["device", "sim"])
def test_nothing_of_any_key_is_pushed_if_one_holds_a_nan(store):
    store.init(["a", "b"], [np.zeros(1), np.zeros(1)])
    store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    good, hurt = [np.ones(1)] * 2, [np.ones(1), np.array([numpy.nan])]
    for push in (
        lambda: store.push(["a", "b"], [good, hurt]),
        lambda: store.sum_gradients(["a", "b"], [good, hurt], []),
        lambda: store.update_weights(["a", "b"], [good, hurt], [[np.zeros(1)], [np.zeros(1)]]),
    ):
        with pytest.raises(AnomalyError, match="key 'b' .* holds a NaN; nothing was sent"):
            push()
        out = np.ones(1)
        store.pull("a", out)
        assert out.item() == 0 and store.residuals == {} and good[0].item() == 1


@pytest.mark.parametrize("params", [{"type": "1bit"}, {"type": "1bit", "momentum": 0.5}, {"type": "2bit"}])
def test_a_weight_may_be_one_number_without_axes(params):
    store, out = kv.create("sim", num_workers=3), np.array(0.0)
    store.init("w", out)
    store.set_gradient_compression(params)
    store.push("w", [np.array(-2.0), np.array(0.0), np.array(-1.0)])
    store.pull("w", out)
    assert out.shape == () and out.item() == -1  # 2 x 0.5 of two bits, or the sign for which two of three vote


def sent(store, gradient):
    out = np.zeros(2)
    store.push("w", np.array(gradient))
    store.pull("w", out)
    return out.tolist()


def test_a_new_threshold_keeps_what_has_not_been_sent_yet():
    store = kv.create("device")
    store.init("w", np.zeros(2))
    store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    assert sent(store, [0.25, -1.125]) == [0, -0.5]  # 0.25 and -0.625 stay
    store.set_gradient_compression({"type": "2bit", "threshold": 0.25})
    assert sent(store, [0, 0]) == [0.25, -0.25]  # 0 and -0.375 stay
    assert sent(store, [0, 0]) == [0, -0.25]
    with pytest.raises(ArgumentError, match="positive"):
        store.set_gradient_compression({"type": "2bit", "threshold": 0})
    assert store.residuals["w", 0].tolist() == [0, -0.125]


def test_another_type_of_compression_says_that_it_drops_what_has_not_been_sent_yet():
    store = kv.create("sim", num_workers=1)
    store.init("w", np.zeros(2))
    store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    store.set_gradient_compression({"type": "1bit", "momentum": 0.5})  # nothing is lost: no warning
    assert sent(store, [1.0, -1.0]) == [1, -1]
    store.set_gradient_compression({"type": "1bit", "momentum": 0.75})
    assert sent(store, [-1.0, 2.0]) == [1, 1]  # 0.75 x 0.5 - 0.25 and -0.75 x 0.5 + 0.5
    with pytest.warns(UserWarning, match=r"What \{'type': '1bit', 'momentum': 0.75\} has not sent yet is dropped"):
        store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    assert sent(store, [0.75, 0.25]) == [0.5, 0]


def test_loading_without_compression_says_that_what_was_not_sent_is_dropped(tmp_path):
    def made(params):
        store = kv.create("device")
        store.set_optimizer(optimizer.SGD(learning_rate=1.0))
        store.init("w", np.zeros(2))
        if params:
            store.set_gradient_compression(params)
        return store

    for params, gradient in (({"type": "2bit"}, [0.25, 0.0]), (None, [1.0, 1.0])):
        store = made(params)
        store.push("w", np.array(gradient))
        store.save_optimizer_states(tmp_path / str(params))
    with pytest.warns(UserWarning, match="had not sent yet, which is dropped: there is no compression here"):
        made(None).load_optimizer_states(tmp_path / "{'type': '2bit'}")
    made(None).load_optimizer_states(tmp_path / "None")


@pytest.mark.parametrize("params", [None, {"type": "2bit", "threshold": 0.5}, {"type": "1bit", "momentum": 0.5}])
def test_the_order_of_a_gradient_in_memory_does_not_matter(params, tmp_path):
    values = numpy.random.default_rng(3).normal(size=(2, 3, 4)).astype("float32")
    out_of_order = np.array(values.transpose(2, 0, 1).copy()).transpose(1, 2, 0)
    assert not out_of_order.data.flags.c_contiguous and (out_of_order.asnumpy() == values).all()
    results = []
    for gradient in (np.array(values), out_of_order):  # as autograd.grad() returns that of a convolution's weight
        store = kv.create("sim", num_workers=2)
        store.init("w", np.zeros((2, 3, 4)))
        store.set_optimizer(optimizer.Adam())
        if params:
            store.set_gradient_compression(params)
        for _ in range(2):
            store.push("w", [gradient, gradient])
        store.save_optimizer_states(tmp_path / "s")
        store.pull("w", out := np.zeros((2, 3, 4)))
        arrays, _ = load_arrays(tmp_path / "s")
        results.append([out.tolist(), *(arrays[name].tolist() for name in sorted(arrays))])
    assert results[0] == results[1] and len(results[0]) == 3 + 2 * bool(params)


@pytest.mark.parametrize(
    ("threshold", "dtype", "told"),
    [(0.5, "int32", "0.5 is 0 in int32"), (2.0, "int8", "2.0 is 2 in int8"), (1e5, "float16", "inf in float16"),
     (1e39, "float32", "inf in float32"), (1e-46, "float32", "0.0 in float32"), (0.5, "bool", "True in bool")],
)  # fmt: skip
def test_a_threshold_is_a_number_of_the_gradients_dtype(threshold, dtype, told):
    kind = TwoBitCompression(threshold)
    with pytest.raises(ArgumentError, match=f"The threshold .*{told}, the dtype of the gradient"):
        kind.quantize("w", numpy.ones(2, dtype=dtype))
    assert not kind.residuals


@pytest.mark.parametrize("threshold", [6e-8, 65504])
def test_the_smallest_and_the_largest_threshold_in_half(threshold):
    kind = TwoBitCompression(threshold)
    codes = kind.quantize("w", numpy.array([65504, -65504, 0], dtype="float16"))
    assert kind.dequantize(codes, numpy.dtype("float16")).tolist() == [
        numpy.float16(threshold),
        -numpy.float16(threshold),
        0,
    ]
