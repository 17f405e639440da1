"""Complex numbers on the way from an array that has a gradient to a real loss.

The gradient of a real loss by z = a + ib is its derivative by a minus i times that by b. Then the gradient by z of what
is computed from f(z) is g f'(z), without conjugates, as for real numbers; that by a real number is its real part.
So a VJP that does not compare, round or take sizes holds for complex numbers too. Other operations refuse them.
"""

from minigrad.engine.registry import OPS

COMPLEX = {
    "absolute", "add", "astype", "broadcast_to", "concatenate", "conj", "copy", "cos", "cosh", "divide", "einsum",
    "exp", "expand_dims", "flip", "getitem", "imag", "log", "matmul", "mean", "moveaxis", "multiply", "negative",
    "pad", "positive", "power", "put_back", "real", "reciprocal", "repeat", "reshape", "roll", "sin", "sinh",
    "sqrt", "square", "squeeze", "stack", "subtract", "sum", "swapaxes", "take", "tan", "tanh", "tile", "to_device",
    "transpose", "where",
}  # fmt: skip
"""Operations whose derivatives hold for complex numbers."""

for _name in COMPLEX:
    OPS[_name].complex = True
