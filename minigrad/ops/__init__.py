"""Every operation with its derivative, by family. Names and arguments are NumPy's; `np`, `npx` and `nd` use them."""

from minigrad.engine.operation import Op
from minigrad.engine.registry import OPS
from minigrad.ops.along import *
from minigrad.ops.choose import *
from minigrad.ops.conv import *
from minigrad.ops.cross_entropy import *
from minigrad.ops.elementwise import *
from minigrad.ops.index import *
from minigrad.ops.joining import *
from minigrad.ops.linalg import *
from minigrad.ops.linear import *
from minigrad.ops.matmul import *
from minigrad.ops.neural import *
from minigrad.ops.normalize import *
from minigrad.ops.pooling import *
from minigrad.ops.product import *
from minigrad.ops.recurrent import *
from minigrad.ops.reduce import *
from minigrad.ops.repeat import *
from minigrad.ops.shape import *
from minigrad.ops.solve import *
from minigrad.ops.special import *
from minigrad.ops.windows import *

from minigrad.ops import complex as _complex  # isort: skip  marks those above that differentiate complex numbers

__all__ = [
    "OPS", "Op", "absolute", "add", "all", "any", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2",
    "arctanh", "argmax", "argmin", "argsort", "astype", "batch_norm", "batch_normalize", "bitwise_and",
    "bitwise_or", "bitwise_xor", "broadcast_to", "cbrt", "ceil", "clip", "cofactor_change", "cofactors",
    "concatenate", "conj", "convolution", "copy", "correlate", "cos", "cosh", "cumsum", "degrees", "det",
    "divide", "dot", "dropout", "einsum", "elu", "embedding", "equal", "erf", "erfc", "exp", "exp2",
    "expand_dims", "expm1", "flip", "floor", "floor_divide", "fmod", "from_winners", "gamma", "gammaln", "gelu",
    "getitem", "greater", "greater_equal", "hypot", "imag", "inv", "invert", "isfinite", "isinf", "isnan",
    "layer_norm", "leaky_relu", "less", "less_equal", "linear", "log", "log10", "log1p", "log2", "log_softmax",
    "logabsdet", "logaddexp", "logical_and", "logical_not", "logical_or", "logical_xor", "logsumexp", "matmul",
    "max", "maximum", "mean", "min", "minimum", "mod", "moveaxis", "multiply", "negative", "norm", "not_equal",
    "one_hot", "outer", "overlap_add", "pad", "pick", "polygamma", "pooling", "positive", "power", "prod",
    "put_along_axis", "put_back", "radians", "raw_key", "real", "reciprocal", "recur", "relu", "repeat",
    "reshape", "rint", "roll", "round", "selu", "sigmoid", "sign", "silu", "sin", "sinh", "softmax",
    "softmax_cross_entropy", "softplus", "softsign", "solve_columns", "sort", "spread", "sqrt", "square",
    "squeeze", "stack", "standardize", "std", "subtract", "sum", "sum_of_products", "swapaxes", "take",
    "take_along_axis", "tan", "tanh", "tensordot", "tile", "to_device", "to_winners", "transpose",
    "transposed_convolution", "trunc", "var", "weigh", "where", "window_max", "windows", "winners",
]  # fmt: skip
