"""Put the stand-in where minigrad finds CuPy, and take it away again."""

import sys
from weakref import WeakKeyDictionary

from minigrad import device, generators
from minigrad.optimizer import run as running
from tests.strict import record
from tests.strict.module import Errors, make, special


def install(monkeypatch):
    """The module `cupy` with two devices, until the test is over. What minigrad keeps for a device starts empty."""
    cupy = make()
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    monkeypatch.setitem(sys.modules, "cupyx", Errors)
    monkeypatch.setitem(sys.modules, "cupyx.scipy.special", special())
    monkeypatch.setitem(device.MODULES, cupy.ndarray, cupy)
    monkeypatch.setattr(generators, "by_device", {})
    monkeypatch.setattr(generators, "starts", {})
    monkeypatch.setattr(device, "_cupy_in_use", None)
    monkeypatch.setattr(running, "_graphs", WeakKeyDictionary())
    monkeypatch.setattr(record, "here", record.Here())
    return cupy
