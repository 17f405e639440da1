"""The stand-in's array: opaque. It meets only its own kind, on the device where work happens, and Python numbers."""

import ctypes
from types import SimpleNamespace

import numpy

from tests.strict import record
from tests.strict.otherwise import FOLDS, clip, floor_divide, folded_to_nothing, no_axes, product, remainder

IMPLICIT = "Implicit conversion to a NumPy array is not allowed. Please use `.get()`."
NUMBERS = (bool, int, float, complex, numpy.number, numpy.bool_)


class Pointer:
    """Where an array lies, as CuPy's MemoryPointer: copies from there know nothing of shapes and strides."""

    def __init__(self, ptr, owner):
        self.ptr, self.owner = ptr, owner

    def __add__(self, count):
        return Pointer(self.ptr + count, self.owner)

    def copy_from_device_async(self, source, count):
        ctypes.memmove(self.ptr, source.ptr, count)

    def array(self, shape, dtype):
        """An array of the host that lies here."""
        held = (ctypes.c_char * (numpy.prod(shape, dtype=int).item() * dtype.itemsize)).from_address(self.ptr)
        held.owner = self.owner
        return numpy.ndarray(shape, dtype, held)


class ndarray:  # noqa: N801  CuPy's name
    """As `cupy.ndarray` looks from outside. `_host` is the NumPy array that nobody but this package may touch."""

    __slots__ = ("__weakref__", "_host", "_place")
    __array_ufunc__ = None  # an operator with a NumPy array on the left comes to ours, which refuses
    __array_priority__ = 100

    def __init__(self, host, place=None, memory=None):
        if memory is not None:  # called as CuPy's: a shape, a dtype, and where the array lies
            host, place = memory.array(host, numpy.dtype(place)), None
        self._host = host
        self._place = record.here.device if place is None else place

    def __array__(self, dtype=None, copy=None):
        raise TypeError(IMPLICIT)

    def __array_function__(self, function, types, args, kwargs):
        raise TypeError(f"numpy.{function.__name__} was called on an array of the GPU")

    shape = property(lambda self: self._host.shape)
    dtype = property(lambda self: self._host.dtype)
    ndim = property(lambda self: self._host.ndim)
    size = property(lambda self: self._host.size)
    itemsize = property(lambda self: self._host.itemsize)
    nbytes = property(lambda self: self._host.nbytes)
    strides = property(lambda self: self._host.strides)
    T = property(lambda self: self.transpose())
    data = property(lambda self: Pointer(self._host.ctypes.data, self._host))

    @property
    def flags(self):
        """None says that an array is read-only: no array of CuPy's is."""
        there = ("c_contiguous", "f_contiguous", "owndata")
        return SimpleNamespace(**{name: getattr(self._host.flags, name) for name in there})

    @property
    def device(self):
        from tests.strict.module import Device

        return Device(self._place)

    # To the host: each of these waits for the device

    def get(self):
        return self._fetch("get()").copy()

    def item(self):
        return self._fetch("item()").item()

    def tolist(self):
        return self._fetch("tolist()").tolist()

    def __bool__(self):
        return bool(self._fetch("bool()"))

    def __int__(self):
        return int(self._fetch("int()").item())

    def __float__(self):
        return float(self._fetch("float()").item())

    def __complex__(self):
        return complex(self._fetch("complex()").item())

    def __repr__(self):
        return repr(self._fetch("repr()"))

    __str__ = __repr__

    def _fetch(self, what):
        record.note("waits", what)
        return self._host

    # To others on the device

    @property
    def __cuda_array_interface__(self):
        return {**self._host.__array_interface__, "version": 3, "stream": 1}

    def __dlpack__(self, *, stream=None, dl_device=None, **kwargs):
        if dl_device is not None and dl_device[0] != 2:
            raise BufferError("an array of the GPU was asked for as one of the host")
        return self

    def __dlpack_device__(self):
        return 2, self._place

    # Reading and writing

    def __len__(self):
        return len(self._host)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key):
        if has_mask(key):
            record.note("waits", "a[mask]")
        key = index(key)
        found = self._host[key]
        if not isinstance(found, numpy.ndarray):  # one number is a view of it
            found = self._host[(*key, ...) if isinstance(key, tuple) else (key, ...)]
        return self._view_or_new(found)

    def _view_or_new(self, found):
        """A view lies where its array lies; to compute something new, its device must be the current one."""
        if not found.size or numpy.may_share_memory(found, self._host):
            return ndarray(found, self._place)
        _here(self)
        return ndarray(found)

    def __setitem__(self, key, value):
        if isinstance(value, numpy.ndarray) and value.ndim:
            raise TypeError("a NumPy array cannot be written into an array of the GPU")
        _here(self)
        if has_mask(key):
            record.note("waits", "a[mask] = ...")
        value = value.item() if isinstance(value, numpy.ndarray) else value
        if not isinstance(value, (ndarray, *NUMBERS)):
            raise TypeError(f"a {type(value).__name__} cannot be written into an array of the GPU")
        self._host[index(key)] = operand(value)

    def fill(self, value):
        self._host.fill(value)

    def astype(self, dtype, order="K", copy=True):
        return wrap(operand(self).astype(dtype, order, copy=copy), self if not copy and self.dtype == dtype else None)

    def __reduce__(self):
        raise TypeError("an array of the GPU was pickled")


def _here(array):
    if array._place != record.here.device:
        raise ValueError(
            f"The device where the array resides ({array._place}) is different from the current device "
            f"({record.here.device}). Peer access is unavailable between these devices."
        )


def has_mask(key):
    keys = key if isinstance(key, tuple) else (key,)
    return any(isinstance(k, ndarray) and k.dtype == bool for k in keys)


def index(key):
    """A key for NumPy; a list is sent over. (CuPy would wrap an index out of range around; this complains.)"""
    if isinstance(key, tuple):
        return tuple(index(k) for k in key)
    if isinstance(key, ndarray):
        _here(key)
        if key.dtype.kind not in "iub":
            raise IndexError("arrays used as indices must be of integer or boolean type")
        return key._host
    if isinstance(key, (list, numpy.ndarray)):
        record.note("uploads", "an index from the host")
    return key


def operand(value):
    """A value for NumPy: an array of this device, a number, or a sequence of them; nothing else."""
    if isinstance(value, ndarray):
        _here(value)
        return value._host
    if isinstance(value, numpy.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    if isinstance(value, (list, tuple)):
        return type(value)(operand(v) for v in value)
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise OverflowError("Python int too large to convert to C long")
    if type(value).__name__ == "Tensor":
        raise TypeError("a Tensor came where a raw array belongs")
    return value


def wrap(result, same=None):
    """A result of NumPy as arrays of the current device; reductions give arrays without axes, not numbers."""
    if same is not None:
        return same
    if isinstance(result, (numpy.ndarray, numpy.generic, bool, int, float)):
        return ndarray(numpy.asarray(result))
    if isinstance(result, (list, tuple)):
        return type(result)(*map(wrap, result)) if hasattr(result, "_fields") else type(result)(map(wrap, result))
    return result


def _operator(name, function, reflected=False):
    def method(self, other):
        if isinstance(other, numpy.ndarray):
            raise TypeError("Unsupported type <class 'numpy.ndarray'>")
        if not isinstance(other, (ndarray, *NUMBERS)):
            return NotImplemented
        a, b = (other, self) if reflected else (self, other)
        if function is numpy.matmul:
            return wrap(product(function, operand(a), operand(b)))
        with numpy.errstate(all="ignore"):
            return wrap(function(operand(a), operand(b)))

    method.__name__ = name
    return method


def _in_place(name, function):
    def method(self, other):
        if not isinstance(other, (ndarray, *NUMBERS)):
            raise TypeError(f"Unsupported type {type(other)}")
        with numpy.errstate(all="ignore"):
            function(operand(self), operand(other), out=self._host)
        return self

    method.__name__ = name
    return method


BINARY = {
    "add": numpy.add, "sub": numpy.subtract, "mul": numpy.multiply, "truediv": numpy.divide, "pow": numpy.power,
    "floordiv": floor_divide, "mod": remainder, "matmul": numpy.matmul, "and": numpy.bitwise_and,
    "or": numpy.bitwise_or, "xor": numpy.bitwise_xor, "lshift": numpy.left_shift, "rshift": numpy.right_shift,
}  # fmt: skip
COMPARE = {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal"}
METHODS = """
    all any argmax argmin argsort clip copy cumsum dot flatten max mean min prod repeat round std sum take trace var
"""
VIEWS = "ravel reshape squeeze swapaxes transpose view"

for _name, _function in BINARY.items():
    setattr(ndarray, f"__{_name}__", _operator(_name, _function))
    setattr(ndarray, f"__r{_name}__", _operator(_name, _function, reflected=True))
    if _name != "matmul":
        setattr(ndarray, f"__i{_name}__", _in_place(_name, _function))
for _name, _full in COMPARE.items():
    setattr(ndarray, f"__{_name}__", _operator(_name, getattr(numpy, _full)))
ndarray.__hash__ = None
ndarray.__neg__ = lambda self: wrap(-operand(self))
ndarray.__pos__ = lambda self: wrap(+operand(self))
ndarray.__abs__ = lambda self: wrap(abs(operand(self)))
ndarray.__invert__ = lambda self: wrap(~operand(self))
ndarray.put = lambda self, indices, values: self._host.put(operand(indices), operand(values))


def _method(name):
    def method(self, *args, **kwargs):
        if "where" in kwargs:
            raise TypeError(f"{name}() got an unexpected keyword argument 'where'")
        out = kwargs.get("out")
        if out is not None and name == "dot" and not (out.flags.c_contiguous and out.dtype == self.dtype):
            raise ValueError("Output array must be C-contiguous and of the dtype of the result")
        host, args, kwargs = operand(self), operand(args), {k: operand(v) for k, v in kwargs.items()}
        no_axes(name, host, *args, **kwargs)
        if name == "clip":
            return wrap(clip(host, *args, **kwargs))
        if name == "dot":
            return wrap(product(numpy.dot, host, *args, **kwargs), out)
        if name in FOLDS and (found := folded_to_nothing(host, *args[:1], **kwargs)) is not None:
            return wrap(found, out)
        with numpy.errstate(all="ignore"):
            return wrap(getattr(host, name)(*args, **kwargs), out)

    return method


def _view(name):
    def method(self, *args, **kwargs):
        return self._view_or_new(getattr(self._host, name)(*args, **kwargs))

    return method


for _name in METHODS.split():
    setattr(ndarray, _name, _method(_name))
for _name in VIEWS.split():
    setattr(ndarray, _name, _view(_name))
