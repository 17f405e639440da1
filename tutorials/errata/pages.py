"""The table as Markdown: the errata page, the page of dialects, and the margin of a notebook."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace

from errata.table import EVIDENCE, HERE, SEVERITIES, Chapter, Claim, Dialect, Entry, chapters

Measured = Sequence[tuple[Chapter, str, str, str]]
"""Chapter, what differs, what is compared, the difference."""

BEYOND = {"lars": "Optimizers beyond the guide", "custom": "Around the optimizers"}
"""Parts of the page, by the chapter they begin with. (The guide's own optimizers come before, in none.)"""


class Markdown(str):
    """Text that a notebook shows as Markdown."""

    def _repr_markdown_(self) -> str:
        return str(self)


def margin(name: str) -> Markdown:
    """What the guide gets wrong, or leaves open to misreading, about one rule; `"all"` has what concerns all of them.

    If the guide is right and MXNet 1.9.1 is not, only the title appears.
    """
    if name not in chapters():
        raise KeyError(f"there is no chapter {name!r}; there are {', '.join(chapters())}")
    lines, only_mxnet = [], []
    for entry in by_severity(chapters()[name].entries):
        if "MXNet 1.9.1" in entry.errs and "guide" not in entry.errs:
            only_mxnet.append(entry.what)
        elif entry.claim("guide") and ("guide" in entry.errs or entry.severity == "trap"):
            said = " ".join(spoken(replace(claim, evidence="")) for claim in entry.says)
            lines.append(f"> * {title(entry)} {entry.notice} {said}".replace("](#", "](errata.md#"))
    more = f"[Errata, with examples](errata.md#{chapters()[name].anchor})"
    if (HERE.parent / "rules" / f"{name}.md").exists():
        more = f"{more}, and [all about the rule on a page](rules/{name}.md)"
    if only_mxnet:
        more = f"Wrong in MXNet 1.9.1, but not in the guide: {'; '.join(only_mxnet)}. {more}"
    return Markdown("\n".join([*lines, ">", f"> {more}"]) if lines else f"> Nothing here is wrong in the guide. {more}")


def errata(measured: Measured) -> str:
    """The errata page."""
    head = (HERE / "head.md").read_text(encoding="utf-8")
    parts = [head.format(severities=definitions(SEVERITIES), evidence=definitions(EVIDENCE), errors=errors())]
    rows = [f"| {linked(of)} | {what} | {whose} | {found} |" for of, what, whose, found in measured]
    table = "\n".join(["| optimizer | what differs | compared with | difference |", "|---|---|---|---|", *rows])
    parts.append(head_of_measured() + table)
    level = "##"
    for chapter in chapters().values():
        if chapter.name in BEYOND:
            parts.append(f"## {BEYOND[chapter.name]}")
            level = "###"
        parts.append(f"{level} {chapter.heading}")
        parts += map(shown, by_severity(chapter.entries))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def dialects(measured: Measured) -> str:
    """The page of dialects."""
    known = " ".join(d.evidence for chapter in chapters().values() for d in chapter.dialects)
    kinds = {kind: meaning for kind, meaning in EVIDENCE.items() if f"{kind}: " in known}
    parts = [(HERE / "dialects.md").read_text(encoding="utf-8").format(evidence=definitions(kinds))]
    for chapter in chapters().values():
        if chapter.dialects:
            parts += [f"## {chapter.heading}", spoken_by(chapter)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def spoken_by(chapter: Chapter) -> str:
    """The table of a rule's dialects, without empty columns."""
    columns = [column for column in zip(COLUMNS, *map(cells, chapter.dialects)) if {*column[1:]} - {"", "none"}]
    return tabled(list(zip(*columns)))


def tabled(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, from its head and its rows."""
    head, *lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *lines])


COLUMNS = ("who", "rate", "ε", "decay", "momentum", "bias correction", "first step", "here", "known from")


def cells(d: Dialect) -> tuple[str, ...]:
    """A dialect as a row of its table."""
    first = f"`{d.first}`" if d.first else ""
    return d.who, d.rate, d.epsilon, d.decay, d.momentum, d.correction, first, d.here, source(d.evidence)


PAGES = {"errata.md": errata, "dialects.md": dialects}


def shown(entry: Entry) -> str:
    """An entry: title, when you notice, who says what, an example."""
    lines = [wrapped(f"{title(entry)} {entry.notice}"), "", *(wrapped(spoken(claim), "- ") for claim in entry.says)]
    if entry.example:
        lines += ["", "```python", entry.example.strip("\n"), "```"]
    return "\n".join(lines)


def title(entry: Entry) -> str:
    where = f" in {spelled(entry.errs)}" if entry.errs else ""
    return f"*{entry.severity.capitalize()}{where}.* **{entry.what}.**"


def spelled(speakers: str) -> str:
    """Speakers as a list in a sentence."""
    *others, last = [f"the {who}" if who in ("guide", "paper") else who for who in speakers.split(", ")]
    return f"{', '.join(others)} and {last}" if others else last


def spoken(claim: Claim) -> str:
    who = claim.who[0].upper() + claim.who[1:] if not claim.who.startswith(("minigrad", "optax")) else claim.who
    return f"{who}: {claim.says}" + (f" *({source(claim.evidence)})*" if claim.evidence else "")


def source(evidence: str) -> str:
    """How something is known, in short; the full evidence is there for the tests."""
    kinds = []
    for part in re.split(r"(?:^|; )(?=(?:measured|compared|computed|run|read): )", evidence):
        kind, _, where = part.partition(": ")
        if kind == "read":
            kinds.append(f"read: {where}")
        elif kind == "measured" and "(" not in where:
            kinds.append("measured: " + ", ".join(f"`{case}`" for case in where.split(", ")))
        elif kind:
            kinds.append(kind if kind != "run" else f"run: {where}")
    return "; ".join(dict.fromkeys(kinds))


def errors() -> str:
    """The guide's errors in one list."""
    lines = []
    for chapter in chapters().values():
        found = [entry.what for entry in chapter.entries if "guide" in entry.errs]
        if found:
            lines.append(wrapped(f"{linked(chapter)}: {'; '.join(found)}", "- "))
    return "\n".join(lines)


def head_of_measured() -> str:
    return (HERE / "measured.md").read_text(encoding="utf-8") + "\n"


def by_severity(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: list(SEVERITIES).index(entry.severity))


def linked(chapter: Chapter) -> str:
    return f"[{chapter.heading}](#{chapter.anchor})"


def definitions(words: dict[str, str]) -> str:
    return "\n".join(f"- *{word}*: {meaning}." for word, meaning in words.items())


def wrapped(text: str, bullet: str = "") -> str:
    """Lines of 120 characters, with no break inside code or mathematics."""
    whole = re.sub(r"\$[^$]*\$|`[^`]*`", lambda found: found[0].replace(" ", "\0"), " ".join(text.split()))
    indent = " " * len(bullet)
    lines = textwrap.fill(whole, 120, initial_indent=bullet, subsequent_indent=indent, break_long_words=False,
                          break_on_hyphens=False)  # fmt: skip
    return lines.replace("\0", " ")
