"""Votes, codes and a check of gradients: answers that are right, and wrong ones with ids that are true."""

RIGHT = {
    "sign_majority": [
        "return np.sign(np.sum(signs, axis=0))",
        "return np.sign(np.mean(np.asarray(signs, dtype=np.float64), axis=0))",
        """from functools import reduce
import operator
return np.sign(reduce(operator.add, signs))""",
        """v = np.stack(signs).astype(float).sum(axis=0)
return np.where(v > 0, 1, np.where(v < 0, -1, 0))""",
        """total = sum((np.asarray(s, dtype=np.float64) for s in signs))
return np.sign(total)""",
        "return np.sign(np.mean(np.stack(signs).astype(np.float32), axis=0)).astype(signs[0].dtype)",
        """stack = np.stack(signs, axis=-1).astype(np.int32)
return np.clip(stack.sum(axis=-1), -1, 1)""",
    ],
    "two_bit_compress": [
        """r = np.add(g, residual)
big = np.abs(r) >= threshold
codes = np.sign(r) * big
return [codes, r - codes * threshold]""",
        """r = residual + g
codes = np.where(r >= threshold, 1, np.where(r <= -threshold, -1, 0)).astype(r.dtype)
return (codes, r - threshold * codes)""",
        """r = g + residual
codes = (r >= threshold).astype(np.int8) - (r <= -threshold).astype(np.int8)
return (codes, (r - threshold * codes).astype(g.dtype))""",
        """r = residual + g
hi = r >= threshold
lo = r <= -threshold
res = np.where(hi, r - threshold, np.where(lo, r + threshold, r))
return (hi.astype(int) - lo.astype(int), res)""",
        """r = g + residual
code = np.sign(r) * (np.abs(r) >= threshold)
return (code, r - code * threshold)""",
        """r = np.add(residual, g)
codes = (r >= threshold).astype(r.dtype) - (r <= -threshold).astype(r.dtype)
return (codes, r - threshold * codes)""",
        """r = residual + g
codes = np.where(r >= threshold, 1, np.where(r <= -threshold, -1, 0))
return (codes, (r - threshold * codes).astype(r.dtype))""",
        """left = residual.copy()
left += g
codes = np.zeros(left.shape, dtype=np.int8)
high, low = (left >= threshold, left <= -threshold)
codes[high] = 1
codes[low] = -1
left[high] -= threshold
left[low] += threshold
return (codes, left)""",
    ],
    "gradcheck_directional": [
        """d = rng.standard_normal(x.shape)
h = 1e-05
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
m = max(abs(n), abs(p))
return abs(n - p) / m if m > 0 else 0.0""",
        """d = rng.uniform(-1, 1, x.shape)
eps = 1e-05
fp, fm = (f(x + eps * d), f(x - eps * d))
n = 0.5 * (fp - fm) / eps
p = (d * grad).sum()
if n == 0 and p == 0:
    return 0.0
return np.abs(n - p) / np.maximum(np.abs(n), np.abs(p))""",
        """d = np.empty(x.shape)
p = 0.0
for idx in np.ndindex(*x.shape):
    d[idx] = rng.normal()
    p += grad[idx] * d[idx]
h = 2e-06
n = (f(x + h * d) - f(x - h * d)) / (h + h)
scale = max(abs(n), abs(p)) or 1.0
return abs(n - p) / scale""",
        """d = rng.normal(size=x.shape)
d = d / np.sqrt((d ** 2).sum())
h = 1e-05
num = float(f(x + h * d)) - float(f(x - h * d))
num /= 2 * h
ana = float(np.vdot(grad, d))
top = max(abs(num), abs(ana))
if top == 0:
    return 0
return abs(num - ana) / top""",
        """h = 1e-05
d = rng.standard_normal(x.shape)
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
top = max(abs(n), abs(p))
return abs(n - p) / top if top > 0 else 0.0""",
        """saved = x.copy()
d = rng.standard_normal(x.shape)
h = 1e-05
try:
    x += h * d
    hi = f(x)
    x[...] = saved - h * d
    lo = f(x)
finally:
    x[...] = saved
n = (hi - lo) / (2 * h)
p = (grad * d).sum()
return 0.0 if n == p == 0 else abs(n - p) / max(abs(n), abs(p))""",
        """d = rng.standard_normal(x.shape)
eps = 2e-05
p = 0.0
for i in np.ndindex(x.shape):
    p += float(grad[i]) * float(d[i])
g = lambda s: f(x + s * d)
n = (g(eps) - g(-eps)) / (eps + eps)
a, b = (abs(float(n)), abs(p))
if a < b:
    a, b = (b, a)
return abs(n - p) / a if a else 0.0""",
        """d = rng.normal(size=x.shape)
d /= np.sqrt((d ** 2).sum())
step = 1e-05
plus, minus = (f(x + step * d), f(x - step * d))
numeric = 0.5 * (plus - minus) / step
analytic = float(np.vdot(grad, d))
if numeric == 0 and analytic == 0:
    return 0.0
return abs(numeric - analytic) / max(abs(numeric), abs(analytic))""",
    ],
}

WRONG = {
    "sign_majority": [
        ("missing-term off-by-one-boundary", "return np.sign(sum(s.astype(int) for s in signs[1:]))"),
        ("mask-wrong ties-wrong extra-term", "s = np.stack(signs)\nreturn np.sign((s >= 0).sum(0) - (s < 0).sum(0))"),
        ("missing-term", "return np.sign(signs[0])"),
        ("axis-wrong max-not-elementwise shape-wrong", "return np.sign(np.sum(signs))"),
        ("missing-term wrong-operation", "return np.sum(np.array(signs), axis=0)"),
        ("wrong-operation", "return np.max(np.array(signs), axis=0)"),
        ("wrong-sign", "return -np.sign(np.sum(signs, axis=0))"),
        ("mean-for-sum wrong-operation", "return np.mean(np.array(signs), axis=0)"),
        ("missing-term wrong-operation", "return np.sum(signs, axis=0)"),
        ("wrong-operation", "return np.max(np.stack(signs), axis=0)"),
        ("axis-wrong", "return np.sign(np.sum(signs, axis=-1))"),
        ("missing-term wrong-operation", "return np.mean(np.stack(signs), axis=0)"),
        ("wrong-operation", "return np.prod(np.stack(signs), axis=0)"),
        ("shape-wrong", "return np.sign(np.squeeze(sum(signs)))"),
        (
            "missing-term old-state-used wrong-operation",
            "return np.round(np.mean(np.stack(signs).astype(float), axis=0))",
        ),
    ],
    "two_bit_compress": [
        (
            "scale-missing condition-missing",
            "r = residual + g\nq = np.sign(r) * (abs(r) >= threshold)\nreturn q, r - threshold",
        ),
        (
            "wrong-sign",
            "r = residual + g\nq = np.zeros_like(r)\nq[abs(r) >= threshold] = 1\n"
            "return q, r - threshold * q * np.sign(r)",
        ),
        (
            "condition-missing",
            """r = residual + g
codes = np.sign(r)
return (codes, r - threshold * codes)""",
        ),
        (
            "clip-missing",
            """r = residual + g
codes = np.trunc(r / threshold)
return (codes, r - threshold * codes)""",
        ),
        (
            "absolute-missing missing-term",
            """r = residual + g
codes = (r >= threshold).astype(g.dtype)
return (codes, r - threshold * codes)""",
        ),
        (
            "condition-missing ties-wrong",
            """r = residual + g
codes = np.where(r >= 0, 1, -1).astype(r.dtype)
return (codes, r - threshold * codes)""",
        ),
        (
            "wrong-factor wrong-operation",
            """r = residual + g
codes = np.clip(np.round(r / threshold), -1, 1)
return (codes, r - threshold * codes)""",
        ),
        (
            "absolute-missing wrong-sign",
            """r = residual + g
codes = (np.abs(r) >= threshold).astype(r.dtype)
return (codes, r - threshold * codes)""",
        ),
        (
            "condition-missing",
            """r = g + residual
code = np.sign(r)
return (code, r - code * threshold)""",
        ),
        (
            "assignment-for-accumulation missing-term",
            """codes = np.sign(g) * (np.abs(g) >= threshold)
return (codes, g - threshold * codes)""",
        ),
        (
            "absolute-missing",
            """r = g + residual
code = np.sign(r) * (r >= threshold)
return (code, r - code * threshold)""",
        ),
        (
            "off-by-one-boundary",
            """r = g + residual
code = np.sign(r) * (np.abs(r) > threshold)
return (code, r - code * threshold)""",
        ),
        (
            "input-modified",
            """g += residual
codes = np.sign(g) * (np.abs(g) >= threshold)
return (codes, g - threshold * codes)""",
        ),
        (
            "missing-term old-state-used wrong-operation",
            """r = residual + g
codes = np.sign(g) * (np.abs(g) >= threshold)
return (codes, r - threshold * codes)""",
        ),
    ],
    "gradcheck_directional": [
        ("missing-term", "return 0.0"),
        (
            "wrong-operation",
            """d = rng.standard_normal(x.shape[-1])
h = 1e-05
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
return abs(n - p) / (max(abs(n), abs(p)) or 1.0)""",
        ),
        (
            "scale-missing",
            """d = rng.standard_normal(x.shape)
h = 1e-05
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
return abs(n - p)""",
        ),
        (
            "shape-wrong",
            """d = rng.standard_normal(x.shape)
h = 1e-05
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
return bool(np.isclose(n, p))""",
        ),
        (
            "condition-missing extra-term",
            """d = rng.standard_normal(x.shape)
h = 1e-05
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
return abs(n - p) / max(1.0, abs(n), abs(p))""",
        ),
        (
            "missing-term wrong-operation",
            """d = rng.standard_normal(x.shape)
h = 1e-05
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
return abs(n - p) / abs(n) if n != 0 else 0.0""",
        ),
        (
            "missing-term wrong-operation",
            """d = rng.standard_normal(x.shape)
h = 1e-05
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
return abs(n - p) / abs(p) if p != 0 else 0.0""",
        ),
        (
            "condition-missing wrong-factor",
            """d = rng.normal(size=x.shape)
h = 1e-06
n = (f(x + h * d) - f(x - h * d)) / h
p = (grad * d).sum()
return np.abs(n - p) / np.maximum(np.abs(n), np.abs(p))""",
        ),
        (
            "axis-wrong shape-wrong",
            """h = 1e-05
d = rng.standard_normal(x.shape)
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = grad * d
return np.abs(n - p) / np.maximum(np.abs(n), np.abs(p))""",
        ),
        (
            "extra-term",
            """h = 1e-05
d = rng.standard_normal(x.shape)
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = (grad * d).sum()
return abs(n - p) / (max(abs(n), abs(p)) + 0.01)""",
        ),
        (
            "missing-term",
            """d = rng.normal(size=x.shape)
h = 1e-3
n = (f(x + h * d) - f(x)) / h
p = np.sum(grad * d)
scale = max(abs(n), abs(p))
return float(abs(n - p) / scale if scale > 0 else 0.0)""",
        ),
        (
            "wrong-factor",
            """d = rng.normal(size=x.shape)
h = 1e-13
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
scale = max(abs(n), abs(p))
return float(abs(n - p) / scale if scale > 0 else 0.0)""",
        ),
        (
            "missing-term wrong-operation",
            """h = 1e-05
d = rng.standard_normal(x.shape)
n = (f(x + h * d) - f(x)) / h
p = (grad * d).sum()
top = max(abs(n), abs(p))
return abs(n - p) / top if top else 0.0""",
        ),
        (
            "wrong-operation",
            """h = 1e-05
d = np.ones(x.shape)
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
top = max(abs(n), abs(p))
return abs(n - p) / top if top > 0 else 0.0""",
        ),
        (
            "absolute-missing",
            """h = 1e-05
d = rng.standard_normal(x.shape)
n = (f(x + h * d) - f(x - h * d)) / (2 * h)
p = np.sum(grad * d)
top = max(n, p)
return abs(n - p) / top if top > 0 else 0.0""",
        ),
        (
            "absolute-missing wrong-factor",
            """h = 1e-05
d = rng.standard_normal(x.shape)
n = (f(x + h * d) - f(x - h * d)) / h
p = np.sum(grad * d)
top = max(abs(n), abs(p))
return (n - p) / top if top > 0 else 0.0""",
        ),
    ],
}
