"""Every rule in plain Python floats, written from the printed equations; nothing here uses minigrad.

A function takes the weights (a list), the raw gradients of each step (a list of lists) and hyper-parameters, and
yields the weights after each step. `single` lets it be written for one weight. Gradients are prepared as for every
rule: rescaled by RHO, clipped to +-CLIP, plus WD times the weight (unless decay is part of the rule).
"""

from functools import wraps
from math import sqrt

RHO, CLIP, WD = 0.5, 0.3, 0.05


def clipped(raw):
    return max(-CLIP, min(CLIP, RHO * raw))


def prepared(raw, w):
    return clipped(raw) + WD * w


def sign(x):
    return (x > 0) - (x < 0)


def norm(xs):
    return sqrt(sum(x * x for x in xs))


def single(function):
    """Lift a function of one weight to a list of weights."""

    @wraps(function)
    def lifted(w, gradients, **hyper):
        paths = [function(x, raws, **hyper) for x, raws in zip(w, zip(*gradients))]
        return map(list, zip(*paths))

    return lifted


@single
def sgd(w, raws, learning_rate, momentum=0.0):
    v = 0.0
    for raw in raws:
        v = momentum * v - learning_rate * prepared(raw, w)
        w = w + v
        yield w


@single
def nag(w, raws, learning_rate, momentum=0.0):
    v = 0.0
    for raw in raws:
        new = momentum * v - learning_rate * prepared(raw, w)
        w = w - momentum * v + (1 + momentum) * new
        v = new
        yield w


@single
def adagrad(w, raws, learning_rate, epsilon):
    squares = 0.0
    for raw in raws:
        g = prepared(raw, w)
        squares += g * g
        w -= learning_rate * g / sqrt(squares + epsilon)
        yield w


@single
def rmsprop(w, raws, learning_rate, rho, epsilon):
    e = 0.0
    for raw in raws:
        g = prepared(raw, w)
        e = rho * e + (1 - rho) * g * g
        w -= learning_rate * g / sqrt(e + epsilon)
        yield w


@single
def rmsprop_centered(w, raws, learning_rate, rho, momentum, epsilon, centered, clip_weights):
    e = m = v = 0.0
    for raw in raws:
        g = prepared(raw, w)
        e = rho * e + (1 - rho) * g * g
        m = rho * m + (1 - rho) * g
        v = momentum * v - learning_rate * g / sqrt(e - m * m + epsilon)
        w = max(-clip_weights, min(clip_weights, w + v))
        yield w


@single
def adadelta(w, raws, rho, epsilon):
    e = d = 0.0
    for raw in raws:
        g = prepared(raw, w)
        e = rho * e + (1 - rho) * g * g
        delta = sqrt(d + epsilon) / sqrt(e + epsilon) * g
        d = rho * d + (1 - rho) * delta * delta
        w -= delta
        yield w


@single
def adam(w, raws, learning_rate, beta1, beta2, epsilon):
    m = s = 0.0
    for t, raw in enumerate(raws, 1):
        g = prepared(raw, w)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        w -= learning_rate * (m / (1 - beta1**t)) / (sqrt(s / (1 - beta2**t)) + epsilon)
        yield w


@single
def adamax(w, raws, learning_rate, beta1, beta2, epsilon):
    m = u = 0.0
    for t, raw in enumerate(raws, 1):
        g = prepared(raw, w)
        m = beta1 * m + (1 - beta1) * g
        u = max(beta2 * u, abs(g))
        w -= learning_rate / (u + epsilon) * m / (1 - beta1**t)
        yield w


@single
def nadam(w, raws, learning_rate, beta1, beta2, epsilon, schedule_decay):
    def mu(t):
        return beta1 * (1 - 0.5 * 0.96 ** (t * schedule_decay))

    m = s = 0.0
    product = 1.0
    for t, raw in enumerate(raws, 1):
        g = prepared(raw, w)
        product *= mu(t)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        ahead = (1 - mu(t)) * g / (1 - product) + mu(t + 1) * m / (1 - product * mu(t + 1))
        w -= learning_rate * ahead / (sqrt(s / (1 - beta2**t)) + epsilon)
        yield w


@single
def signum(w, raws, learning_rate, momentum, wd_lh):
    v = 0.0
    for raw in raws:
        v = momentum * v + (1 - momentum) * prepared(raw, w)
        w = (1 - learning_rate * wd_lh) * w - learning_rate * sign(v)
        yield w


def lbsgd(w, gradients, learning_rate, momentum, warmup_strategy, warmup_epochs, batch_scale, updates_per_epoch):
    length = warmup_epochs * updates_per_epoch
    v, total = [0.0] * len(w), [0.0] * len(w)
    for n, raws in enumerate(gradients, 1):
        total = [a + raw for a, raw in zip(total, raws)]
        if n % batch_scale == 0:
            mean = [a / batch_scale for a in total]
            total = [0.0] * len(w)
            factor = batch_scale
            if warmup_strategy == "lars":
                w2, g2 = norm(w) ** 2, norm(mean) ** 2
                factor = max(0.01, min(100.0, sqrt(w2 / (g2 + WD * w2 + 1e-18))))
            elif n < length:
                x = n / length
                factor = 1 + (batch_scale - 1) * {"linear": x, "power2": x * x, "sqrt": sqrt(x)}[warmup_strategy]
            v = [momentum * a - learning_rate * factor * prepared(raw, x) for a, raw, x in zip(v, mean, w)]
            w = [x + a for x, a in zip(w, v)]
        yield w


@single
def dcasgd(w, raws, learning_rate, lamda, momentum=0.0, beta=None, epsilon=0.0):
    v, previous, square = 0.0, w, 0.0
    for raw in raws:
        g = prepared(raw, w)
        strength = lamda
        if beta is not None:
            square = beta * square + (1 - beta) * g * g
            strength = lamda / sqrt(square + epsilon)
        v = momentum * v - learning_rate * (g + strength * g * g * (w - previous))
        previous, w = w, w + v
        yield w


@single
def ftrl(w, raws, learning_rate, lamda1, beta):
    z = n = 0.0
    for raw in raws:
        g = clipped(raw)
        sigma = (sqrt(n + g * g) - sqrt(n)) / learning_rate
        z += g - sigma * w
        n += g * g
        w = 0.0 if abs(z) <= lamda1 else -(z - sign(z) * lamda1) / ((beta + sqrt(n)) / learning_rate + WD)
        yield w


@single
def ftml(w, raws, learning_rate, beta1, beta2, epsilon):
    d = s = z = 0.0
    for t, raw in enumerate(raws, 1):
        g = prepared(raw, w)
        s = beta2 * s + (1 - beta2) * g * g
        new = (1 - beta1**t) / learning_rate * (sqrt(s / (1 - beta2**t)) + epsilon)
        z = beta1 * z + (1 - beta1) * g - (new - beta1 * d) * w
        d = new
        w = -z / d
        yield w


NOISE = [[0.25, -0.5], [0.125, 0.0], [-0.75, 1.0], [0.5, 0.5]]


def sgld(w, gradients, learning_rate):
    for raws, noise in zip(gradients, NOISE):
        w = [x - learning_rate / 2 * prepared(raw, x) + xi for x, raw, xi in zip(w, raws, noise)]
        yield w


def lars(w, gradients, learning_rate, eta, epsilon, momentum=0.0):
    v = [0.0] * len(w)
    for raws in gradients:
        slope = RHO * norm(raws)
        rate = learning_rate * eta * norm(w) / (slope + WD * norm(w) + epsilon)
        v = [momentum * a - rate * prepared(raw, x) for a, raw, x in zip(v, raws, w)]
        w = [x + a for x, a in zip(w, v)]
        yield w


def lamb(w, gradients, learning_rate, beta1, beta2, epsilon, upper_bound=float("inf"), bias_correction=True):
    m, s = [0.0] * len(w), [0.0] * len(w)
    for t, raws in enumerate(gradients, 1):
        g = [clipped(raw) for raw in raws]
        m = [beta1 * a + (1 - beta1) * b for a, b in zip(m, g)]
        s = [beta2 * a + (1 - beta2) * b * b for a, b in zip(s, g)]
        c1, c2 = (1 - beta1**t, 1 - beta2**t) if bias_correction else (1, 1)
        r = [a / c1 / (sqrt(b / c2) + epsilon) + WD * x for a, b, x in zip(m, s, w)]
        trust = min(norm(w), upper_bound) / norm(r)
        w = [x - learning_rate * trust * a for x, a in zip(w, r)]
        yield w


def lans(w, gradients, learning_rate, beta1, beta2, epsilon):
    m, s = [0.0] * len(w), [0.0] * len(w)
    for t, raws in enumerate(gradients, 1):
        g = [max(-CLIP, min(CLIP, raw / norm(raws))) for raw in raws]  # normalized after rescaling, then clipped
        m = [beta1 * a + (1 - beta1) * b for a, b in zip(m, g)]
        s = [beta2 * a + (1 - beta2) * b * b for a, b in zip(s, g)]
        scale = [sqrt(b / (1 - beta2**t)) + epsilon for b in s]
        r = [a / (1 - beta1**t) / d + WD * x for a, d, x in zip(m, scale, w)]
        q = [b / d + WD * x for b, d, x in zip(g, scale, w)]
        length = norm(w)
        w = [x - learning_rate * length * (beta1 * a / norm(r) + (1 - beta1) * b / norm(q)) for x, a, b in zip(w, r, q)]
        yield w


@single
def adamw(w, raws, learning_rate, beta1, beta2, epsilon, correct_bias=True):
    m = s = 0.0
    for t, raw in enumerate(raws, 1):
        g = clipped(raw)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        c1, c2 = (1 - beta1**t, 1 - beta2**t) if correct_bias else (1, 1)
        w -= learning_rate * (m / c1 / (sqrt(s / c2) + epsilon) + WD * w)
        yield w


@single
def adabelief(w, raws, learning_rate, beta1, beta2, epsilon, correct_bias=True):
    m = s = 0.0
    for t, raw in enumerate(raws, 1):
        g = prepared(raw, w)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * (g - m) ** 2 + epsilon
        c1, c2 = (1 - beta1**t, 1 - beta2**t) if correct_bias else (1, 1)
        w -= learning_rate * (m / c1) / (sqrt(s / c2) + epsilon)
        yield w


def groupadagrad(w, gradients, learning_rate, epsilon):
    """A matrix of one row."""
    h = 0.0
    for raws in gradients:
        g = [clipped(raw) for raw in raws]
        h += sum(a * a for a in g) / len(g)
        w = [x - learning_rate * a / sqrt(h + epsilon) for x, a in zip(w, g)]
        yield w


@single
def lion(w, raws, learning_rate, beta1, beta2):
    m = 0.0
    for raw in raws:
        g = clipped(raw)
        step = sign(beta1 * m + (1 - beta1) * g)
        w -= learning_rate * (step + WD * w)
        m = beta2 * m + (1 - beta2) * g
        yield w
