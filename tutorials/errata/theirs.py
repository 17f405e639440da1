"""What others compute, or print, where they differ from minigrad: for one weight, in plain Python.

Each function takes the weight and its raw gradients and yields the weight after each step. Unless another source is
named, the rule is MXNet 1.9.1's. Tests check that these are the others' rules against recorded paths (`tests/errata/`).
"""

from math import nan, sqrt


def clip(x, limit):
    """As in MXNet's array expressions, where a limit of 0 makes everything 0."""
    return x if limit is None else max(-limit, min(limit, x))


def kernel_clip(x, limit):
    """As in the classes of MXNet that omit a limit of 0 when they call a kernel."""
    return clip(x, limit or None)


def sign(x):
    return (x > 0) - (x < 0)


def nag(w, raws, learning_rate, momentum, wd=0.0, rescale_grad=1.0, clip_gradient=None):
    v = 0.0
    for raw in raws:
        g = kernel_clip(rescale_grad * raw, clip_gradient)
        look_ahead = momentum * v - learning_rate * (g + wd * w)
        w = w - momentum * v + (1 + momentum) * look_ahead
        v = momentum * v - learning_rate * (g + wd * w)  # the velocity is computed again, with the new weight
        yield w


def adagrad(w, raws, learning_rate, eps, wd=0.0, rescale_grad=1.0, clip_gradient=None):
    G = 0.0
    for raw in raws:
        g = clip(rescale_grad * raw, clip_gradient)
        G += g * g
        w -= learning_rate * (g / sqrt(G + eps) + wd * w)
        yield w


def rmsprop(w, raws, learning_rate, gamma1, epsilon, wd=0.0, rescale_grad=1.0, clip_gradient=None):
    E = 0.0
    for raw in raws:
        g = kernel_clip(rescale_grad * raw + wd * w, clip_gradient)
        E = gamma1 * E + (1 - gamma1) * g * g
        w -= learning_rate * g / sqrt(E + epsilon)
        yield w


def adadelta(w, raws, rho, epsilon, wd=0.0, rescale_grad=1.0, clip_gradient=None):
    E = D = 0.0
    for raw in raws:
        g = clip(rescale_grad * raw, clip_gradient)
        E = rho * E + (1 - rho) * g * g
        delta = sqrt(D + epsilon) / sqrt(E + epsilon) * g
        D = rho * D + (1 - rho) * delta * delta
        w -= delta + wd * w
        yield w


def adam(w, raws, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8, wd=0.0, rescale_grad=1.0, clip_gradient=None):
    m = s = 0.0
    for t, raw in enumerate(raws, 1):
        g = kernel_clip(rescale_grad * raw + wd * w, clip_gradient)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        w -= learning_rate * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(s) + epsilon)
        yield w


def adamax(w, raws, learning_rate, beta1=0.9, beta2=0.999, wd=0.0, rescale_grad=1.0, clip_gradient=None):
    m = u = 0.0
    for t, raw in enumerate(raws, 1):
        g = clip(rescale_grad * raw + wd * w, clip_gradient)
        m = beta1 * m + (1 - beta1) * g
        u = max(beta2 * u, abs(g))
        w -= learning_rate / (1 - beta1**t) * m / u if u else nan
        yield w


def nadam(
    w, raws, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8, schedule_decay=0.004, wd=0.0, rescale_grad=1.0,
    clip_gradient=None, first=0, sharing=1,
):  # fmt: skip
    """The weight number `first` of `sharing` parameters, all of which multiply the one product P."""
    m = s = 0.0
    P = 1.0
    for t, raw in enumerate(raws, 1):
        g = clip(rescale_grad * raw + wd * w, clip_gradient)
        mu, after = (beta1 * (1 - 0.5 * 0.96 ** (k * schedule_decay)) for k in (t, t + 1))
        mine = P * mu ** (first + 1)
        P *= mu**sharing
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        ahead = (1 - mu) * g / (1 - mine) + after * m / (1 - mine * after)
        w -= learning_rate * ahead / (sqrt(s / (1 - beta2**t)) + epsilon)
        yield w


def printed_nadam(w, raws, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """The guide's lines, with the one gradient per step that an optimizer is given."""
    m = s = 0.0
    for t, raw in enumerate(raws, 1):
        m = beta1 * m + (1 - beta1) * raw
        s = beta2 * s + (1 - beta2) * raw * raw
        w -= learning_rate / (sqrt(s / (1 - beta2**t)) + epsilon) * m / (1 - beta1**t)
        yield w


def workshop_nadam(w, raws, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8, schedule_decay=0.004):
    """Algorithm 2 of the workshop paper."""
    m = n = 0.0
    P = 1.0
    for t, raw in enumerate(raws, 1):
        mu, after = (beta1 * (1 - 0.5 * 0.96 ** (k * schedule_decay)) for k in (t, t + 1))
        P *= mu
        m = mu * m + (1 - mu) * raw
        n = beta2 * n + (1 - beta2) * raw * raw
        m_hat = after * m / (1 - P * after) + (1 - mu) * raw / (1 - P)
        w -= learning_rate * m_hat / (sqrt(beta2 * n / (1 - beta2**t)) + epsilon)
        yield w


def signsgd(w, raws, learning_rate, wd=0.0, **neither_rescaled_nor_clipped):
    for raw in raws:
        w = (1 - learning_rate * wd) * w - learning_rate * sign(raw)
        yield w


def lbsgd(w, raws, momentum, schedule):
    """With `batch_scale` 1. The schedule is asked before the update is counted."""
    v = 0.0
    for t, raw in enumerate(raws, 1):
        v = momentum * v - schedule(t - 1) * raw
        w += v
        yield w


def dcasgd(w, raws, learning_rate, lamda, wd=0.0, rescale_grad=1.0, clip_gradient=None):
    previous = w
    for raw in raws:
        g = clip(rescale_grad * raw, clip_gradient)
        step = learning_rate * (g + wd * w + lamda * g * g * (w - previous))
        previous, w = w, w - step
        yield w


def printed_ftrl(w, raws, learning_rate, lamda1, beta):
    """The guide's lines."""
    z = n = 0.0
    for raw in raws:
        z += (sqrt(n + raw * raw) - sqrt(n)) * w / learning_rate
        n += raw * raw
        w = (abs(z) > lamda1) * -learning_rate / (beta + sqrt(n)) * (z - lamda1 * sign(z))
        yield w


def ftml(w, raws, learning_rate, beta1, beta2, epsilon=1e-8, wd=0.0, rescale_grad=1.0, clip_gradient=None):
    d = v = z = 0.0
    for t, raw in enumerate(raws, 1):
        g = kernel_clip(rescale_grad * raw + wd * w, clip_gradient)
        v = beta2 * v + (1 - beta2) * g * g
        before, d = d, (1 - beta1**t) / learning_rate * (sqrt(v / (1 - beta2**t)) + epsilon)
        z = beta1 * z + (1 - beta1) * g - (d - beta1 * before) * w
        w = -z / d
        yield w


def adamw(w, raws, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-6, wd=0.0, rescale_grad=1.0, clip_gradient=None):
    m = s = 0.0
    for t, raw in enumerate(raws, 1):
        g = kernel_clip(rescale_grad * raw, clip_gradient)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        w -= learning_rate * sqrt(1 - beta2**t) / (1 - beta1**t) * (m / (sqrt(s) + epsilon) + wd * w)
        yield w


def adamw_half_moved(w, raws, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-6, wd=0.0):
    """MXNet 2's other form: the decay is that of the weight which has just moved."""
    m = s = 0.0
    for t, raw in enumerate(raws, 1):
        m = beta1 * m + (1 - beta1) * raw
        s = beta2 * s + (1 - beta2) * raw * raw
        rate = learning_rate * sqrt(1 - beta2**t) / (1 - beta1**t)
        w -= rate * m / (sqrt(s) + epsilon)
        w -= rate * wd * w
        yield w


def adam_in_the_rate(
    w, raws, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8, wd=0.0, clip_gradient=None, decay=0.0
):  # fmt: skip
    """Adam of MXNet 2 and Keras: corrections in the rate; `decay` is decoupled, and already multiplied by the rate."""
    m = s = 0.0
    for t, raw in enumerate(raws, 1):
        g = clip(raw, clip_gradient) + wd * w
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        w -= decay * w
        w -= learning_rate * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(s) + epsilon)
        yield w


def sgd_beside(w, raws, learning_rate, momentum, decay):
    """Keras: the decay is taken off before the step; it is already times the rate."""
    v = 0.0
    for raw in raws:
        v = momentum * v - learning_rate * raw
        w = w - decay * w + v
        yield w


def sgd_outside(w, raws, rates, momentum):
    """PyTorch and optax: the rate multiplies the whole velocity."""
    v = 0.0
    for raw, rate in zip(raws, rates):
        v = momentum * v + raw
        w -= rate * v
        yield w


def adagrad_added(w, raws, learning_rate, eps, wd=0.0, clip_gradient=None):
    """MXNet 2 and PyTorch: ε is outside the root."""
    G = 0.0
    for raw in raws:
        g = clip(raw, clip_gradient) + wd * w
        G += g * g
        w -= learning_rate * g / (sqrt(G) + eps)
        yield w


def rmsprop_added(w, raws, learning_rate, gamma1, epsilon, wd=0.0, clip_gradient=None, momentum=0.0):
    """MXNet 2, and PyTorch, which has momentum: ε is outside the root."""
    E = v = 0.0
    for raw in raws:
        g = clip(raw, clip_gradient) + wd * w
        E = gamma1 * E + (1 - gamma1) * g * g
        v = momentum * v + g / (sqrt(E) + epsilon)
        w -= learning_rate * v
        yield w


def rmsprop_with_momentum(w, raws, learning_rate, gamma1, epsilon, momentum=0.9):
    """Keras and optax: momentum without centering."""
    E = v = 0.0
    for raw in raws:
        E = gamma1 * E + (1 - gamma1) * raw * raw
        v = momentum * v - learning_rate * raw / sqrt(E + epsilon)
        w += v
        yield w


def adamax_inside(w, raws, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8, wd=0.0):
    """PyTorch and optax: ε inside the maximum."""
    m = u = 0.0
    for t, raw in enumerate(raws, 1):
        g = raw + wd * w
        m = beta1 * m + (1 - beta1) * g
        u = max(beta2 * u, abs(g) + epsilon)
        w -= learning_rate / (1 - beta1**t) * m / u
        yield w


def adabelief(w, raws, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-6, wd=0.0, clip_gradient=None):
    """MXNet 2: the decay before clipping, the corrections in the rate."""
    m = s = 0.0
    for t, raw in enumerate(raws, 1):
        g = clip(raw + wd * w, clip_gradient)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * (g - m) ** 2 + epsilon
        w -= learning_rate * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(s) + epsilon)
        yield w
