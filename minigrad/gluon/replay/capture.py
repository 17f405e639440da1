"""A program captured as two CUDA graphs on a GPU, so that a pass is one launch, not one call for each line.

With the small network of `bench/gpu.py` a training step takes a third of the time (an H200). The program's calls are
made once while CUDA captures them, and are then repeated unchanged, at the same addresses. So the graphs have inputs of
their own, into which those of a call are copied, and their results are copied out; and the parameters must stay where
they are. Graphs are used only if their results equal those of the program bit by bit.

CuPy refuses matrix products while a stream is being captured (`setStream`, CuPy 14.2). cuBLAS does not, so `Products`
calls it directly. A copy from the host must not be captured, because its memory may be gone when the graph is launched;
so only elementwise functions, products, sums, means and views are.
"""

from __future__ import annotations

import ast
import ctypes
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy

from minigrad.device import copy_on_gpu, to_host, xp_of
from minigrad.gluon.replay.program import Program
from minigrad.gluon.replay.tape import Unreplayable

MOST = 8
"""The most graphs captured for one plan."""
SAFE = {"broadcast_to", "dot", "mean", "reshape", "sum", "transpose", "where"}
"""Functions and methods that may be captured, besides elementwise functions."""
APART = 512
"""Gradients lie side by side in one array, each starting at a multiple of this many bytes, like new arrays in CuPy."""

_one_at_a_time = threading.Lock()


class Captures:
    """The graphs of a plan, captured once its parameters have stayed in place from one call to the next."""

    def __init__(self, program: Program, inputs: int, through: int, dy: Any, lists: list[Any]) -> None:
        """For a program with `inputs` inputs, `through` of which have gradients."""
        self.program, self.inputs, self.through, self.dy, self.lists = program, inputs, through, dy, lists
        self.parameters: Sequence[Any] = ()
        self.spare: list[Any] = []
        self.holds = False  # whether there are graphs for the present addresses of the parameters
        self.left = MOST if can_be_captured(program) else 0

    def spare_for(self, raw: Sequence[Any]) -> list[Any]:
        """Where a run on these arrays finds its functions: graphs not in use, or else lists of calls."""
        parameters = raw[self.inputs :]
        if [*map(id, parameters)] != [*map(id, self.parameters)]:
            self.parameters, self.spare, self.holds = parameters, [], False
        elif not self.spare and self.left:
            self.left -= 1
            try:
                graphs = Graphs(self.program, raw, self.inputs, self.through, self.dy)
                self.spare.append((graphs.forward, graphs.backward, graphs.release))
                self.holds = True
            except Exception:  # if it cannot be captured, it still runs as a list
                self.left = 0
        return self.spare or self.lists


def can_be_captured(program: Program) -> bool:
    """Whether nothing in the program's text could copy from the host."""
    for node in ast.walk(ast.parse(program.source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            if name not in SAFE and not isinstance(getattr(numpy, name, None), numpy.ufunc):
                return False
        elif isinstance(node, ast.Subscript) and any(isinstance(part, ast.Name) for part in ast.walk(node.slice)):
            return False
    return True


class Graphs:
    """The graphs of one run, with `forward`, `backward` and `release` like a program's functions."""

    def __init__(self, program: Program, raw: Sequence[Any], own: int, through: int, dy: Any) -> None:
        """Capture a program, with `own` inputs that change from call to call, `through` of which have gradients."""
        self.program = program
        forward, backward, _ = program.make()
        expected = [forward(*raw), *backward(dy)]
        if not all(a.flags.c_contiguous for a in expected[: 1 + through]):  # copies are, and may round differently
            raise Unreplayable
        xp = self.xp = xp_of(dy)
        stream, self.pool = xp.cuda.Stream(non_blocking=True), xp.cuda.MemoryPool()  # memory of its own
        xp.cuda.get_current_stream().synchronize()
        with _one_at_a_time, xp.cuda.using_allocator(self.pool.malloc), stream:
            products = products_of(xp.cuda.runtime.getDevice())
            self.workspace = products.begin(xp, stream)
            self.functions = forward, backward, _ = program.make(dot=products.dot)
            self.own = [a.copy() for a in raw[:own]]
            self.dy = dy.copy()
            inputs = self.inputs = [*self.own, *raw[own:]]
            forward(*inputs)  # compiles, and allocates memory
            found = backward(self.dy)
            starts = numpy.cumsum([0, *(-(-d.nbytes // APART) * APART for d in found)]).tolist()
            self.places = [(start, d.shape) for start, d in zip(starts, found)]
            self.flat = xp.empty(starts[-1] // dy.itemsize, dy.dtype)

            def gradients() -> None:
                for piece, d in zip(self._pieces(self.flat), backward(self.dy), strict=True):
                    if d.dtype != piece.dtype:
                        raise Unreplayable
                    piece[...] = d

            self.y, self.there = captured(stream, lambda: forward(*inputs))
            if found:
                _, self.back = captured(stream, gradients)
            stream.synchronize()
        for _ in range(2):
            done = [self.forward(*raw), *(self.backward(dy) if found else [])]
            for a, b in zip(expected, done, strict=True):
                if a.dtype != b.dtype or to_host(a).tobytes() != to_host(b).tobytes():
                    raise Unreplayable

    def forward(self, *inputs: Any) -> Any:
        for own, a in zip(self.own, inputs):
            copy_on_gpu(own, a)
        self.there.launch()
        return self._copied(self.y)

    def backward(self, dy: Any) -> list[Any]:
        if not dy.flags.c_contiguous:  # then products and sums may round differently
            forward, backward, _ = self.program.make()
            forward(*self.inputs)
            return list(backward(dy))
        copy_on_gpu(self.dy, dy)
        self.back.launch()
        return self._pieces(self._copied(self.flat))

    def release(self) -> None:
        """Do nothing: the inputs are copies, which stay for the next run."""

    def _copied(self, a: Any) -> Any:  # half the time of a.copy()
        new = self.xp.empty(a.shape, a.dtype)
        copy_on_gpu(new, a)
        return new

    def _pieces(self, flat: Any) -> list[Any]:
        """The gradients in a flat array. (Slicing and reshaping takes twice as long.)"""
        return [self.xp.ndarray(shape, flat.dtype, flat.data + start) for start, shape in self.places]


def captured(stream: Any, function: Callable[[], Any]) -> tuple[Any, Any]:
    """What a function returned, and its calls as a graph."""
    stream.begin_capture()
    try:
        value = function()
    except BaseException:
        with suppress(Exception):  # the capture is no longer valid
            stream.end_capture()
        raise
    return value, stream.end_capture()


class Products:
    """Matrix products by cuBLAS, with a handle of our own on one GPU."""

    KINDS = {"float32": (0, 68, ctypes.c_float), "float64": (1, 70, ctypes.c_double)}
    """cuBLAS's numbers for a dtype and for computing in it, and the C type of a product's two scale factors."""
    BYTES = 32 << 20
    """The size of the workspace. With less, cuBLAS may choose a different algorithm than for CuPy."""

    def __init__(self) -> None:
        loaded = Path("/proc/self/maps").read_text().splitlines()  # by CuPy
        path = next(line.split(maxsplit=5)[5] for line in loaded if "/libcublas.so" in line)
        self.library, self.handle = ctypes.CDLL(path), ctypes.c_void_p()
        self.call("cublasCreate_v2", ctypes.byref(self.handle))

    def call(self, name: str, *args: Any) -> None:
        """Call a function of cuBLAS. Unreplayable if it fails."""
        if getattr(self.library, name)(*args) != 0:
            raise Unreplayable

    def begin(self, xp: Any, stream: Any) -> Any:
        """Compute in this stream from now on, with the returned workspace."""
        workspace = xp.empty(self.BYTES, "uint8")
        self.call("cublasSetStream_v2", self.handle, ctypes.c_void_p(stream.ptr))
        size = ctypes.c_size_t(self.BYTES)
        self.call("cublasSetWorkspace_v2", self.handle, ctypes.c_void_p(workspace.data.ptr), size)
        return workspace

    def dot(self, a: Any, b: Any, out: Any = None) -> Any:
        """a @ b, for matrices that are contiguous or transposed."""
        if a.ndim != 2 or b.ndim != 2 or a.dtype != b.dtype or a.dtype.name not in self.KINDS or not a.size * b.size:
            raise Unreplayable
        if out is None:
            out = xp_of(a).empty((len(a), b.shape[1]), a.dtype)
        kind, compute, number = self.KINDS[a.dtype.name]
        (turn_a, *left), (turn_b, *right) = matrix(a, kind), matrix(b, kind)
        _, *result = matrix(out, kind)
        # cuBLAS is column-major and sees our arrays transposed, so this is outᵀ = bᵀ aᵀ
        sizes, default = (b.shape[1], len(a), len(b)), -1
        one, zero = ctypes.byref(number(1)), ctypes.byref(number(0))
        self.call(
            "cublasGemmEx", self.handle, turn_b, turn_a, *sizes, one, *right, *left, zero, *result, compute, default
        )
        return out


def matrix(a: Any, kind: int) -> tuple[Any, ...]:
    """Whether a matrix is transposed; its address and dtype; the distance between its rows, or its columns."""
    if not a.flags.c_contiguous and not a.flags.f_contiguous:
        raise Unreplayable
    turned = not a.flags.c_contiguous
    return int(turned), ctypes.c_void_p(a.data.ptr), kind, len(a) if turned else a.shape[1]


@cache
def products_of(device_id: int) -> Products:
    """The products of a GPU, which must be the current one."""
    return Products()
