"""Mutants: the code with one small mistake in it. Cosmic Ray's operators make them.

A sample is drawn by a hash of the line and of what is done to it. So an edit elsewhere leaves the sample as it is.
"""

import ast
import difflib
import hashlib
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parents[2]
ROOMS = ("engine", "ops", "optimizer", "kvstore", "exercises")

REPLACED = {
    "BinaryOperator": [
        "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "Pow_Mul", "LShift_RShift",
        "RShift_LShift", "BitAnd_BitOr", "BitOr_BitAnd", "BitXor_BitAnd",
    ],
    "ComparisonOperator": ["Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Is_IsNot", "IsNot_Is"],
    "UnaryOperator": ["USub_UAdd", "Delete_Not", "Delete_Invert"],
}  # fmt: skip
"""One replacement of each operator: with all eleven, `<<` in place of `+` and the like would be most of the sample."""

OTHERS = [
    "AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer", "RemoveDecorator",
    "ZeroIterationForLoop",
]  # fmt: skip

NAMES = [*(f"Replace{kind}_{pair}" for kind, pairs in REPLACED.items() for pair in pairs), *OTHERS]
OPERATORS = {name: get_operator(f"core/{name}")() for name in NAMES}


@dataclass(frozen=True)
class Mutant:
    """One change: the file, relative to the checkout; its text then; the lines that differ; the names of the functions,
    classes and variables that they define, the nearest first; the short strings there."""

    path: str
    line: int
    operator: str
    text: str
    diff: tuple[str, ...]
    names: tuple[str, ...]
    strings: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.operator}: {'  '.join(self.diff)}"


SKIPPED = {"name", "newline", "string", "fstring_string", "fstring_start", "fstring_end", "endmarker"}
"""Kinds of node that no operator changes."""

EXAMPLES = {
    "probe", "hypers", "default_rng", "BY_ELEMENT", "RATE", "SEED", "SHAPES", "SHARES", "SIZES", "SMALL", "STOPS",
}  # fmt: skip
"""Numbers in these calls, arguments and constants of exercises stand for any number: what an answer is tried on, and
seeds. So do those in a function that makes probes."""


def sites(path):
    """Every place of a file that an operator changes: (text, path, line, operator, occurrence, what is around it)."""
    text = path.read_text(encoding="utf-8")
    lines, name = text.splitlines(), path.relative_to(ROOT).as_posix()
    occurrences, seen = dict.fromkeys(OPERATORS, 0), {}
    for node in ast_nodes(get_ast(text)):
        if node.type in SKIPPED:
            continue
        for operator, change in OPERATORS.items():
            for (line, _), _ in change.mutation_positions(node):
                key = (name, operator, lines[line - 1])
                seen[key] = seen.get(key, 0) + 1
                if node.type != "number" or not is_example(node):
                    yield "\n".join([*key, str(seen[key])]), path, line, operator, occurrences[operator], around(node)
                occurrences[operator] += 1


def around(node):
    """The names and strings of a mutant."""
    names, whole = [], node
    while node := node.parent:
        if node.type in ("funcdef", "classdef"):
            names.append(node.name.value)
        elif node.type == "expr_stmt":
            names += [name.value for name in node.get_defined_names()]
        if node.type in ("funcdef", "expr_stmt"):
            whole = node
    return tuple(names), tuple(re.findall(r'"([\w-]+)"', whole.get_code()))


def is_example(node):
    """Whether a number stands in a call, an argument or a constant of EXAMPLES, or where probes are made."""
    while node := node.parent:
        if node.type == "funcdef" and node.annotation and "Iterator[Probe]" in node.annotation.get_code():
            return True
        if node.type == "expr_stmt" and EXAMPLES & {name.value for name in node.get_defined_names()}:
            return True
        called = node.get_previous_sibling() if node.type == "trailer" else node.children[0]
        if called and called.get_last_leaf().value in EXAMPLES and node.type in ("trailer", "argument"):
            return True
    return False


class Meaning(ast.NodeTransformer):
    """What a program does, without its annotations, the arguments of its errors and what is imported for types."""

    def visit_Raise(self, node):
        return ast.Raise(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)

    def visit_If(self, node):
        return None if "TYPE_CHECKING" in ast.unparse(node.test) else self.generic_visit(node)

    def visit_AnnAssign(self, node):
        return self.generic_visit(ast.AnnAssign(node.target, ast.Constant(...), node.value, node.simple))

    def visit_arg(self, node):
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)


def meaning(text):
    return ast.dump(Meaning().visit(ast.parse(text)))


def made(path, line, operator, occurrence, words):
    """The mutant of a site; none if it is no Python, or does what the file did."""
    text = path.read_text(encoding="utf-8")
    changed = mutate_code(text, OPERATORS[operator], occurrence)
    try:
        if meaning(changed) == meaning(text):
            return None
    except SyntaxError:
        return None
    rows = difflib.ndiff(text.splitlines(), changed.splitlines())
    diff = tuple(f"{row[0]} {row[2:].strip()}" for row in rows if row[0] in "+-")
    return Mutant(path.relative_to(ROOT).as_posix(), line, operator, changed, diff, *words)


def sample(count, seed=0):
    """So many mutants of the five rooms, the same ones for the same seed."""

    def place(site):
        return hashlib.sha256(f"{seed}\n{site[0]}".encode()).digest()

    files = [path for room in ROOMS for path in (ROOT / "minigrad" / room).rglob("*.py")]
    ordered = (site[1:] for site in sorted((site for path in files for site in sites(path)), key=place))
    return list(islice(filter(None, (made(*site) for site in ordered)), count))
