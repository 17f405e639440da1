"""Constant: a parameter that does not learn."""

from typing import Any

from minigrad.gluon.parameter import Parameter
from minigrad.initializer import laws
from minigrad.values import asarray
from minigrad.warn import warn


class Constant(Parameter):
    """A parameter that does not learn: it has no gradient, and its value is its initializer.

    >>> from minigrad import gluon, np
    >>> c = gluon.Constant("pi", np.array([3.14]))
    >>> c.initialize()
    >>> c.data(), c.grad_req
    (array([3.14]), 'null')
    """

    def __init__(self, name: str, value: Any = None) -> None:
        if value is None:  # Gluon 2 gives the value alone
            name, value = "const", name
        self.value = asarray(value)
        super().__init__(
            name, "null", self.value.shape, self.value.dtype, init=laws.Constant(self.value), differentiable=False
        )

    @property
    def grad_req(self) -> str:
        """Always 'null'."""
        return "null"

    @grad_req.setter
    def grad_req(self, req: str) -> None:
        if req != "null":
            warn(f"Constant '{self.name}' ignores grad_req='{req}', which stays 'null'; use a Parameter to learn it.")
