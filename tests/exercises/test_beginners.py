"""What beginners write who are new to Python and NumPy rather than to the formula: the feedback says what to do."""

import numpy
import pytest

from minigrad.errors import FileError
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.advice import advice_on_line
from minigrad.exercises.sandbox import check_file


def said(name, answer):
    """The feedback on a wrong answer, in one line."""
    feedback = check(name, answer)
    assert not feedback
    return " ".join(str(feedback).split())


def sgd(text):
    """An answer to sgd_step from the text of its expression."""
    return lambda w, g, *, lr, wd: eval(text, {"numpy": numpy, "w": w, "g": g, "lr": lr, "wd": wd})


CURES = {
    "w - lr(g + wd * w)": "Is a `*` missing?",
    "w - lr * (g^2 + wd * w)": "A power is written `**`",
    "w - lr * math.sqrt(g)": "Begin the file with `import math`",
    "w - lr * __import__('math').sqrt(g)": "np.sqrt and the like take arrays",
    "w - lr * numpy.array([[1.0], [1.0, 2.0]])": "Arrays of different shapes do not make one array",
}


@pytest.mark.parametrize("text", CURES)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_an_error_comes_with_what_to_do_about_it_once_and_for_the_case_that_is_shown(text):
    found = said("sgd_step", sgd(text))
    assert CURES[text] in found
    assert "tried on the fortieth step, one element: " in found and "for w = [1.358], g = " in found
    assert found.count("Error") == 1 and "third" not in found


SYNTAX = {
    "w - lr * (g + wd w)": "Or is a `*` missing?",
    "w - lr * g²": "A square is written `**2`.",
    "w - 2g": "Is a `*` missing?",
    "w − lr * g": "A minus is written `-`.",
    "w - lr · g": "A product is written `*`.",
}


@pytest.mark.parametrize("text", SYNTAX)
def test_what_is_no_python_comes_with_its_line_and_what_to_do(tmp_path, text):
    path = tmp_path / "sgd_step.py"
    path.write_text(f"def sgd_step(w, g, *, lr, wd):\n    return {text}\n", encoding="utf-8")
    with pytest.raises(FileError) as error:
        check_file(path)
    assert f"is not Python, line 2, `return {text}`: invalid " in str(error.value)
    assert str(error.value).endswith(SYNTAX[text]) or f"{SYNTAX[text]} Python" in str(error.value)


LINES = {
    "return w - lr g  # a step": "Is a `*` missing?",
    "return (w - lr)(g + wd w)": "Is a `*` missing?",
    "return w - lr * * g": "A power is written `**`",
    "return w -= lr * g": "compute first, and return on the next line.",
    "return w = w - lr * g": "compute first, and return on the next line.",
    "Return w": "`return` is written in small letters.",
    "w := w - lr * g": "A value is stored with `=`.",
    "w =": "After the `=` something is missing.",
    "w++": "There is no `++` in Python; write `x += 1`.",
    "if w > 0 && g > 0: pass": "Write `and`, `or` and `not`.",
    "if !g: pass": "Write `and`, `or` and `not`.",
    "return |w|": "np.abs(x)",
    "// a step": "A comment begins with `#`.",
    "if w > 0 {": "without braces.",
    "lambda = wd": "`lambda` is a word of Python and cannot be a name",
    "%matplotlib inline": "That line is not Python; leave it out.",
    ">>> w": "Leave out the prompts",
    "else: pass": "Look at the end of the line before, too",
    "return w if": "Look at the end of the line before, too",
}


@pytest.mark.parametrize("line", LINES)
def test_there_is_advice_on_lines_that_other_languages_and_notebooks_have(line):
    assert LINES[line] in advice_on_line(f"    {line}\n")


@pytest.mark.parametrize("line", ["return w - lr g  # a step", "Return w", "return w if"])
def test_a_line_of_which_python_only_says_that_it_is_invalid_comes_with_advice(tmp_path, line):
    path = tmp_path / "sgd_step.py"
    path.write_text(f"def sgd_step(w, g, *, lr, wd):\n    {line}\n    return w\n", encoding="utf-8")
    with pytest.raises(FileError) as error:
        check_file(path)
    found = str(error.value).partition("`: invalid syntax. ")[2]
    assert LINES[line] in found and f"line 2, `{line}`" in str(error.value)


COMPUTES_NOTHING = {
    "async def sgd_step(w, g, *, lr, wd):\n    return w": "The function is `async`, so a call computes nothing",
    "async def sgd_step(w, g, *, lr, wd):\n    yield w": "The function has a `yield`, so a call computes nothing",
    "def sgd_step(w, g, *, lr, wd):\n    yield w": "The function has a `yield`, so a call computes nothing",
}


@pytest.mark.parametrize("text", COMPUTES_NOTHING)
def test_a_function_whose_call_computes_nothing_is_told_why(tmp_path, text):
    path = tmp_path / "answers.py"
    path.write_text(f"{text} - lr * (g + wd * w)\n", encoding="utf-8")
    (feedback,) = check_file(path)
    assert not feedback and COMPUTES_NOTHING[text] in " ".join(str(feedback).split())
    space = {}
    exec(path.read_text(encoding="utf-8"), space)
    assert COMPUTES_NOTHING[text] in said("sgd_step", space["sgd_step"])


def test_a_lambda_is_an_answer(tmp_path):
    path = tmp_path / "answers.py"
    path.write_text("sgd_step = lambda w, g, *, lr, wd: w - lr * (g + wd * w)\n", encoding="utf-8")
    assert all(check_file(path))


def test_a_list_where_an_array_is_due_is_told_how_to_make_one():
    found = said("sgd_step", lambda w, g, *, lr, wd: [a - lr * (b + wd * a) for a, b in zip(w, g)])
    assert "returns a list or tuple of 4 results; return w, an array: `np.array(...)` makes one of a list." in found
    found = said("dense_forward", lambda x, W, b: (x @ W.T + b).tolist())
    assert "`np.array(...)`" in found and "expected" not in found
    found = said("momentum_step", lambda w, g, v, *, lr, wd, momentum: (w, v, v))
    assert "of 3 results; return w, v." in found


def test_an_if_that_suits_only_arrays_of_one_element_decides_once_for_all():
    feedback = check("relu_vjp", lambda g, x: g if x > 0 else 0)
    assert feedback.mistake == "max-not-elementwise" and "np.where" in feedback.message
    assert "shape-wrong" in feedback.also


def test_whole_numbers_where_fractions_are_due_are_told_of():
    def warmup_cosine(t, *, base_lr, final_lr, warmup_steps, total_steps):
        if t < warmup_steps:
            return base_lr * t // warmup_steps
        return final_lr // 1

    assert "Only whole numbers come out: `//` rounds down" in said("warmup_cosine", warmup_cosine)
    assert "whole numbers" not in said("sgd_step", sgd("numpy.sin(w)"))
    assert "whole numbers" not in said("sgd_step", sgd("w * 1e30"))  # beyond 2**53 every float is one


def test_a_sentence_says_only_what_is_true_of_the_answer():
    def cosine(share):
        def warmup_cosine(t, *, base_lr, final_lr, warmup_steps, total_steps):
            if t < warmup_steps or t > total_steps:
                return base_lr * t / warmup_steps if t < warmup_steps else final_lr
            return final_lr + (base_lr - final_lr) * (1 + numpy.cos(numpy.pi * share(t, warmup_steps, total_steps))) / 2

        return said("warmup_cosine", warmup_cosine)

    for share in (lambda t, warm, end: (t + warm) / (end - warm)), (lambda t, warm, end: (t - warm) / (end + warm)):
        assert "warmup_steps should be subtracted" in cosine(share)  # the cosine of -t - warm is the same
    assert "the factor g + wd * w is missing" in said("sgd_step", sgd("w - lr"))  # it was called the decay

    def centered(w, g, s, m, d, *, lr, beta, momentum, eps):
        s, m = beta * s + (1 - beta) * g**2, beta * m + (1 - beta) * g
        d = momentum * d - 1.0001 * lr * g / numpy.sqrt(s - m**2 + eps)
        return w + d, s, m, d

    assert "Only" not in said("rmsprop_centered_step", centered)  # of small differences, one may look larger

    def backward(node):
        node.grad = 1.0
        for x in reversed(EXERCISES["topological_order"].reference(node)):
            for parent, part in zip(x.parents, x.vjp(x.grad)):
                parent.grad = parent.grad + abs(part)

    assert check("backward", backward).mistake is None  # it was said to be the order

    def dropout_forward(x, rate, mask_uniform):
        return x * (mask_uniform > rate - 1e-8) / (1 - rate)

    assert "first" not in said("dropout_forward", dropout_forward)


def test_an_argument_that_changes_nothing_is_named_and_no_law_is_made_of_a_chance():
    found = said("sgd_step", sgd("w - 0.1 * (g + 0.2 * w)"))
    assert "Halving lr or wd changes nothing that is returned: are they used?" in found
    assert "proportional" not in found


def test_all_arguments_that_are_changed_are_named():
    def momentum_step(w, g, v, *, lr, wd, momentum):
        v *= momentum
        v -= lr * (g + wd * w)
        w += v
        return w, v

    assert "changes its arguments w and v; work on a copy" in said("momentum_step", momentum_step)


def test_chance_is_said_to_be_possible_where_equal_calls_differ():
    rng = numpy.random.default_rng(0)
    found = said("dropout_forward", lambda x, rate, u: x * (rng.uniform(size=x.shape) >= rate) / (1 - rate))
    assert "or on chance" in found


def test_what_a_check_counts_is_not_shown_as_what_was_returned():
    def topological_order(node, order=[]):  # noqa: B006
        if node not in order:
            for parent in node.parents:
                topological_order(parent)
            order.append(node)
        return order

    found = said("topological_order", topological_order)
    assert "the smallest such case: a chain of 4" in found and "expected" not in found
    assert found.count("start afresh") == 1


@pytest.mark.parametrize("peak", ["0", "numpy.max(x)"])
def test_a_softmax_over_all_elements_is_told_of_rows_and_not_of_what_it_does_not_do(peak):
    answer = eval(f"lambda x: numpy.log(numpy.exp(x - {peak}) / numpy.exp(x - {peak}).sum())", {"numpy": numpy})
    feedback = check("log_softmax", answer)
    assert feedback.mistake == "axis-wrong" and "unstable-softmax" in feedback.also
    assert "each row" in feedback.message and "mean" not in feedback.message
