"""Complex numbers on the way from an array that has a gradient to a real loss.

The gradient of a real loss for z = a + ib is its derivative with respect to a minus i times that with respect to b.
Then the gradient for z, given g for f(z), is g f'(z), without conjugates, as for real numbers; a real input gets its
real part. So a VJP that does not compare, round or take absolute values holds for complex numbers too. Other operations
refuse them.
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
