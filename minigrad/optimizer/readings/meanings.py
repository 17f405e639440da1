"""What the docstring of an optimizer says of its arguments and letters: the only source of the legend's words."""

from __future__ import annotations

import re

from minigrad.docstrings import docstring
from minigrad.optimizer.readings.notation import GREEK, LETTERS

ARGUMENTS = re.compile(r"^Arg(?:ument)?s\b[^\n]*:\n((?: {4}.*\n|\n)*)", flags=re.M)
SYMBOL = r"[^\s,]{1,2}(?: in [\[(][^\])]*[\])]| [<>]=? [^\s,]+)?"
"""A letter with its range, such as `β₁ in [0, 1)`, which is removed from the words."""

UNSAFE = set("\\${}&%#^~")
"""Characters that words in LaTeX must not contain."""


def described(cls: type, name: str) -> str:
    """What the docstring says of a name, in a few words; an empty text if it says nothing.

    >>> from minigrad import optimizer
    >>> described(optimizer.Adam, "beta1"), described(optimizer.SGD, "v")
    ('memory of the mean', 'velocity')
    """
    text = docstring(cls)
    words = of_argument(text, name) or of_letter(text, getattr(cls, "symbols", {}).get(name, LETTERS.get(name, name)))
    words = words or of_letter(text, name)
    return "" if UNSAFE & {*words} else words


def of_argument(text: str, name: str) -> str:
    """From a line under "Arguments": the words up to the default, without the letter before them."""
    found = ARGUMENTS.search(text + "\n")
    for line in re.split(r"\n {4}(?=\S)", "\n" + found[1]) if found else []:
        names, colon, about = " ".join(line.split()).partition(": ")
        if colon and name in re.findall(r"\w+", names):
            about = re.sub(rf"^(?:{SYMBOL}(?:, |$)|if given, )", "", about.replace("`", ""))
            return re.split(r",? ?\bdefault\b|\.(?: |$)|; ", about)[0].strip()
    return ""


def of_letter(text: str, letter: str) -> str:
    """From the sentence "Let w be the weight, v the velocity, ..."."""
    found = re.search(r"^Let .*?:$", text, flags=re.M | re.S)
    letter = re.escape(GREEK.get(letter.removeprefix("\\"), letter))
    start = rf"(?:, (?:and )?|[a-z]{{3,}} and )`?{letter}`? (?:the |(?=one ))"
    about = (
        re.search(rf"{start}(.*?)(?= and \S+ (?:the|one|=) |[,:;]| \()", " ".join(found[0].split())) if found else None
    )
    return about[1] if about else ""
