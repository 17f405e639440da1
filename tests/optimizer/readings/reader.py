"""Printed equations read back and computed, with NumPy and no knowledge of any rule: written for the tests alone.

Both notations become Python expressions. What stands side by side is multiplied.
"""

import re

import numpy

FUNCTIONS = {
    "abs": numpy.abs, "norm": numpy.linalg.norm, "sqrt": numpy.sqrt, "sign": numpy.sign, "max": numpy.maximum,
    "min": numpy.minimum, "exp": numpy.exp, "log": numpy.log, "where": numpy.where,
    "clip": lambda x, low, high: numpy.minimum(numpy.maximum(x, low), high),
    "row_mean": lambda x: numpy.mean(x, axis=1, keepdims=True),
    "divides": lambda divisor, n: n % divisor == 0,
}  # fmt: skip
NAMES = r"∇_?(?:\{[^}]*\}|t)?|(?<!\d)[^\W\d²][^\W²]*'?(?:\{[^}]*\})?"


def evaluate(python, env):
    """The value of a Python expression whose names stand for `env`."""
    assert not set(env) & set(FUNCTIONS)
    with numpy.errstate(all="ignore"):
        return eval(python, {"__builtins__": {}}, {**FUNCTIONS, **env})


def identifier(name):
    """A printed name as a Python name: each sign that cannot be in one is spelled by its number."""
    return re.sub(r"[^\w]|[²₀-₉]", lambda found: f"_{ord(found[0]):x}_", name)


def from_text(text):
    """An expression in the terminal's notation, as Python."""
    groups = []

    while "(" in text:  # put what is in parentheses aside
        start = text.index("(")
        inside, end = group(text, start, "()")
        groups.append(f"({from_text(inside)})")
        text = f"{text[:start]}\ue000{len(groups) - 1}\ue001{text[end:]}"
    return re.sub("\ue000(\\d+)\ue001", lambda found: groups[int(found[1])], flat(text))


def flat(text):
    """The same for what has no parentheses."""
    branch = re.fullmatch(r"(.*?) if (.*), otherwise (.*)", text)
    if branch:
        this, condition, that = map(flat, branch.groups())
        return f"where({condition}, {this}, {that})"
    if " and " in text:
        return " & ".join(f"({flat(part)})" for part in text.split(" and "))
    if " divides " in text:
        return f"divides({', '.join(map(flat, text.split(' divides ')))})"
    text = re.sub(NAMES, lambda found: identifier(found[0]) if found[0] not in FUNCTIONS else found[0], text)
    text = re.sub(r"√(\|[^|]*\||[^\W²]+)", r"√(\1)", text).replace("√", "sqrt")
    text = re.sub(r"‖([^‖]*)‖", r"norm(\1)", re.sub(r"\|([^|]*)\|", r"abs(\1)", text))
    text = text.replace("²", "**2").replace("^", "**").replace("·", "*").replace("≤", "<=")
    return re.sub(r"(?<=[\w)\ue001]) (?=[\w(\ue000])", "*", text)


def text_rows(text):
    """(left, right) of each line, as Python; a condition has no left side."""
    for line in re.sub(r"\n +(?=otherwise|if|[^=~]*$)", " ", text).splitlines():
        condition = re.fullmatch(r"only if (.*):", line)
        if condition:
            yield "", from_text(condition[1])
        elif " ~ " not in line:
            left, right = line.strip().split(" = ", 1)
            yield identifier(left), from_text(right)


def from_latex(text):
    """LaTeX of the form that is printed, as Python."""
    text = text.replace(r"\,", " ").replace("[4pt]", "").replace(r"\dfrac", r"\frac")
    text = text.replace(r"\left\lVert", "norm(").replace(r"\right\rVert", ")")
    text = text.replace(r"\left|", "abs(").replace(r"\right|", ")").replace(r"\left", "").replace(r"\right", "")
    cases = re.fullmatch(r"\\begin.cases. (.*?) & \\text.if . (.*) \\\\ (.*) & \\text.otherwise. \\end.cases.", text)
    if cases:
        this, condition, that = map(from_latex, cases.groups())
        return f"where({condition}, {this}, {that})"
    if r"\text{ and }" in text:
        return " & ".join(f"({from_latex(part)})" for part in text.split(r"\text{ and }"))
    if r" \mid " in text:
        return f"divides({', '.join(map(from_latex, text.split(chr(92) + 'mid')))})"
    text = re.sub(r"(\S+) \\cdot 10\^\{(-?\d+)\}", r"\1e\2", text)
    text = re.sub(r"10\^\{(-?\d+)\}", r"1e\1", text).replace(r" \cdot ", "*").replace(r"\le", "<=")
    out, i = "", 0
    while i < len(text):
        for command, count, pattern in ((r"\frac", 2, "((%s)/(%s))"), (r"\sqrt", 1, "sqrt(%s)")):
            if text.startswith(command, i):
                i, groups = i + len(command), []
                for _ in range(count):
                    inside, i = group(text, i)
                    groups.append(from_latex(inside))
                out += pattern % tuple(groups)
                break
        else:
            name = re.compile(LATEX_NAMES).match(text, i)
            if name:
                out, i = out + latex_identifier(name[0]), name.end()
            elif text[i] == "^":
                exponent, i = group(text, i + 1) if text[i + 1] == "{" else (text[i + 1], i + 2)
                out += f"**({from_latex(exponent)})"
            else:
                out, i = out + text[i], i + 1
    return re.sub(r"(?<=[\w)]) +(?=[\w(])", "*", out).strip()


LATEX_NAMES = (
    r"\d[\d.]*(?:e-?\d+)?|\\operatorname\{[\w ]+\}|\\(?:max|min|log|exp)|norm(?=\()|abs(?=\()"
    r"|(?:\\(?:hat|bar|tilde|mathrm)\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|[A-Za-z])'?(?:_(?:\{[^{}]*\}|\w))?"
)


def latex_identifier(name):
    """A letter with its marks and subscripts, as a Python name."""
    name = name.replace(r"\,", " ")
    function = re.fullmatch(r"\\operatorname\{([\w ]+)\}|\\(max|min|log|exp)|(norm|abs)", name)
    if function:
        return next(filter(None, function.groups())).replace(" ", "_")
    return name if name[0].isdigit() else "L" + re.sub(r"\W", lambda found: f"_{ord(found[0]):x}_", name)


def group(text, start, pair="{}"):
    """The text in the braces that open at `start`, and where they end."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == pair[0]) - (text[i] == pair[1])
        if depth == 0:
            return text[start + 1 : i], i + 1
    raise AssertionError(f"{pair} do not match in {text}")


def latex_rows(text):
    """(left, right) of each line, as Python; a condition has no left side."""
    inside = text.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
    for line in inside.split(" \\\\\n"):
        condition = re.fullmatch(r"& \\text.only if . (.*) \\text.:.", line)
        if condition:
            yield "", from_latex(condition[1])
        elif r"&\sim" not in line:
            left, right = line.split(" &= ")
            yield latex_identifier(left), from_latex(right)
