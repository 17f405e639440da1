"""Advice on errors that beginners often meet, and whose messages Python wrote for programmers."""

from __future__ import annotations

TRUTH = "An array is neither true nor false, and `if`, `and`, `max` and `in` ask whether it is."
PRODUCT = "Is a `*` missing? Python needs one in every product."

ADVICE = {
    "truth value of an array": TRUTH,
    "'float' object is not callable": PRODUCT,
    "'int' object is not callable": PRODUCT,
    "'numpy.ndarray' object is not callable": PRODUCT,
    "'numpy.float64' object is not callable": PRODUCT,
    "'numpy.float32' object is not callable": PRODUCT,
    "bitwise_xor": "A power is written `**`; `^` is something else in Python.",
    "operand type(s) for ^": "A power is written `**`; `^` is something else in Python.",
    "name 'np' is not defined": "Begin the file with `import numpy as np`.",
    "name 'numpy' is not defined": "Begin the file with `import numpy`.",
    "name 'math' is not defined": "Begin the file with `import math`, or use np.sqrt and the like, which take arrays.",
    "can be converted to Python scalars": "The functions of `math` take one number; np.sqrt and the like take arrays.",
    "inhomogeneous shape": "Arrays of different shapes do not make one array; take one after another.",
    "Perhaps you forgot a comma": f"Or {PRODUCT[0].lower()}{PRODUCT[1:]}",
    "invalid decimal literal": PRODUCT,
    "invalid character '²'": "A square is written `**2`.",
    "invalid character '√'": "A root is written `np.sqrt(...)`.",
}
"""Part of an error's text -> a sentence."""


def advice(error: str) -> str:
    """A sentence about an error, or "".

    >>> advice("TypeError: 'float' object is not callable")
    'Is a `*` missing? Python needs one in every product.'
    """
    return next((text for part, text in ADVICE.items() if part in error), "")
