"""What a learner is told, in one or two sentences, and what a marker is told beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.exercises.feedback import Feedback
from minigrad.exercises.mistakes import MISTAKES

if TYPE_CHECKING:
    from minigrad.exercises.exercise import Neighbour, Symptom
    from minigrad.exercises.judge import Judgement


def said(
    judgement: Judgement, explained: Sequence[Neighbour], symptoms: Sequence[Symptom], beside: dict[str, str], hint: int
) -> Feedback:
    """The feedback on a wrong answer.

    `explained` are the neighbours that do what it does, `symptoms` what is wrong with it where no neighbour does, and
    `beside` are mistakes that are not in its numbers: id -> a sentence.
    """
    sentences: list[str] = []
    ids: list[str] = []
    where = ""
    details: tuple[str, ...] = ()
    if "state-shared" in beside:
        other = {"wrong-state-stored", "wrong-returned-order"}
        explained = [n for n in explained if not other & {n.mistake, *n.also}]
    if any(n.mistake == "wrong-returned-order" for n in explained):
        beside = {x: text for x, text in beside.items() if x not in ("shape-wrong", "dtype-widened")}
    if explained:
        where = explained[0].where
        sentences += [told(neighbour, hint) for neighbour in explained]
        ids += [x for neighbour in explained for x in (neighbour.mistake, *neighbour.also)]
    elif symptoms:
        sentences += [sentence(symptom.what) for symptom in symptoms]
        ids += [symptom.mistake for symptom in symptoms]
    elif judgement.off and not any(x in MISTAKES for x in beside):
        sentences.append(unrecognised(judgement))
    ids += beside
    known = [x for x in dict.fromkeys(ids) if x in MISTAKES]
    if judgement.off and (hint > 2 or not explained):
        details = (difference(judgement),)
    return Feedback(
        judgement.exercise.name, False, " ".join([*sentences, *beside.values()]), known[0] if known else None,
        tuple(known[1:]), where, details,
    )  # fmt: skip


def told(neighbour: Neighbour, hint: int) -> str:
    """What is said of one mistake: where it is, what it is, the line beside the answer's."""
    if not neighbour.where:
        return "Look again at what happens to the numbers of the probe." if hint <= 1 else sentence(neighbour.what)
    name, equals, _ = neighbour.where.partition(" = ")
    place = f"{name} is computed" if equals and name.isidentifier() else "the result is put together"
    if hint <= 1:
        return f"Look again at how {place}."
    text = f"Where {place}: {neighbour.what}"
    return text if hint == 2 else f"{text} It should be `{neighbour.where}`; yours does what `{neighbour.theirs}` does."


def sentence(text: str) -> str:
    """Text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


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
    for name, x, y in zip(judgement.names(len(expected.results)), expected.results, found.results):
        if not judgement.close(x, y, i):
            return f"{words}: {name} is {short(y)}, expected {short(x)}"
    return f"{words}: {len(found.results)} results, expected {len(expected.results)}"


def short(x: Any) -> str:
    """An array or a number in a few characters."""
    array = numpy.asarray(x)
    shape = f" of shape {array.shape}" if array.size > 6 else ""
    return numpy.array2string(array.ravel()[:6], precision=5, separator=", ") + shape if array.ndim else f"{x:.6g}"
