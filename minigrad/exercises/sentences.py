"""The sentences of the feedback for a learner.

A learner does not know the word probe: the feedback says what an answer was tried on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.exercises.advice import advice
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.mistakes import MISTAKES

if TYPE_CHECKING:
    from minigrad.exercises.exercise import Neighbour, Symptom
    from minigrad.exercises.judge import Judgement


def said(
    judgement: Judgement, explained: Sequence[Neighbour], symptoms: Sequence[Symptom], beside: dict[str, str], hint: int
) -> Feedback:
    """The feedback on a wrong answer.

    `explained` are the neighbours that do what it does, `symptoms` what is wrong with it if no neighbour does, and
    `beside` the mistakes that are not in its numbers: id -> a sentence.
    """
    sentences: list[str] = []
    ids: list[str] = []
    where = ""
    details: tuple[str, ...] = ()
    if "state-shared" in beside:
        other = ("wrong-state-stored", "wrong-returned-order", "wrong-operation")
        explained = [n for n in explained if n.mistake not in other]
    if any(n.mistake == "wrong-returned-order" for n in explained):
        beside = {x: text for x, text in beside.items() if x not in ("shape-wrong", "dtype-widened")}
    if explained:
        where = explained[0].where
        sentences += [told(neighbour, hint) for neighbour in explained]
        ids += [x for neighbour in explained for x in (neighbour.mistake, *neighbour.also)]
    if symptoms:
        sentences += [sentence(symptom.what) for symptom in symptoms]
        ids += [symptom.mistake for symptom in symptoms]
        if "state-shared" in ids:
            beside = {x: text for x, text in beside.items() if x != "kept"}  # the same in other words
    elif judgement.off and not explained and not any(x in MISTAKES or x == "kept" for x in beside):
        sentences.append(unrecognized(judgement))
    ids += beside
    known = [x for x in dict.fromkeys(ids) if x in MISTAKES]
    message = " ".join([*sentences, *beside.values()])
    if judgement.off and (hint > 2 or not explained):
        details = difference(judgement, message)
    return Feedback(
        judgement.exercise.name, False, message, known[0] if known else None, tuple(known[1:]), where, details,
        hint > 1, judgement.exercise.lesson,
    )  # fmt: skip


def told(neighbour: Neighbour, hint: int) -> str:
    """The sentences about one mistake: where it is, what it is, the right line and the answer's."""
    if not neighbour.where:
        return "Look again at what becomes of the arguments." if hint <= 1 else sentence(neighbour.what)
    name, equals, _ = neighbour.where.partition(" = ")
    place = f"{name} is computed" if equals and name.isidentifier() else "the result is put together"
    if hint <= 1:
        return f"Look again at how {place}."
    text = f"Where {place}: {neighbour.what}"
    if hint == 2 or neighbour.where == neighbour.theirs:  # then they differ only in the value that a name has
        return text
    return f"{text} It should be `{neighbour.where}`; yours is equivalent to `{neighbour.theirs}`."


def sentence(text: str) -> str:
    """The text with a capital letter at the beginning."""
    return text[:1].upper() + text[1:]


def unrecognized(judgement: Judgement) -> str:
    """The sentences about a mistake that is not a known one."""
    i = smallest(judgement)
    found = judgement.found[i]
    if all(x.kind == "returned" and "nothing" in x.error for x in judgement.found):
        return "The answer returns nothing. Is it written yet, and does it end with `return`?"
    if found.error:
        where = f", in the line `{found.line}`" if found.line else ""
        fails = f"The answer fails when it is tried on {judgement.words(i)}: {found.error}"
        return f"{fails.rstrip('.')}{where}. {advice(found.error)}".rstrip()
    whole = f"{WHOLE} " if only_whole_numbers(judgement) else ""
    shown = "This mistake is not recognized. The smallest case that shows it is below."
    return f"{shown} {whole}{judgement.scaling()}".rstrip()


WHOLE = "Only whole numbers come out: `//` rounds down, and so does storing in an array of integers."


def only_whole_numbers(judgement: Judgement) -> bool:
    """Whether every wrong result that should have fractions is made of whole numbers."""
    wrong = [first_wrong(judgement, i) for i in judgement.off if judgement.found[i].results is not None]
    pairs = [(x, numpy.asarray(y)) for name, x, y in wrong if name and not whole_numbers(numpy.asarray(x))]
    enough = len(pairs) > 1 or any(y.size > 1 and y.any() for _, y in pairs)  # one number may be whole by chance, or 0
    rounded = [y.any() or not y.ndim or numpy.all(numpy.abs(x) < 1) for x, y in pairs]  # other zeros are just zeros
    return enough and all(rounded) and all(whole_numbers(y) for _, y in pairs)


def whole_numbers(x: Any) -> bool:
    """Whether an array has nothing but whole numbers, below 2⁵³: beyond, every float is one."""
    return bool(numpy.all((x == numpy.floor(x)) & (numpy.abs(x) < 2.0**53)))


def smallest(judgement: Judgement) -> int:
    """The smallest probe that shows the mistake in few digits."""
    found, wrong = judgement.found, {i: first_wrong(judgement, i) for i in judgement.off}
    return min(wrong, key=lambda i: (found[i].results is None, digits(*wrong[i][1:]), size(judgement, i)))


def difference(judgement: Judgement, message: str) -> tuple[str, ...]:
    """The smallest probe that shows the mistake: its arguments, and what was found and is right.

    What the message says already is left out.
    """
    i = smallest(judgement)
    found, given = judgement.found[i], judgement.returned[i]
    name, x, y = first_wrong(judgement, i)
    if found.error and sentence(found.error).rstrip(".") in sentence(message):
        return () if found.kind == "returned" else arguments(judgement, i)
    if not found.error and (given.nested or given.single is not judgement.expected[i].single):
        return ()
    if found.error:
        what = found.error
    elif judgement.exercise.observe and (judgement.exercise.agree or isinstance(x, int)):  # a count, not a result
        return (f"the smallest such case: {judgement.words(i)}",)
    elif name:
        between, n = "\n" if numpy.ndim(x) > 1 or numpy.ndim(y) > 1 else " ", digits(x, y)
        what = f"{name} is{between}{short(y, n)},{between}expected{between}{short(x, n)}"
    else:
        what = f"{y} results, expected {x}"
    return *arguments(judgement, i), f"{judgement.words(i)}: {what}"


def first_wrong(judgement: Judgement, i: int) -> tuple[str, Any, Any]:
    """The first wrong result on a probe: its name, what is right, what was found; or "" and the numbers of results."""
    right, found = judgement.expected[i].results or [], judgement.found[i].results or []
    rows = zip(judgement.names(len(right)), right, found)
    return next((row for row in rows if not judgement.close(*row[1:], i)), ("", len(right), len(found)))


def digits(x: Any, y: Any) -> int:
    """How many digits it takes to tell two results apart: 5, 9 or 17."""
    return next((n for n in (5, 9) if short(x, n) != short(y, n)), 17)


def size(judgement: Judgement, i: int) -> int:
    """How many elements the arguments of a probe have."""
    args, _ = judgement.exercise.tried[i].make()
    return sum(numpy.size(x) for x in args if isinstance(x, (numpy.ndarray, float, int)))


def arguments(judgement: Judgement, i: int) -> tuple[str, ...]:
    """The arguments of a probe as you would write them; nothing if there are many, or if some are not numbers."""
    args, kwargs = judgement.exercise.tried[i].make()
    values = {**dict(zip(judgement.exercise.arguments, args)), **kwargs}
    plain = all(isinstance(x, (numpy.ndarray, float, int, tuple)) for x in values.values())
    if not plain or sum(numpy.size(x) for x in values.values()) > 24:
        return ()
    return (f"for {', '.join(f'{name} = {written(x)}' for name, x in values.items())}",)


def written(x: Any) -> str:
    """An argument in a few digits."""
    if not isinstance(x, numpy.ndarray) or x.dtype.kind != "f":
        return repr(x.tolist() if isinstance(x, numpy.ndarray) else float(f"{x:.10g}") if isinstance(x, float) else x)
    return repr(numpy.vectorize(lambda number: float(f"{number:.4g}"), otypes=[float])(x).tolist())


def short(x: Any, digits: int = 5) -> str:
    """An array or a number as NumPy prints it, shortened."""
    array = numpy.asarray(x) + 0  # turns -0 into 0
    if not array.ndim:
        return f"{x:.{digits + 1}g}"
    few = numpy.array2string(array, precision=digits, separator=", ", threshold=12, edgeitems=3)
    return few + (f" of shape {array.shape}" if array.size > 12 else "")
