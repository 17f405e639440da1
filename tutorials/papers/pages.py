"""The page of a rule, printed from the rule's own file, its paper's algorithm and the table of errata."""

import importlib
import inspect
import re
from collections.abc import Iterator, Sequence
from types import ModuleType

from build import plain_png
from errata import pages as errata
from errata.table import HERE, Chapter, chapters

from minigrad import compare, optimizer
from minigrad.commands import equations
from minigrad.commands.output import encoded
from minigrad.exercises.course import EXERCISES
from minigrad.exercises.statement import first_sentence
from minigrad.optimizer.readings.latex import Latex, aligned
from minigrad.plot.history import seeded
from papers.paper import Paper

FOLDER = HERE.parent / "rules"


def names() -> list[str]:
    """The rules, in the order of the errata."""
    return [name for name in chapters() if name in compare.optimizers()]


def module(name: str) -> ModuleType:
    """The file next to this one about a rule."""
    return importlib.import_module(f"papers.{name}")


def papers(name: str) -> dict[str, Paper]:
    """The algorithms of a rule."""
    return {key: found for key, found in vars(module(name)).items() if isinstance(found, Paper)}


def drawn(name: str) -> bytes:
    """The picture of a rule, independent of the user's own style."""
    from matplotlib import style

    with style.context("default"):
        return plain_png(encoded(module(name).picture(), ".png"))


def index() -> str:
    """The page that leads to the others."""
    rows = [("rule", "what it does")]
    for name in names():
        first = next(idea(name)).partition(": ")[2]
        rows.append((f"[{chapters()[name].heading}]({name}.md)", first[0].upper() + first[1:]))
    return (HERE.parent / "papers" / "head.md").read_text(encoding="utf-8") + f"\n{errata.tabled(rows)}\n"


def page(name: str) -> str:
    """The page of a rule."""
    chapter, caption = chapters()[name], " ".join((module(name).picture.__doc__ or "").split())
    parts = [
        f"# {chapter.heading}",
        *idea(name),
        f"![{caption}]({name}.png)",
        errata.wrapped(f"*{caption}*"),
        "## The rule",
        *rule(name),
        "## By hand",
        *by_hand(name),
        "## Where it comes from",
        *(part for found in papers(name).values() for part in algorithm(found)),
        "## Dialects",
        errata.spoken_by(chapter),
        "What the columns mean: [dialects](../dialects.md).",
        "## Traps",
        *traps(chapter),
        "## Exercise",
        *exercises(name),
        "## References",
        errata.wrapped(equations.reference(optimizer.create(name))),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def idea(name: str) -> Iterator[str]:
    """The rule's docstring up to its equations."""
    for paragraph in inspect.cleandoc(type(optimizer.create(name)).__doc__ or "").split("\n\n"):
        if paragraph.startswith("Let "):
            return
        yield errata.wrapped(paragraph)


def rule(name: str) -> Iterator[str]:
    """The equations in all their forms, and what their symbols mean."""
    plain, prepared = optimizer.create(name), equations.preparation(name)
    forms = list(equations.forms(name))
    yield f"Printed from `minigrad/optimizer/{name}.py`:"
    yield displayed(lines(plain))
    for changed, form in forms:
        yield f"With `{equations.listed(changed)}`:"
        yield displayed(lines(form))
    yield "With `rescale_grad`, `clip_gradient` and `wd`:"
    yield displayed([line for line in lines(prepared) if line not in lines(plain)])
    # In a line of text, GitHub's Markdown turns \, into a comma.
    legend = equations.symbols([plain, *(form for _, form in forms), prepared], Latex)
    cells = ((portable(f"${x.symbol}$").replace(r"\,", r"\ "), x.meaning.replace("|", r"\|")) for x in legend)
    yield errata.tabled([("symbol", "meaning"), *cells])


def lines(rule: optimizer.Optimizer) -> list[str]:
    """The lines of its equations, without the frame that aligns them."""
    return [line.removesuffix(r" \\") for line in rule.equation().splitlines()[1:-1]]


def displayed(lines: Sequence[str]) -> str:
    return portable(f"$$\n{aligned(lines)}\n$$")


def portable(latex: str) -> str:
    r"""LaTeX without `\operatorname`, which GitHub refuses."""
    return re.sub(r"\\operatorname(\{[^}]*\})", r"\\mathop{\\mathrm\1}", latex)


def by_hand(name: str) -> Iterator[str]:
    """Two steps with their numbers."""
    with seeded(0):  # SGLD draws its noise
        changed, steps = equations.two_steps(name, {})
    yield f"Two steps of `{type(optimizer.create(name)).__name__}({equations.listed(changed)})`:"
    yield f"```text\n{steps}\n```"


def algorithm(found: Paper) -> Iterator[str]:
    """A paper's algorithm, what its letters are here, and why."""
    yield f"{found.source}:"
    yield f"```python\n{found.program}\n```"
    where = f" if its gradients are those at `{found.at}`" if found.at != "w" else ""
    yield errata.wrapped(f"`optimizer.{found.here}` takes the same steps{where}. After each of them:")
    yield errata.tabled([("here", "there"), *((f"`{x}`", f"`{y}`") for x, y in found.letters.items())])
    yield inspect.cleandoc(found.walk.__doc__ or "")


def traps(chapter: Chapter) -> Iterator[str]:
    """The entries of the errata, without their examples."""
    for entry in errata.by_severity(chapter.entries):
        said = [errata.wrapped(errata.spoken(claim), "  - ") for claim in entry.says]
        text = "\n".join([errata.wrapped(f"{errata.title(entry)} {entry.notice}", "- "), *said])
        yield text.replace("](#", "](../errata.md#")
    yield (
        f"[The errata](../errata.md#{chapter.anchor}) have an example of each, and whatever concerns\n"
        "[all optimizers](../errata.md#all-optimizers), such as the order of clipping and decay."
    )


def exercises(name: str) -> Iterator[str]:
    """The course's exercises on the rule, or the one made from it."""
    for found in (found for found in EXERCISES if found.startswith(f"{name}_")):
        yield first_sentence(EXERCISES[found])
        yield f"```sh\nminigrad exercises start {found}\nminigrad check {found}.py\n```"
    if not any(found.startswith(f"{name}_") for found in EXERCISES):
        yield "The course has none for this rule. In Python or a notebook you can make one from the rule itself:"
        yield (
            "```python\nfrom minigrad.exercises import check, from_rule\n\n"
            f'exercise = from_rule("{name}")\nprint(exercise.text)  # what to write\n'
            f"check(exercise, {name}_step)  # marks it\n```"
        )
