"""Old import paths: `from minigrad.tensor import Tensor` finds the module where it lives now."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

OLD_PATHS = {
    "minigrad.numpy": "minigrad.np",  # MXNet's longer names
    "minigrad.ndarray": "minigrad.nd",
    "minigrad.numpy_extension": "minigrad.npx",
    "minigrad.symbol": "minigrad.compat.sym",
    "minigrad.kv": "minigrad.kvstore",
    **{
        f"minigrad.{name}": f"minigrad.compat.{name}" for name in ("base", "context", "io", "sym", "test_utils", "util")
    },
    **{f"minigrad.gluon.nn.{name}": "minigrad.gluon.nn" for name in ("basic_layers", "conv_layers")},
    **{f"minigrad.gluon.rnn.{name}": "minigrad.gluon.rnn" for name in ("rnn_cell", "rnn_layer")},
    "minigrad.tensor": "minigrad.engine.tensor",  # where things were before
    "minigrad.clock": "minigrad.engine.clock",
    "minigrad.autograd.graph": "minigrad.engine.graph",
    "minigrad.plot.layers": "minigrad.autograd.layout",
    "minigrad.ops.operation": "minigrad.engine.operation",
    "minigrad.ops.accepts": "minigrad.engine.accepts",
    "minigrad.ops.axes": "minigrad.axes",
    "minigrad.ops.codes": "minigrad.codes",
    "minigrad.optimizer.latex": "minigrad.optimizer.readings.latex",
    "minigrad.optimizer.norms": "minigrad.optimizer.outside",
    **{f"minigrad.optimizer.run_{name}": f"minigrad.optimizer.readings.{name}" for name in ("numpy", "numba", "cuda")},
}
"""Old module names, which still work -> new names."""


class OldPaths(MetaPathFinder):
    """A finder for `sys.meta_path`: a module that has moved, and those inside it, by the old name."""

    def __init__(self, moved: Mapping[str, str]) -> None:
        self.moved = moved

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """A spec for a name that is in the table; None leaves it to Python."""
        old = name
        while old not in self.moved:
            old, _, _ = old.rpartition(".")
            if not old:
                return None
        return ModuleSpec(name, _Alias(self.moved[old] + name[len(old) :]))


class _Alias(Loader):
    """A loader that returns the module of another name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        found = importlib.import_module(self.name)
        self.spec = found.__spec__
        return found

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # Python has just replaced it with that of the old name


sys.meta_path.insert(0, OldPaths(OLD_PATHS))
