"""The stand-in's namespace: NumPy's functions under CuPy's rules. What CuPy lacks is lacking."""

import math
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import numpy

from tests.strict import record
from tests.strict.array import IMPLICIT, has_mask, index, ndarray, operand, wrap
from tests.strict.kernel import ElementwiseKernel, RawKernel
from tests.strict.otherwise import FOLDS, LIKE_CUPY, folded_to_nothing, no_axes, product
from tests.strict.random import Generator

DEVICES = 2
SINCE_14 = """
    acos acosh apply_over_axes asin asinh astype atan atan2 atanh bitwise_count bitwise_invert bitwise_left_shift
    bitwise_right_shift bool concat cumulative_prod cumulative_sum isdtype long matrix_transpose permute_dims
    pow put_along_axis trapezoid ulong unique_all unique_counts unique_inverse unique_values
"""
"""Names that CuPy 13 does not have yet."""
MISSING = f"""
    {SINCE_14} False_ ScalarType True_ asmatrix block bmat busday_count busday_offset busdaycalendar bytes_ char
    character clongdouble complex256 core ctypeslib datetime64 datetime_as_string datetime_data dtypes einsum_path
    emath errstate f2py flexible float128 frompyfunc fromregex geomspace get_include getbufsize geterr geterrcall
    histogram_bin_edges info insert is_busday isnat little_endian longdouble ma matrix matvec memmap nanpercentile
    nanquantile ndenumerate nditer nested_iters object_ polyder polydiv polyint rec recarray record sctypeDict
    setbufsize seterr seterrcall show_runtime spacing str_ strings test timedelta64 typecodes unstack vecdot vecmat
    void __array_namespace_info__
"""
"""Names of NumPy that CuPy 13.4 or 14.2 does not have; `test_cupy_names.py` asks the real ones whether that is so."""
WAITS = ("nonzero", "flatnonzero", "argwhere", "unique", "bincount", "extract", "compress")
"""Functions whose result's shape depends on values, so that CuPy has to look."""
SCATTERED = ("int32", "uint32", "uint64", "float16", "float32", "float64")
"""What `add.at` adds up: the dtypes for which CUDA has an atomic addition."""


class Device:
    """A device: `with Device(1):` makes it the current one."""

    def __init__(self, device=None):
        self.id = record.here.device if device is None else int(device)
        if not 0 <= self.id < DEVICES:
            raise RuntimeError("cudaErrorInvalidDevice: invalid device ordinal")
        self._before = []

    def use(self):
        record.here.device = self.id

    def __enter__(self):
        self._before.append(record.here.device)
        self.use()
        return self

    def __exit__(self, *_):
        record.here.device = self._before.pop()

    def synchronize(self):
        record.note("waits", "synchronize()")


class Module(ModuleType):
    """A module that makes its functions from NumPy's when they are first asked for."""

    def __init__(self, name, source):
        super().__init__(name)
        self.__dict__["_source"] = source

    def __getattr__(self, name):
        if name in MISSING.split() or name.startswith("_") or not hasattr(self._source, name):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        found = getattr(self._source, name)
        if isinstance(found, ModuleType):
            found = Module(f"{self.__name__}.{name}", found)
        elif isinstance(found, numpy.ufunc):
            found = Ufunc(found)
        elif callable(found) and not isinstance(found, type):
            found = function(name, found)
        setattr(self, name, found)
        return found


ARRAYS = {
    "clip": 1, "sort": 1, "argsort": 1, "where": 1, "argwhere": 1, "nonzero": 1, "flatnonzero": 1, "lexsort": 1,
    "unique": 1, "unravel_index": 1, "searchsorted": 1,
    "digitize": 2, "isin": 2, "union1d": 2, "intersect1d": 2, "setdiff1d": 2,
}  # fmt: skip
"""How many of the first arguments must be arrays where NumPy also takes numbers and lists."""
ON_THE_HOST = {"pad": ("pad_width", "constant_values"), "tile": ("reps",)}
"""What is turned into NumPy arrays, and so must not lie on the device."""


COMPARED = ("searchsorted", "digitize", "isin", "setdiff1d")
"""What is compiled for any numbers that it is given, though complex ones have no order."""


class CompileException(Exception):
    """CuPy's error for a kernel that cannot be compiled, as little related to other errors."""


def function(name, original):
    """A function of NumPy on arrays of the device."""
    original = LIKE_CUPY.get(name, original)

    def called(*args, **kwargs):
        if "where" in kwargs:
            raise TypeError(f"{name}() got an unexpected keyword argument 'where'")
        out = kwargs.get("out")
        if out is not None and name == "dot" and not (out.flags.c_contiguous and out.dtype == args[0].dtype):
            raise ValueError("Output array must be C-contiguous and of the dtype of the result")
        for a in args[: ARRAYS.get(name, 0)]:
            if not isinstance(a, ndarray):
                raise AttributeError(f"'{type(a).__name__}' object has no attribute 'ndim'")
        for a in [*args[1:2], *(kwargs.get(k) for k in ON_THE_HOST[name])] if name in ON_THE_HOST else ():
            if isinstance(a, ndarray):
                raise TypeError(IMPLICIT)
        if name in WAITS or (name == "where" and len(args) == 1):
            record.note("waits", f"{name}()")
        no_axes(name, *operand(args), **{k: v for k, v in kwargs.items() if k == "axis"})
        if name == "histogram" and (numpy.iscomplexobj(operand(args[0])) or isinstance(args[1], str)):
            raise NotImplementedError("complex numbers, or text for bins")
        if name in COMPARED and any(numpy.iscomplexobj(operand(a)) for a in args):
            raise CompileException("a page of C++")
        if name == "solve" and args[1].ndim > 1 and args[0].shape[:-1] != args[1].shape[:-1]:
            raise ValueError("a must have (..., M, M) shape and b must have (..., M, K) for multidimensional b")
        if name in ("dot", "matmul"):
            return wrap(product(original, *operand(args), **{k: operand(v) for k, v in kwargs.items()}), out)
        if name in FOLDS and (found := folded_to_nothing(operand(args[0]), *args[1:2], **kwargs)) is not None:
            return wrap(found, out)
        try:
            with numpy.errstate(all="ignore"):
                result = original(*operand(args), **{k: operand(v) for k, v in kwargs.items()})
        except numpy.linalg.LinAlgError as error:  # of values, which are looked at only if that is asked for
            if "ingular" not in str(error) and "definite" not in str(error):
                raise
            if record.here.linalg == "raise":
                raise numpy.linalg.LinAlgError("Error reported by potrf in cuSOLVER. devInfo = [2].") from None
            result = numpy.full_like(operand(args[-1]), numpy.nan)
        return wrap(result, out)

    called.__name__ = name
    return called


class Ufunc:
    """A ufunc: on arrays and numbers, into `out`; `at` adds atomically. Only sums and products have all methods."""

    def __init__(self, original):
        self._original = original
        self.__name__ = original.__name__

    def __call__(self, *args, out=None, dtype=None):
        if any(isinstance(a, (list, tuple)) for a in args):
            raise TypeError(f"Unsupported type in {self.__name__}: a list")
        kwargs = {} if dtype is None else {"dtype": dtype}
        if len(args) > self._original.nin:
            *args, out = args
        if out is not None:
            kwargs["out"] = operand(out)
        with numpy.errstate(all="ignore"):
            result = (
                product(self._original, *operand(tuple(args)), **kwargs)
                if self.__name__ == "matmul"
                else LIKE_CUPY.get(self.__name__, self._original)(*operand(tuple(args)), **kwargs)
            )
        return wrap(result, out)

    def at(self, a, indices, b):
        if self.__name__ != "add" or a.dtype.name not in SCATTERED:
            raise TypeError(f"{self.__name__}.at is not supported for {a.dtype}")
        if has_mask(indices):
            record.note("waits", "add.at(a, mask, ...)")
        self._original.at(operand(a), index(indices), operand(b))

    def outer(self, a, b, **kwargs):
        a, b = array(a), array(b)
        return self(a.reshape(a.shape + (1,) * b.ndim), b, **kwargs)

    def reduce(self, a, axis=0, dtype=None, out=None, keepdims=False):
        return self._folded("reduce", a, axis=axis, dtype=dtype, out=operand(out), keepdims=keepdims)

    def accumulate(self, a, axis=0, dtype=None, out=None):
        return self._folded("accumulate", a, axis=axis, dtype=dtype, out=operand(out))

    def _folded(self, method, a, out, **kwargs):
        if self.__name__ not in ("add", "multiply"):
            raise NotImplementedError(f"`{self.__name__}.{method}` is not supported yet")
        with numpy.errstate(all="ignore"):
            return wrap(getattr(self._original, method)(operand(a), out=out, **kwargs))


def array(object, dtype=None, copy=True, order="K", ndmin=0):
    """An array of the current device from one of any device, from the host, or from numbers."""
    if isinstance(object, ndarray):
        host = object._host
        if object._place == record.here.device and not copy and (dtype is None or dtype == host.dtype):
            return object
    elif hasattr(object, "__cuda_array_interface__"):
        interface = {k: v for k, v in object.__cuda_array_interface__.items() if k != "stream"}
        host = numpy.asarray(SimpleNamespace(__array_interface__=interface))
        if not copy:
            return ndarray(host)
    else:
        if type(object).__name__ == "Tensor":
            raise TypeError("a Tensor came where a raw array belongs")
        host = operand_or_host(object)
        record.note("uploads", "array()")
    return ndarray(numpy.array(host, dtype=dtype))


def operand_or_host(object):
    """What may be sent to the device: numbers, NumPy arrays, nested lists of numbers or of arrays of the device."""
    if isinstance(object, ndarray):
        return object._host
    return [operand_or_host(o) for o in object] if isinstance(object, (list, tuple)) else object


def from_dlpack(object):
    """The memory of another array of the device."""
    if object.__dlpack_device__()[0] != 2:
        raise TypeError("CPU arrays cannot be directly imported to CuPy.")
    shared = object.__dlpack__()
    return ndarray(shared._host, shared._place)


def asnumpy(a):
    return a.get() if isinstance(a, ndarray) else numpy.asarray(a)


def _in_no_time(*_):
    return SimpleNamespace(synchronize=Device().synchronize)


def make():
    """The module `cupy`."""
    cupy = Module("cupy", numpy)
    cupy.ndarray, cupy.array, cupy.asnumpy, cupy.from_dlpack = ndarray, array, asnumpy, from_dlpack
    cupy.asarray = lambda a, dtype=None, order=None: array(a, dtype, copy=False)
    cupy.ascontiguousarray = lambda a, dtype=None: ndarray(numpy.ascontiguousarray(operand(a), dtype))
    cupy.ElementwiseKernel, cupy.RawKernel = ElementwiseKernel, RawKernel
    cupy.ufunc = Ufunc
    cupy.may_share_memory = lambda a, b: numpy.may_share_memory(a._host, b._host)
    cupy.is_available = lambda: True
    cupy.__version__ = "14.2.0"
    cupy.cuda = SimpleNamespace(
        Device=Device,
        get_current_stream=_in_no_time,
        runtime=SimpleNamespace(
            getDevice=lambda: record.here.device,
            setDevice=lambda k: Device(k).use(),
            getDeviceCount=lambda: DEVICES,
        ),
    )
    cupy.random = SimpleNamespace(default_rng=Generator, Generator=Generator)
    return cupy


class Errors:
    """The module `cupyx`: `with cupyx.errstate(linalg="raise"):` makes linear algebra wait and say what went wrong."""

    @staticmethod
    @contextmanager
    def errstate(linalg):
        before, record.here.linalg = record.here.linalg, linalg
        record.note("waits", "errstate()")
        try:
            yield
        finally:
            record.here.linalg = before


def special():
    """The module `cupyx.scipy.special`, as far as it is needed."""

    def of(function):
        return lambda x: wrap(numpy.vectorize(function, otypes=[x.dtype])(operand(x)))

    return SimpleNamespace(erf=of(math.erf), erfc=of(math.erfc))
