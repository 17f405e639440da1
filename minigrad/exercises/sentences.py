"""What a learner is told, in one or two sentences, and what a marker is told beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.exercises.feedback import Feedback

if TYPE_CHECKING:
    from minigrad.exercises.exercise import Neighbour
    from minigrad.exercises.judge import Judgement


def said(judgement: Judgement, explained: Sequence[Neighbour], beside: dict[str, str], hint: int) -> Feedback:
    """The feedback on a wrong answer.

    `explained` are the neighbours that do what it does, `beside` the mistakes that are not in its numbers.
    """
    name = judgement.exercise.name
    known = {x: text for x, text in beside.items() if x != "dtype"}
    if explained:
        first = explained[0]
        ids = [first.mistake, *first.also, *(x for n in explained[1:] for x in (n.mistake, *n.also)), *known]
        ids = list(dict.fromkeys(ids))
        return Feedback(
            name, False, " ".join([told(first, hint), *known.values()]), ids[0], tuple(ids[1:]), first.where,
            (difference(judgement),) if hint > 2 else (),
        )  # fmt: skip
    if judgement.off:
        return Feedback(name, False, unrecognised(judgement), None, tuple(known), "", (difference(judgement),))
    ids = list(beside)
    return Feedback(name, False, " ".join(beside.values()), ids[0], tuple(ids[1:]))


def told(neighbour: Neighbour, hint: int) -> str:
    """What is said of one mistake: where it is, what it is, the line beside the answer's."""
    name, equals, _ = neighbour.where.partition(" = ")
    place = f"{name} is computed" if equals and name.isidentifier() else "the result is put together"
    if hint <= 1:
        return f"Look again at how {place}."
    text = f"Where {place}: {neighbour.what}"
    return text if hint == 2 else f"{text} It should be `{neighbour.where}`; yours does what `{neighbour.theirs}` does."


def unrecognised(judgement: Judgement) -> str:
    """What is said of a mistake that is none of the known ones."""
    found = judgement.found[judgement.off[0]]
    if found.error:
        where = f", in the line `{found.line}`" if found.line else ""
        return (
            f"The answer fails on a probe ({judgement.exercise.tried[judgement.off[0]].words}): {found.error}{where}."
        )
    return "This mistake is not recognised. The smallest case that shows it is below."


def difference(judgement: Judgement) -> str:
    """The smallest probe that shows the mistake: what was found, and what is right."""
    i = judgement.off[0]
    found, expected, words = judgement.found[i], judgement.expected[i], judgement.exercise.tried[i].words
    if found.results is None or expected.results is None:
        return f"{words}: {found.error}"
    for name, x, y in zip(judgement.exercise.results, expected.results, found.results):
        if not judgement.close(x, y):
            return f"{words}: {name} is {short(y)}, expected {short(x)}"
    return f"{words}: {len(found.results)} results, expected {len(expected.results)}"


def short(x: Any) -> str:
    """An array or a number in a few characters."""
    array = numpy.asarray(x)
    shape = f" of shape {array.shape}" if array.size > 6 else ""
    return numpy.array2string(array.ravel()[:6], precision=5, separator=", ") + shape if array.ndim else f"{x:.6g}"
