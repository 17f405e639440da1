"""Names of other libraries that minigrad does not have, or has elsewhere: the error says what to use instead.

They stay absent: `hasattr` is False, and `getattr` gives its default. Only the error says more than Python's own would.
But scripts written for MXNet often import more of it than they use, and one failed import would stop the whole script.
So a module for which the table has advice on every name, `*`, can be imported; it is empty.
"""

import importlib
import sys
from functools import cache, lru_cache, partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from inspect import getattr_static
from opcode import opmap
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from minigrad.errors import AbsentError, AbsentImportError

_Class = TypeVar("_Class", bound=type)

TABLE = Path(__file__).with_suffix(".txt")
"""By module or class: names that it does not have, and the end of the sentence "use ...", where {} is the name.

After a class and an equals sign come the names that cannot be set on its objects, because that would change nothing.
"""


@cache
def advice() -> dict[tuple[str, str], str]:
    """The table as a dict: (module or class, name) -> what to use."""
    found: dict[tuple[str, str], str] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        words, _, use = line.strip().partition("  ")
        if line[0] != " ":
            homes = words.split()
        else:
            found.update({(home, name): use.strip().replace("{}", name) for home in homes for name in words.split()})
    return found


def absent(module: ModuleType, name: str) -> Any:
    """Answer for `name`, which a module does not have: raises AbsentError, with advice, or imports an empty module.

    A name that begins with an underscore is looked up by a protocol; it quickly gets a plain AttributeError.
    """
    if name.startswith("_"):
        raise AttributeError(f"{module.__name__} has no attribute {name!r}")
    if (f"{module.__name__}.{name}", "*") in advice():
        return importlib.import_module(f"{module.__name__}.{name}")
    sentence = _sentence(module.__name__, name, frozenset(getattr(module, "__all__", ())))
    caller = sys._getframe(1)
    if caller.f_code.co_name == "__getattr__" and caller.f_back:
        caller = caller.f_back
    if caller.f_code.co_code[caller.f_lasti] == opmap["IMPORT_FROM"]:  # which hides any AttributeError
        raise AbsentImportError(sentence)
    raise AbsentError(sentence, name=name, obj=None)  # given `obj`, Python would add its own guess


@lru_cache(256)
def _sentence(home: str, name: str, known: frozenset[str]) -> str:
    if use := advice().get((home, name)) or advice().get((home, "*")):
        return f"{home} has no {name!r}; use {use}."
    import difflib  # only when something is wrong

    close = difflib.get_close_matches(name, sorted(word for word in known if word[0] != "_"), 1, 0.7)
    return f"{home} has no {name!r}" + (f"; did you mean {close[0]!r}?" if close else ".")


class AbsentModules(MetaPathFinder, Loader):
    """A finder that is asked last, when there is no module. It makes the empty ones, and says what else to use."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """A spec for an empty module; AbsentImportError for any other name in the table."""
        if (name, "*") in advice():
            return ModuleSpec(name, self, is_package=True)
        above, _, last = name.rpartition(".")
        home = getattr(sys.modules.get(above), "__name__", above)  # another name if `above` is an older one
        if (home, last) in advice() or (home, "*") in advice():
            raise AbsentImportError(_sentence(home, last, frozenset()))
        return None

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__all__"] = ()
        explain_absent(module.__name__)


sys.meta_path.append(AbsentModules())


class Absent:
    """A name that a class does not have, and the advice to code that asks an object for it.

    (One `__getattr__` would do for all names, but it would slow down every attribute that exists: a small operation
    would take a quarter longer.)
    """

    def __init__(self, name: str, use: str) -> None:
        self.name, self.use = name, use
        self.__doc__ = f"Not here; use {use}."

    def __get__(self, thing: Any, kind: type) -> Any:
        raise AbsentError(f"{kind.__name__} has no {self.name!r}; use {self.use}.", name=self.name, obj=None)


class AbsentSlot(Absent):
    """The same for a class without `__dict__`, where no name can be set: Python would only say "read-only"."""

    def __set__(self, thing: Any, value: Any) -> None:
        self.__get__(thing, type(thing))


class Unsettable(Absent):
    """The same for a name that is set elsewhere, such as `dropout.rate`. Classes of your own may have it."""

    def __init__(self, name: str, use: str, instead: str) -> None:
        super().__init__(name, use)
        self.instead = instead  # of setting it

    def __get__(self, thing: Any, kind: type) -> Any:
        own = {} if thing is None else vars(thing)
        return own[self.name] if self.name in own else super().__get__(thing, kind)

    def __set__(self, thing: Any, value: Any) -> None:
        if type(thing).__module__.startswith(("minigrad.gluon.", "minigrad.optimizer.")):
            raise _refusal(thing, self.name, self.instead)
        vars(thing)[self.name] = value

    def __delete__(self, thing: Any) -> None:
        del vars(thing)[self.name]


def _refusal(thing: Any, name: str, instead: str) -> AbsentError:
    return AbsentError(f"{type(thing).__name__}.{name} cannot be set; use {instead}.", name=name, obj=None)


def _refuse(name: str, instead: str, thing: Any, value: Any) -> None:
    raise _refusal(thing, name, instead)


def answers_for_absent(kind: _Class) -> _Class:
    """Let a class answer for the names that the table lists for it. They do not show in `dir()`."""
    answer = Absent if kind.__dictoffset__ else AbsentSlot
    methods: dict[str, str] = {}
    for (home, name), use in advice().items():
        if home == kind.__name__:
            setattr(kind, name, answer(name, use))
        elif home == f"{kind.__name__}=":
            found = vars(kind).get(name)
            if isinstance(found, property):
                setattr(kind, name, found.setter(partial(_refuse, name, use)))
            elif isinstance(found, Absent | None):
                setattr(kind, name, Unsettable(name, advice().get((kind.__name__, name), use), use))
            else:
                methods[name] = use
    if methods:
        _keep(kind, methods)

    def shown(self: Any) -> list[str]:
        found = type(self)
        return [name for name in object.__dir__(self) if not isinstance(getattr_static(found, name, None), Absent)]

    kind.__dir__ = shown  # type: ignore[assignment]
    return kind


def _keep(kind: type, methods: dict[str, str]) -> None:
    """Refuse to put something else in the place of these methods of an object."""
    set_: Any = kind.__setattr__

    def setting(self: Any, name: str, value: Any) -> None:
        if name in methods:
            raise _refusal(self, name, methods[name])
        set_(self, name, value)

    kind.__setattr__ = setting  # type: ignore[method-assign, assignment]


def explain_absent(module: str) -> None:
    """Give a module a `__getattr__` that answers as `absent` does, and a `__dir__` that lists what it has for users.

    Type checkers do not see this `__getattr__`, so they still check names.
    """
    found = sys.modules[module]
    vars(found).update(__getattr__=partial(absent, found), __dir__=lambda: list(found.__all__))
