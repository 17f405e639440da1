"""The feedback for a learner: whether an answer is right, which mistake it makes, and where."""

from __future__ import annotations

import html
import re
import textwrap
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Feedback:
    """The result of a check. It is true if the answer is right.

    * `exercise`: its name.
    * `message`: one or two sentences. A hint of level 1 says where, 2 what, 3 shows the numbers.
    * `mistake`: an id of `exercises.MISTAKES`, or None: the answer is right, or its mistake was not recognized.
    * `also`: other ids that are true of it.
    * `where`: the line of the equation, as the exercise writes it.
    * `details`: further details, such as a small case that shows the mistake.
    * `lesson`: the notebook that explains it; `printed`: lines that the answer printed.
    * `named`: whether the mistake's id is shown; a hint of level 1 leaves it out.
    """

    exercise: str
    right: bool
    message: str
    mistake: str | None = None
    also: tuple[str, ...] = ()
    where: str = ""
    details: tuple[str, ...] = field(default=())
    named: bool = True
    lesson: str = ""
    printed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.right

    @property
    def headline(self) -> str:
        """One line: the exercise and how it went."""
        if self.right:
            return f"{self.exercise}: right"
        names = [x for x in (self.mistake, *self.also) if x and self.named]
        return f"{self.exercise}: not yet ({', '.join(names)})" if names else f"{self.exercise}: not yet"

    @property
    def further(self) -> str:
        """Where a learner whose answer is wrong can read about it."""
        return f"See the notebook {self.lesson}." if self.lesson and not self.right else ""

    def __str__(self) -> str:
        lines = [self.message, *(f"    {line}" for text in self.details for line in text.splitlines()), self.further]
        lines += [PRINTED, *(f"    | {line}" for line in self.printed)] if self.printed else []
        return "\n".join(map(safe, [self.headline, *(filled(line) for line in lines if line)]))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """A small panel, with the text in the page's own colour so that it suits light and dark pages."""
        colour, word = ("#1a7f37", "right") if self.right else ("#b34700", "not yet")
        name, _, rest = self.headline.partition(f": {word}")
        head = (
            f"<b>{html.escape(name)}</b> <span style='background:{colour};color:#fff;border-radius:3px;"
            f"padding:1px 6px'>{word}</span> {html.escape(rest.strip())}"
        )
        lines = "".join(f"<div style='{TYPED}'>{html.escape(line)}</div>" for line in self.details)
        if self.further:
            lines += f"<div style='margin-top:4px'>{html.escape(self.further)}</div>"
        if self.printed:
            text = html.escape("\n".join(self.printed))
            lines += f"<div style='margin-top:4px'>{PRINTED}</div><div style='{TYPED}'>{text}</div>"
        return (
            f"<div style='border-left:4px solid {colour};padding:4px 12px;margin:4px 0'>"
            f"<div>{head}</div><div style='margin-top:4px'>{code(self.message)}</div>{lines}</div>"
        )


PRINTED = "The answer itself printed:"
TYPED = "font-family:monospace;white-space:pre-wrap;margin-top:4px"


def code(text: str) -> str:
    """A sentence as HTML, with text between backticks as code.

    >>> code("`a < b` is asked")
    '<code>a &lt; b</code> is asked'
    """
    parts = html.escape(text).split("`")
    return "".join(f"<code>{x}</code>" if i % 2 and i + 1 < len(parts) else x for i, x in enumerate(parts))


def safe(text: str) -> str:
    """A text with nothing that a terminal would obey: an answer may raise an error with any words.

    >>> safe("\\x1b[31mred")
    '�[31mred'
    """
    return "".join(x if x.isprintable() or x == "\n" else "\N{REPLACEMENT CHARACTER}" for x in text)


def filled(line: str) -> str:
    """A line wrapped to a terminal of 80 columns, but not within code."""
    indent = " " * (len(line) - len(line.lstrip()))
    line = re.sub("`[^`]*`", lambda code: code[0].replace(" ", "\xa0"), line)
    wrapped = textwrap.fill(line, 80, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return wrapped.replace("\xa0", " ")
