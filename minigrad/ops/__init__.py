"""Every operation with its derivative, by family. Names and arguments are NumPy's; `np`, `npx` and `nd` use them."""

from minigrad.engine.operation import Op
from minigrad.engine.registry import OPS
from minigrad.ops.choose import clip, maximum, minimum, where
from minigrad.ops.conv import convolution, correlate, spread, weigh
from minigrad.ops.cross_entropy import softmax_cross_entropy
from minigrad.ops.elementwise import (  # fmt: skip
    absolute,
    add,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    astype,
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    cbrt,
    ceil,
    conj,
    copy,
    cos,
    cosh,
    degrees,
    divide,
    equal,
    exp,
    exp2,
    expm1,
    floor,
    floor_divide,
    fmod,
    greater,
    greater_equal,
    hypot,
    imag,
    invert,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    mod,
    multiply,
    negative,
    not_equal,
    positive,
    power,
    radians,
    real,
    reciprocal,
    rint,
    round,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    to_device,
    trunc,
)
from minigrad.ops.index import (  # fmt: skip
    embedding,
    getitem,
    one_hot,
    pick,
    put_along_axis,
    put_back,
    raw_key,
    sort,
    take,
    take_along_axis,
)
from minigrad.ops.joining import concatenate, stack
from minigrad.ops.linalg import dot, einsum, norm, outer, tensordot
from minigrad.ops.linear import linear
from minigrad.ops.matmul import matmul
from minigrad.ops.neural import (  # fmt: skip
    dropout,
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
)
from minigrad.ops.normalize import batch_norm, layer_norm, standardize
from minigrad.ops.pooling import from_winners, pooling, to_winners, window_max
from minigrad.ops.reduce import (  # fmt: skip
    all,
    any,
    argmax,
    argmin,
    argsort,
    cumsum,
    logsumexp,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)
from minigrad.ops.repeat import pad, repeat, roll, tile
from minigrad.ops.shape import (  # fmt: skip
    broadcast_to,
    expand_dims,
    flip,
    moveaxis,
    reshape,
    squeeze,
    swapaxes,
    transpose,
)
from minigrad.ops.solve import cofactor_change, cofactors, det, inv, logabsdet, solve_columns
from minigrad.ops.special import erf, erfc, gamma, gammaln, polygamma
from minigrad.ops.windows import overlap_add, windows

from minigrad.ops import complex as _complex  # isort: skip  it marks those above whose derivatives hold for them

__all__ = [
    "OPS", "Op", "absolute", "add", "all", "any", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2",
    "arctanh", "argmax", "argmin", "argsort", "astype", "batch_norm", "bitwise_and", "bitwise_or", "bitwise_xor",
    "broadcast_to", "cbrt", "ceil", "clip", "cofactor_change", "cofactors", "concatenate", "conj", "convolution",
    "copy", "correlate", "cos", "cosh", "cumsum", "degrees", "det", "divide", "dot", "dropout", "einsum", "elu",
    "embedding", "equal", "erf", "erfc", "exp", "exp2", "expand_dims", "expm1", "flip", "floor", "floor_divide",
    "fmod", "from_winners", "gamma", "gammaln", "gelu", "getitem", "greater", "greater_equal", "hypot", "imag",
    "inv", "invert", "isfinite", "isinf", "isnan", "layer_norm", "leaky_relu", "less", "less_equal", "linear",
    "log", "log10", "log1p", "log2", "log_softmax", "logabsdet", "logaddexp", "logical_and", "logical_not",
    "logical_or", "logical_xor", "logsumexp", "matmul", "max", "maximum", "mean", "min", "minimum", "mod",
    "moveaxis", "multiply", "negative", "norm", "not_equal", "one_hot", "outer", "overlap_add", "pad", "pick",
    "polygamma", "pooling", "positive", "power", "prod", "put_along_axis", "put_back", "radians", "raw_key", "real",
    "reciprocal", "relu", "repeat", "reshape", "rint", "roll", "round", "selu", "sigmoid", "sign", "silu", "sin",
    "sinh", "softmax", "softmax_cross_entropy", "softplus", "softsign", "solve_columns", "sort", "spread", "sqrt",
    "square", "squeeze", "stack", "standardize", "std", "subtract", "sum", "swapaxes", "take", "take_along_axis",
    "tan", "tanh", "tensordot", "tile", "to_device", "to_winners", "transpose", "trunc", "var", "weigh", "where",
    "window_max", "windows",
]  # fmt: skip
