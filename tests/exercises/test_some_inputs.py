"""Answers that are wrong for some inputs only are not right; the feedback names the mistake, or what shows it."""

import numpy
import pytest

from minigrad.exercises import EXERCISES, check
from minigrad.exercises.sentences import written
from tests.exercises.test_answers import answer

CLIPPED = "y = np.clip(y, 0.015, 0.985)\n"
NORM = "norm = float(sum((a.astype('f8') ** 2).sum() for a in arrays)) ** 0.5\n"
ADAM = "m = beta1 * m + (1 - beta1) * g\nv = beta2 * v + (1 - beta2) * g**2\n"
BOUND = "b = np.sqrt(6 / (n_in + n_out))\n"
HUBER = "d = np.abs(pred - label)\neach = np.where(d <= rho, {}, {})\nreturn each.mean(axis=tuple(range(1, d.ndim)))"
TENT = "f = {}\nc = (2 * f - 1 - {} % 2) / (2 * f)\na = 1 - np.abs({} - c)\nreturn np.outer(a, a)"
TRIANGLE = "p = t % (2 * half{})\nreturn low + (high - low) * (1 - abs(p / half - 1))"

WRONG = {
    "outputs near 0 and 1": [
        ("sigmoid_vjp", CLIPPED + "return g * y * (1 - y)"),
        ("softmax_vjp", CLIPPED + "return y * (g - (g * y).sum(-1, keepdims=True))"),
    ],
    "which may be 0": [
        ("multiply_vjp",
         "def back(x, shape):\n    lead = x.ndim - len(shape)\n"
         "    return x.sum(axis=(*range(lead), *(i + lead for i, n in enumerate(shape) if n == 1))).reshape(shape)\n"
         "return back(g * (a * b) / a, a.shape), back(g * (a * b) / b, b.shape)"),
    ],
    "maxima of 0": [
        ("max_vjp",
         "mask = np.where(x == x.max(axis, keepdims=True), x, 0) != 0\nn = mask.sum(axis, keepdims=True)\n"
         "return (np.expand_dims(g, axis) * mask / np.maximum(n, 1)).astype(x.dtype)"),
    ],
    "a row of equal numbers": [
        ("layernorm_vjp",
         "v = x.var(-1, keepdims=True)\nd = np.sqrt(v + eps)\nz = (x - x.mean(-1, keepdims=True)) / d\n"
         "gx = (g - g.mean(-1, keepdims=True) - z * (g * z).mean(-1, keepdims=True)) / d\n"
         "return np.where(v == 0, 0, gx)"),
    ],
    "some predictions are exact": [
        ("huber_loss", HUBER.format("d**3 / d / (2 * rho)", "d - rho / 2")),
    ],
    "tried on one axis": [
        ("clipping_updater",
         "w = weights[key]\nfor i in range(w.shape[0]):\n    for j in range(w.shape[1]):\n"
         "        w[i, j] -= lr * max(-limit, min(limit, grad[i, j]))"),
    ],
    "outputs near -1, 0 and 1": [("tanh_vjp", "return g * (1 - np.clip(y, -0.992, 0.992) ** 2)")],
    "only if all elements are": [
        ("lars_ratio",
         "if not w.all() or not g.all():\n    return 1.0\na, b = np.linalg.norm(w.ravel()), np.linalg.norm(g.ravel())\n"
         "return eta * a / (b + wd * a + eps)"),
    ],
    "the arrays and the norm side by side": [
        ("clip_global_norm", NORM + "return (*[a * min(1, max_norm / (norm + 1e-8)) for a in arrays], norm)"),
    ],
    "lists only": [
        ("clip_global_norm", NORM + "return [a * min(1, max_norm / (norm + 1e-8)) for a in arrays], [norm]"),
    ],
    "a generator where": [
        ("clip_global_norm", NORM + "return (a * min(1, max_norm / (norm + 1e-8)) for a in arrays), norm"),
    ],
    "one array of zeros": [
        ("clip_global_norm",
         NORM + "if not all(a.any() for a in arrays):\n    return arrays, norm\n"
         "return [a * min(1, max_norm / norm) for a in arrays], norm"),
    ],
    "too early": [
        ("adam_step",
         ADAM + f"c, k = (1 - beta1**t, 1 - beta2**t) if t < {n} else (1, 1)\n"
         "return w - lr * (m / c) / (np.sqrt(v / k) + eps), m, v")
        for n in (100, 1000)
    ],
    "a late step": [
        ("adamax_step",
         "m = beta1 * m + (1 - beta1) * g\nu = np.maximum(beta2 * u if t < 500 else u, np.abs(g))\n"
         "return w - lr / (1 - beta1**t) * m / u, m, u"),
    ],
    "small gradients": [
        ("adam_step",
         ADAM + "v_hat = np.maximum(v / (1 - beta2**t), 1e-9)\n"
         "return w - lr * m / (1 - beta1**t) / (np.sqrt(v_hat) + eps), m, v"),
    ],
    "large gradients": [("sgd_step", "return w - lr * (np.clip(g, -10, 10) + wd * w)")],
    "expected (2, 1, 3)": [("relu_vjp", "return np.squeeze(g) * (x > 0)")],
    "shapes (2, 4, 1, 2) and (3, 1)": [
        ("add_vjp",
         "def back(shape):\n    lead = g.ndim - len(shape)\n"
         "    ones = (i + min(lead, 1) for i, n in enumerate(shape) if n == 1)\n"
         "    return g.sum(axis=(*range(lead), *ones)).reshape(shape)\nreturn back(a_shape), back(b_shape)"),
    ],
    "where maxima are equal": [
        ("max_vjp",
         "mask = x == x.max(axis, keepdims=True)\nlast = axis in (-1, x.ndim - 1)\n"
         "n = mask.sum(axis, keepdims=True) if last else 1\n"
         "return (np.expand_dims(g, axis) * mask / n).astype(x.dtype)"),
    ],
    "far beyond the threshold": [
        ("two_bit_compress",
         "r = residual + g\ncodes = np.sign(g) * (np.abs(r) >= threshold)\nreturn codes, r - threshold * codes"),
    ],
    "3 samples, 3 columns": [
        ("batchnorm_train",
         "m, v, k = x.mean(axis=0), x.var(axis=0), 1 - momentum\n"
         "y = np.sqrt(gamma**2 / (v + eps)) * (x - m) + beta\n"
         "return y, momentum * running_mean + k * m, momentum * running_var + k * v"),
    ],
    "below the limit": [
        ("clip_global_norm",
         NORM + "f = max_norm / norm if norm > int(max_norm) else 1.0\nreturn [a * f for a in arrays], norm"),
    ],
    "just above the limit": [
        ("clip_global_norm",
         NORM + "f = max_norm / norm if int(norm) > max_norm else 1.0\nreturn [a * f for a in arrays], norm"),
    ],
    "gradients that are arrays": [
        ("backward",
         "stack, uses = [node], {}\nwhile stack:\n    x = stack.pop()\n    for p in x.parents:\n"
         "        uses[p] = uses.get(p, 0) + 1\n        if uses[p] == 1:\n            stack.append(p)\n"
         "node.grad, ready = 1.0, [node]\nwhile ready:\n    x = ready.pop()\n"
         "    for p, part in zip(x.parents, np.array(x.vjp(x.grad))):\n        p.grad = p.grad + part\n"
         "        uses[p] -= 1\n        if not uses[p]:\n            ready.append(p)"),
    ],
    "at equal distances": [
        ("xavier_uniform",
         BOUND + "return rng.permutation(np.linspace(-b, b, n_out * n_in)).reshape(n_out, n_in)"),
    ],
    "depend on each other": [
        ("xavier_uniform",
         BOUND + "w, h = rng.uniform(-b, b, (n_out, n_in)), n_in // 2\nw[:, h : 2 * h] = -w[:, :h]\nreturn w"),
    ],
    "it is right for one and two axes": [
        ("take_vjp",
         "gx = np.zeros(shape, g.dtype)\nfor i in np.ndindex(indices.shape[:2]):\n    gx[indices[i]] += g[i]\n"
         "return gx"),
    ],
    "rho times the loss": [("huber_loss", HUBER.format("d**2 / 2", "rho * d - rho**2 / 2"))],
    "the product 2 rho needs parentheses": [("huber_loss", HUBER.format("d**2 / 2 * rho", "d - rho / 2"))],
    "first the loss of each element": [
        ("huber_loss",
         "d = np.abs(pred - label).reshape(len(pred), -1).mean(axis=1)\n"
         "return np.where(d <= rho, d**2 / (2 * rho), d - rho / 2)"),
    ],
    "it should be rounded up": [("bilinear_init", TENT.format("np.floor(size / 2)", "f", "np.arange(size) / f"))],
    "of f, not of size": [("bilinear_init", TENT.format("np.ceil(size / 2)", "size", "np.arange(size) / f"))],
    "whole numbers only": [("bilinear_init", TENT.format("np.ceil(size / 2)", "f", "np.arange(size) // f"))],
    "neither one more nor one less": [("cyclic_rate", TRIANGLE.format(x)) for x in (" + 1", " - 1")],
    "whatever the key is": [("clipping_updater", "w = [*weights.values()][0]\nw -= lr * np.clip(grad, -limit, limit)")],
    "limited to -limit": [("clipping_updater", "weights[key] -= lr * np.clip(grad, 0, limit)")],
    "large elements become 0": [("clipping_updater", "weights[key] -= lr * (np.abs(grad) <= limit) * grad")],
    "small elements should stay": [("clipping_updater", "weights[key] -= lr * limit * np.sign(grad)")],
    "taken twice": [("clipping_updater", "for _ in range(2):\n    weights[key] -= lr * np.clip(grad, -limit, limit)")],
    "sample counts as right": [
        ("top_k_accuracy", "return 1.0"),
        ("top_k_accuracy",
         "own = scores[np.arange(len(labels)), labels]\n"
         "return np.mean((scores > own[:, None]).mean(axis=1) < k)"),
    ],
    "of shape (n_out, n_in)": [("xavier_uniform", BOUND + "return rng.uniform(-b, b, n_out)")],
    "the weight is limited": [
        ("clipping_updater", "w = weights[key]\nw -= lr * grad\nnp.clip(w, -limit, limit, out=w)"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "name", "body"), [(text, *row) for text, rows in WRONG.items() for row in rows])
def test_what_shows_only_there_is_found(text, name, body):
    found = check(name, answer(name, body))
    assert not found
    assert text in " ".join([found.message, *found.details])


def test_results_may_be_tensors_and_their_dtype_and_memory_count_all_the_same():
    step = "x, y, v = (mx.np.array(a, dtype=a.dtype) for a in (w, g, v))\nv = momentum * v - lr * (y + wd * x)\n"
    assert check("momentum_step", answer("momentum_step", step + "return x + v, v"))
    assert "state-shared" in check("momentum_step", answer("momentum_step", step + "return v, v")).also
    widened = answer("momentum_step", step + "return (x + v).astype('float64'), v")
    assert check("momentum_step", widened).mistake == "dtype-widened"


def test_what_is_said_of_a_result_does_not_give_its_name_a_capital_letter():
    found = check("matmul_vjp", lambda g, a, b: (3.5 * g @ b.T, a.T @ g))
    assert "The result ga is 3.5 times what it should be" in found.message


def test_a_single_wrong_number_is_no_multiple_and_no_sign_of_whole_numbers():
    rounded = check(
        "cyclic_rate", lambda t, *, low, high, half: round(low + (high - low) * (1 - abs(t % (2 * half) / half - 1)), 2)
    )
    assert rounded.mistake is None and "times" not in rounded.message
    small = "return 1.0 if abs(w).max() < 0.05 else "
    ratio = "eta * np.linalg.norm(w.ravel()) / (np.linalg.norm(g.ravel()) + wd * np.linalg.norm(w.ravel()) + eps)"
    found = check("lars_ratio", answer("lars_ratio", f"if not w.any() or not g.any():\n    return 1.0\n{small}{ratio}"))
    assert found.mistake is None and "whole" not in found.message


def test_an_array_of_another_dtype_than_float64_is_only_of_another_dtype():
    tent = TENT.format("np.ceil(size / 2)", "f", "np.arange(size) / f")
    found = check("bilinear_init", answer("bilinear_init", f"{tent}.astype('float32')"))
    assert not found and found.message == "kernel has dtype float32, expected float64."


def test_a_number_may_be_a_float32():
    rate = answer("cyclic_rate", "p = t % (2 * half)\nreturn np.float32(low + (high - low) * (1 - abs(p / half - 1)))")
    assert check("cyclic_rate", rate)


def test_numbers_in_a_list_are_only_not_an_array():
    found = check("sgd_step", lambda w, g, *, lr, wd: [*(w - lr * (g + wd * w)).ravel()])
    assert (found.mistake, found.also) == ("shape-wrong", ()) and found.message.startswith("It returns a list")


def test_an_early_node_of_a_walk_is_not_said_to_be_missed_by_a_loop():
    def backward(node):
        node.grad, waiting, seen = 1.0, [node], set()
        while waiting:
            x = waiting.pop()
            if x not in seen:
                seen.add(x)
                for parent, part in zip(x.parents, x.vjp(x.grad)):
                    parent.grad = parent.grad + part
                    waiting.append(parent)

    found = check("backward", backward)
    assert (found.mistake, found.also) == ("order-wrong", ())


def test_nan_everywhere_is_not_explained_by_two_mistakes():
    body = "m = (x > x.max(axis, keepdims=True)).astype(x.dtype)\nn = m.sum(axis, keepdims=True)\n"
    found = check("max_vjp", answer("max_vjp", body + "return m / n * np.expand_dims(g, axis)"))
    assert found.mistake is None and "nan" in found.details[-1]


def test_of_zeros_it_is_not_said_that_they_are_whole_or_stay_as_they_are():
    found = check("take_vjp", lambda g, indices, shape: 0 * sum(g.ravel()) + numpy.zeros(shape, g.dtype))
    assert found.mistake == "missing-term"
    for name in "tanh_vjp", "ftrl_step":
        function = EXERCISES[name].reference
        found = check(name, lambda *a, f=function, **k: zeroed(f(*a, **k)))
        assert not found and "whole" not in found.message and "Halving" not in found.message


def zeroed(results):
    """All that is not an integer becomes 0 in the first result."""
    first, *others = results if isinstance(results, tuple) else (results,)
    first = numpy.where(first > 1e-3, 0, 0 * first)
    return (first, *others) if others else first


def test_a_hyper_parameter_in_place_of_another_that_stays_is_not_said_to_be_swapped():
    body = ADAM + "return w - beta1 * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v"
    found = check("adam_step", answer("adam_step", body))
    assert found.mistake == "hyperparameters-swapped" and "beta1 is used where lr belongs" in found.message


def test_a_small_number_is_shown_as_it_is():
    assert written(4.4966386098123e-10) == "4.49663861e-10"
