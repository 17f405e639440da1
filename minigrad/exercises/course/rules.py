"""Update rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy

from minigrad.exercises.edits.terms import terms
from minigrad.exercises.exercise import exercise
from minigrad.exercises.probes import Probe, probe
from minigrad.optimizer.rule import sqrt


def adam_probes() -> Iterator[Probe]:
    rng = numpy.random.default_rng(0)
    w, g, m, v = rng.normal(size=(4, 5))
    yield probe("float64", w, g, m, v * v, 3, lr=0.1, beta1=0.9, beta2=0.95, eps=0.1)
    w, g, m, v = rng.normal(size=(4, 2, 3)).astype("float32")
    yield probe("float32", w, g, m, v * v, 3, lr=0.1, beta1=0.9, beta2=0.95, eps=0.1)


@exercise(adam_probes, results="w m v", edits=[terms], lesson="05-adam")
def adam_step(w: Any, g: Any, m: Any, v: Any, t: int, *, lr: float, beta1: float, beta2: float, eps: float) -> Any:
    """One step of Adam."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * m_hat / (sqrt(v_hat) + eps)
    return w, m, v


adam_step.wrong("g ** 2", "g", "power-missing", "g is not squared.")
