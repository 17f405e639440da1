"""The stand-in is as strict as CuPy: a test on it can fail for CuPy's reasons."""

import sys
import threading

import numpy
import pytest

from minigrad import gpu, np
from tests.strict.record import recording


@pytest.fixture
def a(gpus):
    return gpus.asarray(numpy.arange(6.0).reshape(2, 3))


REFUSED = {
    "numpy.asarray": lambda a: numpy.asarray(a),
    "numpy.exp": lambda a: numpy.exp(a),
    "numpy.sum": lambda a: numpy.sum(a),
    "numpy.concatenate": lambda a: numpy.concatenate([a]),
    "a numpy array on the left": lambda a: numpy.ones((2, 3)) * a,
    "a numpy array on the right": lambda a: a * numpy.ones((2, 3)),
    "a numpy array without axes": lambda a: a * numpy.array(2.0),
    "a numpy array written in place": lambda a: a.__iadd__(numpy.ones((2, 3))),
    "a numpy array assigned": lambda a: a.__setitem__(..., numpy.ones((2, 3))),
    "an index of floats": lambda a: a[a],
    "range": lambda a: range(a[0, 0].astype(int)),
    "a position in item": lambda a: a.item(1),
    "a border of it": lambda a: sys.modules["cupy"].pad(a, 1, constant_values=a[0, 0]),
    "a bool as a condition": lambda a: sys.modules["cupy"].where(True, a, a),
    "keys in a tuple": lambda a: sys.modules["cupy"].lexsort((a[0], a[1])),
    "edges in a list": lambda a: sys.modules["cupy"].digitize(a, [1.0, 2.0]),
    "an axis of a number": lambda a: a[0, 0].sum(0),
    "an axis of a number in a function": lambda a: sys.modules["cupy"].max(a[0, 0], axis=0),
    "a lock": lambda a: a.flags.writeable,
    "limits of complex numbers": lambda a: sys.modules["cupy"].clip(a * 1j, 0, 1),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_host_would_do_to_it_is_refused(a, what):
    with pytest.raises((TypeError, IndexError, AttributeError)):
        REFUSED[what](a)


def test_counts_and_numbers_that_lie_on_the_device_are_understood(gpus):
    """What CuPy takes from the host only, or as arrays only."""
    x = numpy.array([1.0, 2.0])
    with gpu(0):
        counts, ours = np.array([1, 2], dtype="int64"), np.array(x)
        assert np.pad(ours, counts).tolist() == np.pad(ours, (1, 2)).tolist() == [0, 1, 2, 0, 0]
        assert np.pad(ours, 1, constant_values=(3, 4)).tolist() == [3, 1, 2, 4]
        assert np.pad(ours, 1, constant_values=np.array(3.0)).tolist() == [3, 1, 2, 3]
        assert np.tile(ours, counts).tolist() == numpy.tile(x, (1, 2)).tolist()
        assert np.repeat(ours, counts).tolist() == [1, 2, 2]
        assert np.where(True, ours, 0).tolist() == [1, 2]
        assert np.clip(2.0, 0, 1).item() == 1
        assert np.lexsort((ours, [2.0, 1.0])).tolist() == np.lexsort([[1, 2], [2, 1]]).tolist() == [1, 0]
        assert np.digitize(ours, [0, 1.5]).tolist() == [1, 2]
        assert np.searchsorted([0, 1.5], ours).tolist() == [1, 2]
        assert np.union1d(ours, [3, 1]).tolist() == [1, 2, 3]
        assert [k.item() for k in np.unravel_index(3, (2, 2))] == [1, 1]
        assert ours.item(1) == 2


def test_what_cupy_computes_in_another_way(gpus, a):
    one, tenth = gpus.asarray(1.0), gpus.asarray(0.1)
    assert (one // tenth).item() == gpus.floor_divide(one, tenth).item() == 10  # the float 0.1 is a little above 1/10
    assert (one % tenth).item() == gpus.remainder(one, tenth).item() == 0
    assert (gpus.asarray(7) // 2).item() == 3
    assert gpus.clip(a, gpus.asarray(numpy.nan), 2.0).max().item() == 2
    with pytest.raises(OverflowError, match="too large"):
        a + 10**20
    with pytest.raises(Exception, match=r"C\+\+") as caught:
        gpus.searchsorted(a[0] * 1j, a[0])
    assert type(caught.value).__bases__ == (Exception,)


def test_a_matrix_is_looked_at_only_if_its_errors_are_asked_for(gpus):
    matrices = gpus.asarray(numpy.ones((3, 2, 2)))
    with pytest.raises(ValueError, match="must have"):
        gpus.linalg.solve(matrices, matrices[0])
    with recording() as seen:
        for found in (gpus.linalg.inv(matrices), gpus.linalg.solve(matrices, matrices)):
            assert found.shape == (3, 2, 2)
        assert gpus.linalg.cholesky(-matrices).shape == (3, 2, 2)
        assert not seen.waits
    with pytest.raises(numpy.linalg.LinAlgError), sys.modules["cupyx"].errstate(linalg="raise"):
        gpus.linalg.cholesky(-matrices)


def test_nobody_warns_of_what_is_not_finite(gpus, a):
    for f in (gpus.log, lambda x: x / 0, lambda x: x.__itruediv__(0), lambda x: gpus.linalg.norm(x / 0)):
        f(a - a)


def test_a_choice_of_nothing_is_refused_only_where_the_result_would_have_values(gpus):
    with pytest.raises(ValueError, match="no identity"):
        gpus.zeros((3, 0)).max(axis=1)
    assert gpus.zeros((0, 0)).max(axis=1).shape == gpus.argmin(gpus.zeros((0, 0)), axis=0).shape == (0,)


def test_products_are_added_up_in_another_order_for_another_shape_or_layout(gpus):
    rng = numpy.random.default_rng(0)
    x, w = (gpus.asarray(rng.normal(size=(50, 50)).astype("float32")) for _ in range(2))
    whole, half, turned = (x @ w)[:25], x[:25] @ w, gpus.dot(x.T.copy().T, w)[:25]
    for other in (half, turned):
        assert 0 < abs(whole - other).max().item() < 1e-4


def test_conditions_on_reductions_and_missing_functions_are_refused(gpus, a):
    with pytest.raises(TypeError):
        gpus.sum(a, where=a > 1)
    with pytest.raises(AttributeError):
        gpus.insert  # noqa: B018
    with pytest.raises(AttributeError):
        gpus.random.default_rng(0).permutation  # noqa: B018
    with pytest.raises(TypeError):
        gpus.add.at(a.astype("int64"), 0, 1)


def test_a_number_of_numpy_is_no_parameter_of_a_law(gpus):
    assert gpus.random.default_rng(0).poisson(3.0, (2,)).shape == (2,)
    with pytest.raises(TypeError, match="cupy.ndarray or a scalar"):
        gpus.random.default_rng(0).poisson(numpy.float64(3), (2,))


def test_arrays_of_another_device_than_the_current_are_refused(gpus, a):
    here, other = a.device.id, 1 - a.device.id
    with gpus.cuda.Device(other):
        with pytest.raises(ValueError, match=rf"resides \({here}\) is different from the current device \({other}\)"):
            a + 1
        assert gpus.asarray(a).device.id == other
        draws = gpus.random.default_rng(0)
    with pytest.raises(RuntimeError):
        draws.random(2)


def test_sums_and_products_have_the_methods_of_ufuncs(gpus, a):
    host = numpy.arange(6.0).reshape(2, 3)
    assert gpus.add.reduce(a, axis=1).tolist() == numpy.add.reduce(host, axis=1).tolist()
    assert gpus.multiply.accumulate(a).tolist() == numpy.multiply.accumulate(host).tolist()
    assert gpus.subtract.outer(a, a[0]).tolist() == numpy.subtract.outer(host, host[0]).tolist()
    with pytest.raises(NotImplementedError):
        gpus.maximum.reduce(a)


def test_each_thread_has_a_current_device_of_its_own(gpus):
    seen = []
    with gpus.cuda.Device(1):
        thread = threading.Thread(target=lambda: seen.append(gpus.cuda.runtime.getDevice()))
        thread.start()
        thread.join()
        assert (seen, gpus.cuda.runtime.getDevice()) == ([0], 1)


def test_a_view_lies_where_its_array_lies(gpus, a):
    host = numpy.arange(6.0).reshape(2, 3)
    with gpus.cuda.Device(1 - a.device.id):
        for view in (a.T, a[0], a[0, 1], a.reshape(3, 2), a[None]):
            assert view.device.id == a.device.id
        with pytest.raises(ValueError, match="different from the current device"):
            a.T.reshape(-1)  # a copy
    a[0, 1][...] = host[0, 1] = 7
    assert a.tolist() == host.tolist()


def _mask(a):
    a[a > 4] = 0


def test_reductions_stay_on_the_device_and_looking_at_them_counts(gpus, a):
    with recording() as seen:
        total = a.sum()
        assert type(total) is type(a)
        assert total.shape == ()
        assert not seen.waits
        for look in (float, bool, int, repr, lambda x: x.item(), lambda x: x.get(), lambda x: a[a > 2], _mask):
            before = len(seen.waits)
            look(total if look is not _mask else a)
            assert len(seen.waits) == before + 1
        assert not seen.uploads
        gpus.asarray([1.0])
        assert len(seen.uploads) == 1
