"""Devices: what is said when a GPU is missing, where arrays are made, whose memory they share."""

import importlib.metadata
import platform
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy
import pytest

from minigrad import autograd, cpu, current_context, device, gluon, gpu, np, num_gpus, random
from minigrad.errors import DeviceError, ShapeError
from tests.strict.record import recording

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this is how glibc keeps memory")
def test_the_memory_of_a_step_is_kept_for_the_next():
    program = (
        "import resource, numpy, minigrad\n"
        "def step(): [numpy.ones(1 << 17) for _ in range(20)]\n"
        "def pages(): return resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "step(); before = pages()\n"
        "for _ in range(10): step()\n"
        "print(pages() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 500  # else the 5,000 pages of each step are fetched again


@pytest.fixture
def packages(monkeypatch):
    """As if only these distributions were installed, and CuPy had never been asked for."""

    def installed(*names, cupy=None):
        found = [SimpleNamespace(metadata={"Name": name}) for name in names]
        monkeypatch.setattr(importlib.metadata, "distributions", lambda: found)
        monkeypatch.setitem(sys.modules, "cupy", cupy)  # None: importing it fails
        monkeypatch.setattr(device, "_cupy_in_use", None)

    return installed


# What is said


def test_without_cupy_a_sentence_says_how_to_install_it(packages):
    packages("numpy")
    with pytest.raises(DeviceError, match=r"CuPy cannot be imported .* pip install -e '\.\[cuda12\]'"):
        np.zeros(2, ctx=gpu())
    assert num_gpus() == 0


def no_driver():
    raise RuntimeError("cudaErrorInsufficientDriver")


@pytest.mark.parametrize("is_available", [lambda: False, no_driver], ids=["CuPy 14", "CuPy 13"])
def test_cupy_without_a_gpu_is_told_from_no_cupy(packages, is_available):
    packages("cupy-cuda12x", cupy=SimpleNamespace(is_available=is_available))
    with pytest.raises(DeviceError, match="CuPy is installed, but it finds no usable NVIDIA GPU"):
        np.zeros(2, ctx=gpu())
    assert num_gpus() == 0


def test_two_cupy_packages_are_named(packages):
    packages("cupy-cuda13x", "cupy-cuda12x", "cupynumeric")
    with pytest.raises(DeviceError, match=r"Two CuPy packages are installed \(cupy-cuda12x, cupy-cuda13x\)"):
        np.zeros(2, ctx=gpu())


def test_a_failed_with_leaves_everything_as_it_was(packages):
    packages("numpy")
    for _ in range(2):
        with pytest.raises(DeviceError), gpu(0):
            pass
        assert current_context() is cpu()


def test_a_gpu_too_many_is_counted(gpus):
    with pytest.raises(DeviceError, match=r"gpu\(2\) was asked for, .* this machine has 2 GPU"):
        np.zeros(2, ctx=gpu(2))
    assert current_context() is cpu()


def test_arrays_of_two_devices_are_told_where_they_are(gpus):
    a, b, c = np.ones(2, ctx=gpu(0)), np.ones(2, ctx=gpu(1)), np.ones(2)
    with pytest.raises(DeviceError, match=r"add\(\) got arrays on gpu\(0\) and on gpu\(1\).*as_in_ctx\(gpu\(0\)\)"):
        a + b
    with pytest.raises(DeviceError, match=r"matmul\(\) got arrays on cpu\(0\) and on gpu\(1\)"):
        c @ b
    with pytest.raises(ShapeError):  # what is wrong on one device is not called a matter of devices
        a + np.ones(3, ctx=gpu(0))


@pytest.mark.parametrize("module", ["cupy", "numba", "matplotlib"])
def test_importing_and_training_on_a_cpu_leaves_heavy_modules_out(module):
    code = f"import minigrad, sys; minigrad.np.ones(2) + 1; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Contexts


def test_a_context_makes_its_gpu_current_and_puts_back_what_was(gpus):
    at = gpus.cuda.runtime.getDevice
    with gpu(1):
        assert (at(), current_context(), np.ones(2).ctx) == (1, gpu(1), gpu(1))
        with gpu(0):
            assert (at(), np.ones(2).ctx) == (0, gpu(0))
        with cpu():
            assert np.ones(2).ctx is cpu()
        assert (at(), current_context()) == (1, gpu(1))
    assert (at(), current_context()) == (0, cpu())


def test_contexts_of_two_threads_do_not_mix():
    inside, leave = threading.Event(), threading.Event()

    def other():
        with cpu(1):
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with cpu(2):
        thread.start()
        inside.wait(10)
        assert current_context() is cpu(2)
        with cpu(1):
            leave.set()
            thread.join(10)
        assert current_context() is cpu(2)
    assert current_context() is cpu()


def test_work_on_any_gpu_leaves_cuda_where_it_was(gpus):
    a, b = np.ones((2, 2), ctx=gpu(0)), np.ones((2, 2), ctx=gpu(1))
    for x in (a, b):
        x.attach_grad()
        with autograd.record():
            y = (x @ x).as_in_ctx(gpu(0)) * 2 + a.as_in_ctx(gpu(0))
            y = y.as_in_ctx(gpu(1)).sum()
        y.backward()
        assert x.grad.ctx is x.ctx
        x[...] = 3
        x += 1
        assert gpus.cuda.runtime.getDevice() == 0
    assert b.grad.asnumpy().tolist() == [[8, 8], [8, 8]]


def test_a_gradient_adds_up_over_devices(gpus):
    x = np.array([2.0], ctx=gpu(1))
    x.attach_grad()
    with autograd.record():
        z = x * 1
        y = [(z.as_in_ctx(ctx) * k).as_in_ctx(gpu(0)) for ctx, k in ((gpu(0), 2), (gpu(1), 3), (cpu(), 4))]
        total = y[0] + y[1] + y[2]
    total.backward()
    assert x.grad.asnumpy() == 9


# Moving


@pytest.mark.parametrize("start", [cpu(), gpu(0), gpu(1)], ids=str)
@pytest.mark.parametrize("end", [cpu(), gpu(0), gpu(1)], ids=str)
def test_values_arrive_and_are_copies(gpus, start, end):
    x = np.array([1, 2], ctx=start)
    for y in (x.copyto(end), x.copyto(np.zeros(2, ctx=end)), np.array(x, ctx=end), x.to(end), x.as_in_ctx(end)):
        assert y.ctx is end
        assert y.asnumpy().tolist() == [1, 2]
        assert type(y.data) is (numpy.ndarray if end is cpu() else gpus.ndarray)
        if y is not x:
            y += 1
            assert x.asnumpy().tolist() == [1, 2]
    assert x.as_in_ctx(start) is x


def test_numbers_arrays_and_slices_are_written_across_devices(gpus):
    x = np.zeros(3, ctx=gpu(1))
    x[0] = numpy.float64(1.5)
    x[1:] = numpy.array([2, 3])
    assert x.asnumpy().tolist() == [1.5, 2, 3]
    x[...] = np.ones(3, ctx=gpu(0))
    x += np.ones(3)
    assert x.asnumpy().tolist() == [2, 2, 2]


def test_parameters_move_with_reset_ctx(gpus):
    net = gluon.nn.Dense(2, in_units=3)
    net.initialize(ctx=gpu(1))
    before = net.weight.data().asnumpy()
    for contexts in (cpu(), gpu(0), [gpu(0), gpu(1)]):
        net.reset_ctx(contexts)
        assert net.weight.list_ctx() == (contexts if isinstance(contexts, list) else [contexts])
        for data, grad in zip(net.weight.list_data(), net.weight.list_grad(), strict=True):
            assert data.ctx is grad.ctx
            numpy.testing.assert_array_equal(data.asnumpy(), before)


# Random numbers


def test_each_gpu_draws_a_stream_of_its_own_and_repeats_it(gpus):
    def draws():
        random.seed(4)
        return [random.uniform(shape=(5,), ctx=ctx).asnumpy().tolist() for ctx in (cpu(), gpu(0), gpu(1))]

    first = draws()
    assert first == draws()
    assert first[1] != first[2]
    random.seed(5, ctx=gpu(1))
    other = random.uniform(shape=(5,), ctx=gpu(1)).asnumpy().tolist()
    assert other not in first
    assert random.uniform(shape=(2,), ctx=gpu(0)).asnumpy().tolist() not in first  # which goes on


LAWS = {
    "uniform": lambda: random.uniform(2, 4, shape=(4000,)), "normal": lambda: random.normal(3, 1, shape=(4000,)),
    "randint": lambda: random.randint(1, 6, shape=(4000,)), "exponential": lambda: random.exponential(3, shape=(4000,)),
    "gamma": lambda: random.gamma(3, 1, shape=(4000,)), "poisson": lambda: random.poisson(3, shape=(4000,)),
    "bernoulli": lambda: 3 / 0.25 * random.bernoulli(0.25, shape=(4000,)),
    "choice": lambda: random.choice(np.array([2, 3, 4]), (4000,)), "permutation": lambda: random.permutation(7),
    "rare choice": lambda: random.choice(7, 7, replace=False),
    "multinomial": lambda: random.multinomial(6, [0.5, 0.5], (4000,)),
    "shuffle": lambda: random.shuffle(np.array([1, 2, 6])),
}  # fmt: skip


@pytest.mark.parametrize("name", LAWS)
def test_every_law_is_drawn_on_the_gpu(gpus, name):
    random.seed(8)
    with gpu(1), recording() as seen:
        drawn = LAWS[name]()
    assert not seen.waits
    assert drawn.ctx is gpu(1)
    assert drawn.asnumpy().mean() == pytest.approx(3, abs=0.25)


@pytest.mark.parametrize("where", ["a CPU", "a GPU"])
def test_counts_of_a_multinomial_have_their_moments(gpus, where):
    random.seed(2)
    p = numpy.array([0.1, 0.0, 0.6, 0.3])
    with gpu(1) if where == "a GPU" else cpu():
        counts = random.multinomial(20, p, (8000,)).asnumpy()
    assert (counts.sum(1) == 20).all()
    numpy.testing.assert_allclose(counts.mean(0), 20 * p, atol=0.15)
    numpy.testing.assert_allclose(numpy.cov(counts.T), 20 * (numpy.diag(p) - numpy.outer(p, p)), atol=0.3)


# Memory shared with others


def test_memory_of_the_host_is_shared_through_dlpack():
    theirs = numpy.arange(3.0)
    ours = np.from_dlpack(theirs)
    theirs[0] = 7
    assert ours.asnumpy().tolist() == [7, 1, 2]
    mine = np.array([1, 2], ctx=cpu())  # NumPy 2.0 passes on nothing that came to it so, because that is read-only
    assert numpy.shares_memory(numpy.from_dlpack(mine), mine.data)
    assert not hasattr(ours, "__cuda_array_interface__")


def test_torch_shares_memory_both_ways():
    torch = pytest.importorskip("torch")
    theirs = torch.arange(3.0)
    ours = np.from_dlpack(theirs)
    theirs[0] = 7
    assert ours.asnumpy().tolist() == [7, 1, 2]
    assert torch.from_dlpack(ours)[0] == 7
    assert np.array(theirs).dtype == "float32"


def test_memory_of_a_gpu_is_shared_through_dlpack_and_cudas_interface(gpus):
    x = np.array([1, 2], ctx=gpu(1))
    shared = np.from_dlpack(x)
    assert shared.ctx is gpu(1)
    shared += 1
    assert x.asnumpy().tolist() == [2, 3]

    class Theirs:
        __cuda_array_interface__ = x.__cuda_array_interface__

    with gpu(1):
        ours = np.array(Theirs())
        assert ours.ctx is gpu(1)
        assert ours.asnumpy().tolist() == [2, 3]


def test_an_array_of_a_gpu_is_fetched_only_when_asked(gpus):
    x = np.array([1, 2], ctx=gpu(1))
    with recording() as seen:
        y = np.array(x.data)  # CuPy's array on a CPU context: fetched
    assert len(seen.waits) == 1
    assert y.ctx is cpu()
    with pytest.raises(TypeError):
        numpy.asarray(x.data)
    assert numpy.asarray(x).tolist() == [1, 2]  # a Tensor says how


def test_an_unknown_kind_of_device_is_named():
    far = SimpleNamespace(__dlpack_device__=lambda: (8, 0), __dlpack__=lambda: None)
    with pytest.raises(DeviceError, match="DLPack's kind 8"):
        np.from_dlpack(far)


@pytest.mark.parametrize("source", ["in order", "turned", "wider", "one row for all"])
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_assigned_on_a_gpu_is_the_same_in_any_layout(source, turned, gpus):
    """A plain copy of memory would mix up the values, or read beyond the end of a source."""
    a = numpy.arange(6, dtype="float32")
    given = {
        "in order": a.reshape(2, 3), "turned": a.reshape(3, 2).T, "wider": a.reshape(2, 3).astype("float64"),
        "one row for all": a[:3],
    }[source]  # fmt: skip
    with gpu(0):
        there = gpus.asarray(a.reshape(3, 2)).T if source == "turned" else gpus.asarray(given)
        target = gpus.zeros((3, 2), "float32").T if turned else gpus.zeros((2, 3), "float32")
        device.assign_on_gpu(target, there)
    assert target.get().tolist() == numpy.broadcast_to(given, (2, 3)).tolist()
