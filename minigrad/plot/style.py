"""One look for each optimizer in every picture: the hue of its family, and its own marker and dashes.

The colours are readable as text on white, and the dark shades on DARK (a contrast of at least 4.5 to 1). No picture
relies on colour alone to tell two lines apart: markers and dashes differ within a family, and on the same axes `marked`
sees that those of different families do, too.
"""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

INK, FRAME, FAINT = "#333333", "#aaaaaa", "#ededed"
SMALLEST = 8
"""Points: no text is smaller when a picture is shown at its size."""

FAMILIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "SGD": ("#0067a5", "#4aa8e8", ("sgd", "nag", "dcasgd", "sgld")),
    "a rate for each weight": ("#007a33", "#3dbb6e", ("adagrad", "rmsprop", "adadelta", "groupadagrad")),
    "Adam": ("#c2410c", "#f58a4b", ("adam", "adamw", "adamax", "nadam", "adabelief")),
    "signs": ("#8e3a8e", "#d08fd0", ("signum", "lion")),
    "follow the leader": ("#7a5c00", "#cfa62b", ("ftrl", "ftml")),
    "layer by layer": ("#b01e5a", "#f27aa5", ("lars", "lamb", "lans", "lbsgd")),
}
"""Family -> its colours on a light and on a dark background, and its members."""
OTHERS, GREY, DARK_GREY = "others", "#595959", "#a6a6a6"
DARK = "#1e1e1e"
"""The lightest dark background that the dark shades are made for."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
DASHES: tuple[Any, ...] = (
    "-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (3, 1, 1, 1, 1, 1)), (0, (2.5, 2.5)), (0, (9, 3)),
)  # fmt: skip


BARE: Any = (
    "figure.facecolor", "axes.facecolor", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "text.color",
    "xtick.color", "xtick.labelcolor", "ytick.color", "ytick.labelcolor",
)  # fmt: skip
"""Matplotlib's settings for the page and for what no picture colours itself."""

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Style(NamedTuple):
    """How an optimizer is drawn."""

    family: str
    colour: str
    marker: str
    dashes: Any


def styles(names: Collection[str], dark: bool = False) -> dict[str, Style]:
    """Name -> style, on a light or a dark background. Your own optimizers are grey and in the family "others".

    Text after a comma tells several settings of one optimizer apart: they share a hue but have their own markers.

    >>> styles(["nag", "mine"])["nag"]
    Style(family='SGD', colour='#0067a5', marker='s', dashes=(0, (5, 1.5)))
    >>> found = styles(["adam", "adam, beta1 0.5"])
    >>> [style.marker for style in found.values()]
    ['o', 'P']
    """
    found: dict[str, Style] = {}
    for name in sorted(names, key=lambda name: "," in name):  # names without settings keep their usual look
        rule = name.partition(",")[0]
        family = next((family for family, (*_, members) in FAMILIES.items() if rule in members), OTHERS)
        light, shade, members = FAMILIES.get(family, (GREY, DARK_GREY, ()))
        used = {style.marker for style in found.values() if style.family == family}
        own = [members.index(rule)] if rule in members else []
        free = [i for i in (*own, *range(len(members), len(MARKERS))) if MARKERS[i] not in used]
        place = free[0] if free else len(found)
        marker, dashes = MARKERS[place % len(MARKERS)], DASHES[place % len(DASHES)]
        found[name] = Style(family, shade if dark else light, marker, dashes)
    return {name: found[name] for name in names}


def marked(looks: dict[str, Style]) -> dict[str, Style]:
    """The same styles, but each with its own marker and dashes: for lines on the same axes.

    >>> [style.marker for style in marked(styles(["sgd", "rmsprop", "adam"])).values()]
    ['o', 's', '^']
    """
    found: dict[str, Style] = {}
    usual = {style[2:] for style in looks.values()}
    pairs = [(MARKERS[i % len(MARKERS)], DASHES[i % len(DASHES)]) for i in range(len(MARKERS) * len(DASHES))]
    free = [pair for pair in pairs if pair not in usual]
    for name, style in looks.items():
        taken = style[2:] in {other[2:] for other in found.values()} and free
        found[name] = Style(*style[:2], *free.pop(0)) if taken else style
    return found


def told_apart(looks: dict[str, Style]) -> dict[str, Style]:
    """The same, and among lines of one colour each is darker than the one before: for lines that cross.

    >>> [style.colour for style in told_apart(styles(["sgd", "nag", "adam"])).values()]
    ['#0067a5', '#001e31', '#c2410c']
    """
    found, looks = {}, marked(looks)
    for name, style in looks.items():
        alike = [other for other in looks if looks[other].colour == style.colour]
        share = 1 - 0.7 * alike.index(name) / max(len(alike) - 1, 1)
        red, green, blue = (int(share * int(style.colour[at : at + 2], 16)) for at in (1, 3, 5))
        found[name] = style._replace(colour=f"#{red:02x}{green:02x}{blue:02x}")
    return found


def families(names: Collection[str]) -> dict[str, list[str]]:
    """Family -> those of the names that belong to it, families and members in their usual order."""
    looks = styles(names)
    usual = [name for *_, members in FAMILIES.values() for name in members]
    ordered = sorted(names, key=lambda name: usual.index(name) if name in usual else len(usual))
    found = {family: [name for name in ordered if looks[name].family == family] for family in (*FAMILIES, OTHERS)}
    return {family: members for family, members in found.items() if members}


def short(name: str, most: int = 30) -> str:
    """A name that fits beside an axis: of a longer one, its beginning and its end, where settings differ.

    >>> short("sgd, momentum 0.9, wd 0.0001, clip_gradient 0.5")
    'sgd, momentum …ip_gradient 0.5'
    """
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-(most // 2) :]}"


def on_white(draw: Callable[Given, Made]) -> Callable[Given, Made]:
    """A decorator: the picture is on white, for which its colours are made, even where Matplotlib has a dark style."""

    @wraps(draw)
    def drawn(*given: Given.args, **named: Given.kwargs) -> Made:
        from minigrad.plot.picture import Picture  # first: it says why Matplotlib cannot be imported  # noqa: F401

        from matplotlib import rc_context, rcParamsDefault  # isort: skip

        with rc_context({name: rcParamsDefault[name] for name in BARE}):
            made: Made = draw(*given, **named)
        return made

    return drawn


def frame(axes: Any) -> None:
    """Plain axes: two lines in grey, a faint grid, text that can be read."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FRAME)
    axes.tick_params(which="both", color=FRAME, labelcolor=INK, labelsize=SMALLEST)
    axes.grid(axis="y", color=FAINT, zorder=0)
    axes.set_axisbelow(True)
