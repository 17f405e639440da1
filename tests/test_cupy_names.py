"""Every name of the array module that minigrad uses is there in the real CuPy, and takes the arguments it is given.

CuPy installs and imports without a GPU; nothing of it is run here but looking at signatures.
"""

import ast
import inspect
from pathlib import Path

import numpy
import pytest

import minigrad
from minigrad.ops import elementwise
from minigrad.optimizer.rule import FLOAT

cupy = pytest.importorskip("cupy")

FILES = sorted(Path(minigrad.__file__).parent.rglob("*.py"))
UFUNC_ARGUMENTS = {"out", "dtype", "casting", "where"}
"""What CuPy's ufuncs take by name (their signatures are not given)."""


def dotted(node):
    """A chain of attributes that starts at the array module, as a list of names; else None."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not names:
        return None
    if isinstance(node, ast.Name) and node.id == "xp":
        return names[::-1]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "xp_of":
        return names[::-1]
    if names[-1] == "xp":  # ctx.xp.zeros
        return names[-2::-1] or None
    return None


def uses():
    """(names, positional arguments or None, keywords, place) of every use in the package."""
    found = []
    for path in FILES:
        tree = ast.parse(path.read_text())
        called = {id(n.func): n for n in ast.walk(tree) if isinstance(n, ast.Call)}
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and {"xp", "fp"} <= {a.arg for a in function.args.args}:
                function.body = []  # numpy.interp's xp is an array
        inner = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        for node in ast.walk(tree):
            names = dotted(node) if isinstance(node, ast.Attribute) and id(node) not in inner else None
            if not names:
                continue
            call = called.get(id(node))
            starred = call is None or any(isinstance(a, ast.Starred) for a in call.args)
            positional = None if starred else len(call.args)
            keywords = [k.arg for k in call.keywords if k.arg] if call else []
            place = f"{path.relative_to(FILES[0].parents[1])}:{node.lineno}"
            found.append((names, positional, keywords, place))
    return found


USES = uses()
BY_NAME = sorted(
    {*FLOAT}
    | {n for n in vars(elementwise) if isinstance(vars(elementwise)[n], type(elementwise.add)) and hasattr(numpy, n)}
)
"""Elementwise operations, and those of rules, which are looked up by their name when they run."""


def test_the_walk_sees_what_is_there():
    names = {".".join(n) for n, *_ in USES}
    assert {"add.at", "random.default_rng", "linalg.svd", "take_along_axis", "dot", "cuda.Device"} <= names
    assert len(names) > 50


@pytest.mark.parametrize("names", sorted({".".join(names) for names, *_ in USES} | set(BY_NAME)))
def test_the_name_is_there(names):
    value = cupy
    for name in names.split("."):
        assert hasattr(value, name), f"cupy.{names}"
        value = getattr(value, name)


@pytest.mark.parametrize(
    ("names", "positional", "keywords"),
    [pytest.param(n, p, k, id=f"{'.'.join(n)} {w}") for n, p, k, w in USES if (k or p) and n[0] != "cuda"],
)
def test_the_arguments_are_taken(names, positional, keywords):
    value = cupy
    for name in names:
        value = getattr(value, name)
    if isinstance(value, cupy.ufunc):
        assert set(keywords) <= UFUNC_ARGUMENTS
        assert positional is None or positional <= value.nin + value.nout
        return
    try:
        signature = inspect.signature(value)
    except (ValueError, TypeError):  # Cython gives none; then the documentation's first line may have it
        line = (value.__doc__ or "").split("\n")[0]
        assert all(k in line for k in keywords), f"{names}: {keywords} not in {line!r}"
        return
    signature.bind(*[None] * (positional or 0), **dict.fromkeys(keywords)) if positional is not None else (
        signature.bind_partial(**dict.fromkeys(keywords))
    )


def test_the_generator_draws_what_minigrad_asks_it_for():
    asked = set()
    for path in FILES:
        text = path.read_text()
        if "generator(" not in text or "cpu()" in text:  # those of the host may be asked for more
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                drawn = isinstance(owner, ast.Name) and owner.id in ("g", "draw")
                direct = isinstance(owner, ast.Call) and getattr(owner.func, "id", "") == "generator"
                if drawn or direct:
                    asked.add(node.func.attr)
    assert {"random", "standard_normal", "integers"} <= asked
    assert asked <= set(dir(cupy.random.Generator))


def test_the_stand_in_lacks_what_cupy_lacks():
    from tests.strict.module import MISSING, SINCE_14
    from tests.strict.random import METHODS

    public = {name for name in numpy.__all__ if name[0] != "_"}
    assert {name for name in public if not hasattr(cupy, name)} <= set(MISSING.split())
    assert {name for name in MISSING.split() if hasattr(cupy, name)} <= set(SINCE_14.split())
    assert {name for name in dir(cupy.random.Generator) if not name.startswith("_")} == set(METHODS.split())


INSIDE = ("_host", "_place", "_fetch", "_view_or_new", "__weakref__")


def test_methods_of_the_stand_ins_array_are_cupys():
    from tests.strict.array import ndarray

    of_every_class = vars(type("Any", (), {}))  # since Python 3.13, where the class begins, for one
    inside = {*INSIDE, *of_every_class}
    assert not [n for n in vars(ndarray) if n not in dir(cupy.ndarray) and n not in inside]


def test_cupy_reads_the_parameters_of_every_kernel():
    from as_written import example
    from table import TABLE

    from minigrad.optimizer.graph import trace
    from minigrad.optimizer.readings.cuda import cuda_source

    for row in TABLE:
        for dtype in ("float16", "float32", "float64"):
            opt = row.make()
            arrays, scalars = example(opt, dtype, (4,))
            graph = trace(opt, scalars)
            inputs = [*arrays, *(scalars[name] for name in graph.extras)]
            source = cuda_source(graph, [a.dtype for a in inputs])
            kernel = cupy.ElementwiseKernel(**source._asdict())
            assert [p.name for p in kernel.in_params if p.name.startswith("in_")] == [f"in_{n}" for n in graph.arrays]
            assert [p.name for p in kernel.out_params] == [f"out_{n}" for n in graph.written]
            assert kernel.nin == len(inputs) + len(graph.parameters)
