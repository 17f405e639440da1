"""Parameters to a file and back: into any network that fits, and into no other."""

import numpy
import pytest

from minigrad import autograd, cpu, gluon, gpu, np, npx, random
from minigrad.generator_states import generator_states
from minigrad.gluon import nn
from minigrad.serialization import load_arrays, save_arrays


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


@pytest.mark.parametrize("deduplicate", [False, True])
def test_a_shared_parameter_is_in_the_file_under_each_of_its_names_or_once(tmp_path, deduplicate):
    net = nn.Sequential()
    layer = nn.Dense(2, in_units=2)
    net.add(layer, nn.Dense(2, in_units=2, params=layer.params))
    net.initialize()
    net.save_parameters(tmp_path / "p", deduplicate)
    with numpy.load(tmp_path / "p") as file:
        assert ("1.weight" in file) is not deduplicate
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


def edited(path, **changed):
    """The file of parameters with some arrays exchanged."""
    arrays, meta = load_arrays(path)
    save_arrays(path, arrays | {name.replace("_", "."): value for name, value in changed.items()}, meta)


@pytest.mark.parametrize(
    ("last", "arguments", "error", "match"),
    [
        (numpy.ones((2, 3), "complex64"), {"cast_dtype": True}, TypeError, "'2.weight' has dtype float32 .* complex64"),
        (numpy.ones((2, 3), "int32"), {"cast_dtype": True, "dtype_source": "saved"}, TypeError, "'2.weight' .* int32"),
        (numpy.ones((2, 3), "f4"), {"ctx": "cpu"}, TypeError, "A device is given as"),
        (numpy.ones((2, 3), "f4"), {"ctx": [cpu(1), None]}, TypeError, "a list of devices such as"),
        (numpy.ones((2, 3), "f4"), {"ctx": [cpu(1), gpu(97)]}, RuntimeError, "GPU"),
    ],
)
def test_whatever_is_wrong_with_the_last_parameter_no_other_is_changed(last, arguments, error, match, tmp_path):
    trained().save_parameters(tmp_path / "p")
    edited(tmp_path / "p", **{"2_weight": last})
    net = trained()
    unchanged(net, lambda: net.load_parameters(tmp_path / "p", **arguments), error, match)
    assert all(p.dtype == "float32" for _, p in net.structure())


def test_an_empty_array_is_refused_before_a_fresh_network_is_touched(tmp_path):
    trained().save_parameters(tmp_path / "p")
    edited(tmp_path / "p", **{"2_weight": numpy.ones((2, 0), "f4")})
    net = small()
    with pytest.raises(ValueError, match=r"'2.weight' is empty .*\(2, 0\)"):
        net.load_parameters(tmp_path / "p")
    assert all(not p.tensors for _, p in net.structure())


def test_loading_needs_no_initializer_and_draws_no_random_numbers(tmp_path):
    trained().save_parameters(tmp_path / "p")
    random.seed(5)
    before = generator_states()
    small().load_parameters(tmp_path / "p")
    assert generator_states() == before


def test_a_file_that_is_no_file_of_ours_changes_nothing(tmp_path):
    net = trained()
    (tmp_path / "p").write_bytes(b"nonsense")
    unchanged(net, lambda: net.load_parameters(tmp_path / "p"), ValueError, "not a file of minigrad")
    unchanged(net, lambda: net.load_parameters(tmp_path / "absent"), FileNotFoundError, "no file")


def test_running_statistics_of_several_devices_are_averaged_when_they_are_saved_or_moved(tmp_path):
    def trained():
        layer = nn.BatchNorm(in_channels=2)
        layer.initialize(ctx=[cpu(0), cpu(1)])
        with autograd.record():
            for part in gluon.utils.split_and_load(np.arange(8).reshape(4, 2), [cpu(0), cpu(1)]):
                layer(part)
        return layer

    layer = trained()
    one, two = (mean.asnumpy() for mean in layer.running_mean.list_data())
    numpy.testing.assert_allclose([one, two], [[0.1, 0.2], [0.5, 0.6]], rtol=1e-6)
    layer.save_parameters(tmp_path / "norm.params")
    loaded = nn.BatchNorm(in_channels=2)
    loaded.load_parameters(tmp_path / "norm.params")
    layer.reset_ctx(cpu(0))
    for found in (loaded, layer):
        numpy.testing.assert_allclose(found.running_mean.data().asnumpy(), [0.3, 0.4], rtol=1e-6)  # MXNet's
        assert found.gamma.data().tolist() == [1, 1]


def test_parameters_written_by_mxnet_come_here_by_way_of_numpy(tmp_path):
    """The names and the output are MXNet 1.9.1's, for two dense layers and a normalization between them."""
    arrays = {
        "0.weight": [[1, 2], [3, -4]], "0.bias": [0.5, 0], "1.gamma": [2, 1], "1.beta": [0, 1],
        "1.running_mean": [1, 2], "1.running_var": [4, 1], "2.weight": [[1, -1]], "2.bias": [0.25],
    }  # fmt: skip
    numpy.savez(tmp_path / "arrays.npz", **{name: numpy.array(values, "float32") for name, values in arrays.items()})
    npx.save(tmp_path / "here", npx.load(tmp_path / "arrays.npz"))
    net = nn.HybridSequential()
    net.add(nn.Dense(2, in_units=2), nn.BatchNorm(in_channels=2), nn.Dense(1, in_units=2))
    net.load_parameters(tmp_path / "here")
    assert net(np.array([[1.0, 2.0]])).item() == pytest.approx(10.74996, abs=1e-5)
