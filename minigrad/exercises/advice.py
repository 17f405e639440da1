"""Advice on errors that beginners often meet, and whose messages Python wrote for programmers."""

from __future__ import annotations

import re
from keyword import iskeyword

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
    **dict.fromkeys((f"invalid character '{x}'" for x in "−–—"), "A minus is written `-`."),
    **dict.fromkeys((f"invalid character '{x}'" for x in "·∙⋅×"), "A product is written `*`."),
    **dict.fromkeys((f"invalid character '{x}'" for x in "“”„‘’"), "A quotation mark is written `\"` or `'`."),
    "null bytes": "Is it saved as UTF-16? Save it as UTF-8.",
    "invalid non-printable character": "It was copied with the text, and looks like a space; type a space instead.",
}
"""Part of an error's text -> a sentence."""

LINES = {
    r"^(>>>|\.\.\.) ": "Leave out the prompts of an example, `>>>` and `...`.",
    r"^([%!]\w|```)": "That line is not Python; leave it out.",
    r"^(Def|DEF|function|func|fn)\b": "A function begins with `def`, in small letters.",
    r"^(Return|RETURN)\b": "`return` is written in small letters.",
    r"^//": "A comment begins with `#`.",
    r"\w(\+\+|--)": "There is no `++` in Python; write `x += 1`.",
    r"&&|\|\||!(?!=)": "Write `and`, `or` and `not`.",
    r"\|.+\|": "An absolute value is written `np.abs(x)`.",
    r"[{}]$": "What belongs to an `if` or a loop stands below a `:`, indented, without braces.",
    r"\blambda\s*[,)=*/+-]": "`lambda` is a word of Python and cannot be a name; write `lam`, say.",
    r"^return\b[^=(]*(?<![=!<>])=(?!=)": "`return` stores nothing: compute first, and return on the next line.",
    r"^\w+\s*:=": "A value is stored with `=`.",
    r"\*\s+\*": "A power is written `**`, without a space.",
    r"=$": "After the `=` something is missing.",
}
"""What a line looks like -> a sentence, if Python says no more than "invalid syntax"."""


def advice(error: str) -> str:
    """A sentence about an error, or "".

    >>> advice("TypeError: 'float' object is not callable")
    'Is a `*` missing? Python needs one in every product.'
    """
    return next((text for part, text in ADVICE.items() if part in error), "")


def advice_on_line(line: str) -> str:
    """A sentence about a line of which Python only says "invalid syntax".

    >>> advice_on_line("return w - lr g")
    'Is a `*` missing? Python needs one in every product.'
    """
    line = line.partition("#")[0].strip()
    found = next((text for look, text in LINES.items() if re.search(look, line)), "")
    parts = re.findall(r"\w+|\S", line)
    values = [x == ")" or (x[0].isalnum() and not iskeyword(x)) for x in parts]
    side_by_side = any(a and b and y != ")" for a, b, y in zip(values, values[1:], parts[1:]))
    return found or (PRODUCT if side_by_side else UNSEEN)


UNSEEN = "Look at the end of the line before, too: is an operator, a bracket or a `:` missing or one too many?"
