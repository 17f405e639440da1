"""`check`: is an answer right, and if not, which mistake does it make?"""

from __future__ import annotations

from typing import Any

from minigrad.arguments import whole
from minigrad.errors import UsageError
from minigrad.exercises.exercise import Exercise, named
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.judge import judge
from minigrad.exercises.solutions import as_function
from minigrad.exercises.tries import outcomes


def check(exercise: str | Exercise, solution: Any, hint: int = 2) -> Feedback:
    """Check a solution of an exercise.

    Args:
        exercise: its name, or the exercise itself.
        solution: the function that the exercise's statement asks for. An update rule may also be an optimizer class or
            a rule, a function of `self`; a backward pass that gets the inputs, a class of `autograd.Function`; a layer,
            a class of `Block`.
        hint: how much to say about a mistake: 1 says where it is, 2 also what it is, 3 also shows numbers.

    The solution runs in this process, without limits. `minigrad check` runs a file in its own process.

    >>> from minigrad.exercises.check import check
    >>> print(check("sgd_step", lambda w, g, *, lr, wd: w - lr * g + wd * w))
    sgd_step: not yet (wrong-operation, decay-outside-gradient)
    Where w is computed: parentheses are missing or in the wrong place, which
    changes what is computed.
    See the notebook 03-gradient-descent.
    """
    whole("hint", hint, 1, 3)
    found = exercise if isinstance(exercise, Exercise) else named(exercise)
    try:
        answer = as_function(found, solution)
    except UsageError as error:
        return Feedback(found.name, False, str(error))
    return judge(found, outcomes(found, answer), hint)
