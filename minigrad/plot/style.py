"""One look for each optimizer in every picture: the hue is its family's; marker and dashes are its own.

The colours can be read as text on white (a contrast of at least 4.5 to 1), and no picture needs them alone to tell two
lines apart: markers and dashes differ within a family.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

INK, FRAME, FAINT = "#333333", "#aaaaaa", "#ededed"
SMALLEST = 8
"""Points: no text is smaller at the size at which a picture is shown."""

FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "SGD": ("#0067a5", ("sgd", "nag", "dcasgd", "sgld")),
    "a rate for each weight": ("#007a33", ("adagrad", "rmsprop", "adadelta", "groupadagrad")),
    "Adam": ("#c2410c", ("adam", "adamw", "adamax", "nadam", "adabelief")),
    "signs": ("#8e3a8e", ("signum", "lion")),
    "follow the leader": ("#7a5c00", ("ftrl", "ftml")),
    "layer by layer": ("#b01e5a", ("lars", "lamb", "lans", "lbsgd")),
}
"""Family -> its colour and its members."""
OTHERS, GREY = "others", "#595959"

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2.5, 2.5)),
    (0, (9, 3)),
)


class Style(NamedTuple):
    """How an optimizer is drawn."""

    family: str
    colour: str
    marker: str
    dashes: Any


def styles(names: Collection[str]) -> dict[str, Style]:
    """Name -> style. An optimizer of one's own is grey and of the family "others".

    >>> styles(["nag", "mine"])["nag"]
    Style(family='SGD', colour='#0067a5', marker='s', dashes=(0, (5, 1.5)))
    """
    known = {
        name: Style(family, colour, MARKERS[i], DASHES[i])
        for family, (colour, members) in FAMILIES.items()
        for i, name in enumerate(members)
    }
    own = [name for name in names if name not in known]
    known |= {
        name: Style(OTHERS, GREY, MARKERS[i % len(MARKERS)], DASHES[i % len(DASHES)]) for i, name in enumerate(own)
    }
    return {name: known[name] for name in names}


def families(names: Collection[str]) -> dict[str, list[str]]:
    """Family -> those of the names that belong to it, families and members in their usual order."""
    looks = styles(names)
    found = {family: [name for name in members if name in looks] for family, (_, members) in FAMILIES.items()}
    found[OTHERS] = [name for name in names if looks[name].family == OTHERS]
    return {family: members for family, members in found.items() if members}


def frame(axes: Any) -> None:
    """Plain axes: two lines in grey, a faint grid, text that can be read."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FRAME)
    axes.tick_params(which="both", color=FRAME, labelcolor=INK, labelsize=SMALLEST)
    axes.grid(axis="y", color=FAINT, zorder=0)
    axes.set_axisbelow(True)
