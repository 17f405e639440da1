"""The reference: a page for each public module, from its `__all__`, signatures and docstrings."""

import inspect
import re
from importlib import import_module

MODULES = [
    *("autograd", "np", "npx", "random", "optimizer", "lr_scheduler", "initializer", "metric", "kvstore"),
    *("gluon", "gluon.nn", "gluon.rnn", "gluon.loss", "gluon.data", "gluon.data.vision"),
    *("gluon.data.vision.transforms", "gluon.utils", "datasets", "image", "gradcheck", "plot", "exercises"),
]
FENCE = ":" * 8
ENTRY = re.compile(r"(`?\w+`?(?:, \w+| \(or \w+\))*): |(?=Others\b)")
"""How an argument begins in a docstring."""
NAMED = re.compile(r"<(?:[\w.-]+ )*?(\w+)(?: at 0x\w+)?>")
"""What Python prints of a function or an object."""


def pages():
    """File name -> text, in MyST Markdown."""
    texts = {name: page(import_module(f"minigrad.{name}")) for name in MODULES}
    listed = "\n".join(texts)
    texts["index"] = (
        f"# Reference\n\nFrom the docstrings. `help(thing)` shows the same.\n\n```{{toctree}}\n{listed}\n```\n"
    )
    return {f"{name}.md": text for name, text in texts.items()}


def page(module):
    """One module: what it is, and every function and class that it names, in its order."""
    parts = [f"# {module.__name__}", f"```{{py:module}} {module.__name__}\n```", body(module)]
    others = []
    for name in names(module):
        thing = getattr(module, name)
        if not inspect.ismodule(thing) and callable(thing) and ours(thing):
            parts.append(entry(name, thing, len(FENCE)))
        elif not inspect.ismodule(thing):
            others.append(f"`{name}`")
    if others:
        parts.append(f"Other values: {', '.join(others)}.")
    return "\n\n".join(parts) + "\n"


def names(module):
    """What a module makes public; without `__all__`, what it defines itself."""
    defined = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
    return getattr(module, "__all__", [name for name in defined if not name.startswith("_")])


def ours(thing):
    """Whether something is minigrad's own, and not a dtype or a function of NumPy."""
    of_class = type(thing) if not hasattr(thing, "__qualname__") else thing
    return of_class.__module__.startswith("minigrad")


def entry(name, thing, depth):
    """A function or a class as a directive of Sphinx, the methods of a class inside it."""
    fence, kind = ":" * depth, "class" if inspect.isclass(thing) else "function"
    parts = [body(thing)]
    if kind == "class":
        methods = [(n, m) for n, m in vars(thing).items() if inspect.isfunction(m) and n[0] != "_" and m.__doc__]
        parts += [entry(n, m, depth - 1) for n, m in methods]
    if depth < len(FENCE):
        kind = "method"
    return f"{fence}{{py:{kind}}} {name}{signature(thing)}\n\n" + "\n\n".join(parts) + f"\n\n{fence}"


def signature(thing):
    """The arguments without their types, which the docstring says in words."""
    try:
        found = inspect.signature(thing)
    except (ValueError, TypeError):
        return "(...)"
    empty = inspect.Parameter.empty
    arguments = [p.replace(annotation=empty) for p in found.parameters.values() if p.name != "self"]
    return NAMED.sub(r"\1", str(found.replace(parameters=arguments, return_annotation=empty)))


def body(thing):
    """A docstring as Markdown: paragraphs, formulas and examples in blocks, arguments as a list."""
    blocks = (inspect.getdoc(thing) or "").split("\n\n")
    return "\n\n".join(block(text) for text in blocks if text.strip())


def block(text):
    """One part of a docstring."""
    first, _, rest = text.partition("\n")
    if first.startswith(">>>"):
        return f"```pycon\n{text}\n```"
    if first.startswith("    "):
        return f"```text\n{inspect.cleandoc(text)}\n```"
    if first.endswith(":") and rest.startswith("    "):
        return f"{escaped(first)}\n\n{listed(inspect.cleandoc(rest))}"
    return escaped(text)


def listed(text):
    """The lines of `name: what it is` as a list."""
    found = []
    for line in text.splitlines():
        if (match := ENTRY.match(line)) or not found:
            name = f"**{match[1]}**: " if match and match[1] else ""
            found.append(f"* {name}{escaped(line[match.end() :] if match else line)}")
        else:
            found.append(f"  {escaped(line.strip())}")
    return "\n".join(found)


def escaped(text):
    """Text whose stars and underscores are meant, outside of `code`."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([\\*_<>\[\]$|#{}~])", r"\\\1", part) for part in parts)
