"""One call with one or two wrong arguments, under a watchdog: nothing if it works or is refused in a sentence."""

import contextlib
import io
import re
import signal
from traceback import walk_tb

from minigrad import cli
from minigrad.arguments import shown
from minigrad.errors import MinigradError
from minigrad.explain import described
from tests.fuzz.calls import EXAMPLE
from tests.fuzz.values import VALUES

SECONDS = 10
"""Of the process's own time, not of a busy machine's; after them a call hangs."""
LONGEST = 1500
"""Characters of a sentence: there may be many known names in it."""


NAMED = re.compile(
    r"\w ?=|there is no |\(\w+: |\bis .*; (it must|expected)|"
    r"\b(axis|axes|shape|array|file|path|position|device|layout|key|parameter|initializer|optimizer|surface|field|rate|heads|"
    r"label|probabilities)"
)
"""How a sentence names an argument by its value, or what else it is about."""


class Hangs(BaseException):
    """Not an Exception, so that nothing catches it by accident."""


def alarm(*_):
    raise Hangs


def tried(call, rng):
    """What the call was given, and what is wrong with what came of it: '' if nothing is."""
    parameters = call.arguments.signature.parameters
    chosen = rng.sample(list(parameters), min(len(parameters), rng.choice((1, 1, 2))))
    wrong = {key: rng.choice(VALUES)() for key in chosen}
    args, kwargs = replaced(call.arguments, wrong)
    text = ", ".join(f"{key}={shown(value)}" for key, value in wrong.items())
    return f"{call.name}({text})", answer(lambda: call.function(*args, **kwargs), names(call, wrong))


def replaced(arguments, wrong):
    """Arguments by position and by name, with the wrong ones in place of the last of `*args` and all of `**kwargs`."""
    parameters = arguments.signature.parameters
    by_position = any(p.kind is p.VAR_POSITIONAL for p in parameters.values())
    args, kwargs = [], {}
    for key, p in parameters.items():
        given = arguments.arguments.get(key)
        if p.kind is p.VAR_POSITIONAL:
            args += [*(given or ())[:-1], wrong[key]] if key in wrong else given or ()
        elif p.kind is p.VAR_KEYWORD:
            kwargs |= dict.fromkeys(given or {}, wrong[key]) if key in wrong else given or {}
        elif key in wrong or key in arguments.arguments or by_position:
            value = wrong.get(key, arguments.arguments.get(key, p.default))
            if p.kind is p.POSITIONAL_ONLY or (by_position and p.kind is p.POSITIONAL_OR_KEYWORD):
                args.append(value)
            else:
                kwargs[key] = value
    return args, kwargs


def names(call, wrong):
    """Words that a refusal may have: the names of the function and of its arguments, and the wrong values."""
    words = {*re.split("[._]", call.name), *(key.removesuffix("s") for key in call.arguments.signature.parameters)} - {
        "__call__"
    }
    for value in wrong.values():
        words |= {shown(value)[:30], described(value), type(value).__name__}
    return {word.lower() for word in words if len(word) > 1}


def answer(call, words=()):
    """What is wrong with what comes of calling `call`; '' if it works, or is refused in a sentence with such a word."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            call()
    except MinigradError as error:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sentence = str(error)
        if not 10 < len(sentence) < LONGEST:
            return f"a sentence of {len(sentence)} letters: {sentence[:200]}"
        if words and not NAMED.search(sentence.lower()) and not any(word in sentence.lower() for word in words):
            return f"names neither argument nor value: {sentence}"
    except (MemoryError, NotImplementedError):  # a subclass must define it
        return ""
    except Hangs:
        return "hangs"
    except BaseException as error:
        if "multiple values for argument" in str(error) or in_the_example(error.__traceback__):
            return ""
        return f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return ""


def in_the_example(trace):
    """Whether an error came from a function of the example that was given to minigrad: then it is the user's."""
    return any(frame.f_code.co_filename == EXAMPLE for frame, _ in walk_tb(trace))


def told(argv):
    """What is wrong with what a command line says: its status is 0, 1 or 2, and there is no traceback."""

    def call():
        try:
            status = cli.main(argv)
        except SystemExit as leaving:  # argparse
            status = leaving.code
        assert status in (0, 1, 2), f"status {status}"

    return "minigrad " + " ".join(map(repr, argv)), answer(call)
