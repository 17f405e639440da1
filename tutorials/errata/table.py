"""The table of the errata: who says what of each rule, how we know, and how the libraries differ.

Each rule has a file next to this one, such as `adam.toml`. An entry says what differs, how severe it is, when you would
notice, and who says what on which evidence; it has an example, and recorded cases that measure the difference. A
dialect is one way to write the rule. All pages about them are rendered from here.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent

SEVERITIES = {
    "wrong": "what is printed or computed is not what it claims to be",
    "trap": "right as it stands, but not what a reader expects; it can cost a training run",
    "convention": "two meanings of one name; it matters when you compare or port",
    "default": "a different value if you leave it out",
}

EVIDENCE = {
    "measured": "seen in a recorded path, whose name is given if it is short",
    "compared": "compared by a test with the library itself, or with recorded paths",
    "computed": "worked out by a test, with arithmetic",
    "run": "seen in a run of that version",
    "read": "read in the paper or source named",
}

ORDER = (
    "all", "sgd", "nag", "adagrad", "rmsprop", "adadelta", "adam", "adamax", "nadam", "signum", "lbsgd", "dcasgd",
    "ftrl", "ftml", "sgld", "lars", "lamb", "adamw", "adabelief", "lans", "groupadagrad", "lion", "custom", "schedules",
    "gluon",
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """What someone says. The guide and minigrad need no evidence: the guide can be read, and examples run minigrad."""

    who: str
    says: str
    evidence: str = ""

    def by(self, speaker: str) -> bool:
        return speaker in self.who.split(", ")


@dataclass(frozen=True)
class Entry:
    """One difference."""

    what: str
    severity: str
    notice: str
    says: tuple[Claim, ...]
    errs: str = ""  # who is wrong
    example: str = ""
    measured: tuple[tuple[str, str], ...] = ()

    def claim(self, speaker: str) -> str:
        """What a speaker says, or an empty text."""
        return " ".join(claim.says for claim in self.says if claim.by(speaker))


@dataclass(frozen=True)
class Dialect:
    """How some libraries or papers write a rule. `here` is the call that makes minigrad do the same."""

    who: str
    rate: str
    epsilon: str
    decay: str
    momentum: str
    correction: str
    first: str
    here: str
    evidence: str = ""


@dataclass(frozen=True)
class Chapter:
    """Everything about one rule."""

    name: str
    heading: str
    entries: tuple[Entry, ...]
    dialects: tuple[Dialect, ...]

    @property
    def anchor(self) -> str:
        return self.heading.lower().replace(" ", "-")


@cache
def chapters() -> dict[str, Chapter]:
    """The chapters by name, in the order of the page."""
    return {name: chapter(name) for name in ORDER}


def chapter(name: str) -> Chapter:
    found = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
    entries = tuple(entry(**each) for each in found["entry"])
    return Chapter(name, found["heading"], entries, tuple(Dialect(*row) for row in found.get("dialects", ())))


def entry(says: list[list[str]], measured: list[list[str]] | None = None, **others: str) -> Entry:
    claims = tuple(Claim(*each) for each in says)
    return Entry(says=claims, measured=tuple((what, case) for what, case in measured or ()), **others)
