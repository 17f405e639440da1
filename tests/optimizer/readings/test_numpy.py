"""The NumPy program of a rule has few scratch arrays."""

from minigrad import optimizer
from minigrad.optimizer.graph import trace
from minigrad.optimizer.readings.numpy import program


def test_adam_needs_two_registers():
    assert program(trace(optimizer.Adam())).registers == 2
