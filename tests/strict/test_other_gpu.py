"""What is not an operation, but computes on raw arrays, does so on their GPU, whichever is CUDA's current one."""

import functools

import numpy
import pytest

from minigrad import gluon, gpu, io, np, npx, optimizer, random
from minigrad.engine.tensor import Tensor
from minigrad.gluon.data.vision import transforms

X, ROWS = numpy.arange(16, dtype="float32").reshape(4, 4), numpy.array([[0, 1], [1, 0]])
IMAGE = numpy.arange(48, dtype="uint8").reshape(4, 4, 3)


def state(opt, x):
    opt.update(0, x, x.copy(), opt.create_state(0, x))
    return x


CASES = {
    "unique": lambda x: np.unique(x),
    "nonzero": lambda x: np.nonzero(x),
    "svd": lambda x: np.linalg.svd(x),
    "isclose": lambda x: np.isclose(x, x),
    "histogram": lambda x: np.histogram(x),
    "bincount": lambda x: np.bincount(x[0]),
    "interp": lambda x: np.interp(x[1], x[0], x[2]),
    "a reduction by NumPy": lambda x: numpy.add.reduce(x),
    "diag": lambda x: [np.diag(x), np.diag(x[0]), np.trace(x), np.tril(x)],
    "resize": lambda x: np.resize(x, (2, 3)),
    "multivariate_normal": lambda x: np.random.multivariate_normal(x[0], np.eye(4, ctx=x.ctx)),
    "topk": lambda x: npx.topk(x, k=2, ret_typ="both"),
    "index_add": lambda x: npx.index_add(x, np.array(ROWS, ctx=x.ctx), np.ones((2,), ctx=x.ctx)),
    "index_update": lambda x: npx.index_update(x, np.array(ROWS, ctx=x.ctx), np.ones((2,), ctx=x.ctx)),
    "batches of an array": lambda x: list(gluon.data.DataLoader(gluon.data.ArrayDataset(x, x), 2)),
    "batches of threads": lambda x: list(gluon.data.DataLoader(gluon.data.ArrayDataset(x, x), 2, num_workers=2)),
    "batches of a list": lambda x: list(gluon.data.DataLoader(gluon.data.SimpleDataset([x, x]), 2)),
    "batches of an iterator": lambda x: [batch.data for batch in io.NDArrayIter(x, x[0], 3)],
    "GroupAdaGrad": lambda x: state(optimizer.GroupAdaGrad(), x),
    "LBSGD": lambda x: state(optimizer.LBSGD(batch_scale=2), x),
    "transforms": lambda x: transforms.Compose(
        [transforms.Resize(3), transforms.RandomFlipLeftRight(), transforms.RandomBrightness(0.5),
         transforms.RandomCrop(2, pad=1), transforms.ToTensor(), transforms.Normalize(0.5, 0.5)]
    )(np.array(IMAGE, ctx=x.ctx)),
}  # fmt: skip


def tensors(value):
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for v in value:
            yield from tensors(v)


@pytest.mark.parametrize("name", CASES)
def test_it_computes_where_its_arrays_are(gpus, name):
    current = gpus.cuda.runtime.getDevice()
    other = gpu(1 - current)
    found = list(tensors(CASES[name](np.array(X, ctx=other))))
    assert found
    for t in found:
        assert t.ctx is other
        assert t.data.device.id == other.device_id
    assert gpus.cuda.runtime.getDevice() == current


@pytest.mark.parametrize("compare", ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"])
def test_a_number_of_numpy_or_a_list_may_be_compared(gpus, compare):
    x, f = np.array([1.0, 2.0, 3.0], ctx=gpu(1)), getattr(numpy, compare)
    host = x.asnumpy()
    assert f(x, numpy.float64(2)).tolist() == f(host, 2).tolist()
    assert f(numpy.float64(2), x).tolist() == f(2, host).tolist()
    assert getattr(np, compare)(x, [1, 3, 2]).tolist() == f(host, [1, 3, 2]).tolist()


@pytest.mark.parametrize("law", ["poisson", "gamma", "normal", "uniform", "exponential"])
def test_a_parameter_of_a_law_may_come_from_numpy(gpus, law):
    draw = functools.partial(random.uniform, high=4) if law == "uniform" else getattr(random, law)
    assert draw(numpy.float64(3), shape=(2,), ctx=gpu(1)).shape == (2,)
    assert draw(numpy.array([1.0, 2.0]), ctx=gpu(1)).shape == (2,)


def test_a_list_may_divide(gpus):
    assert (np.array([5.0, 7.0], ctx=gpu(1)) // [2, 2]).tolist() == [2, 3]
