"""GroupAdaGrad: in no paper, but a class of MXNet."""

from numpy import mean, sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "MXNet 1.9.1, python/mxnet/optimizer/contrib.py",
    "GroupAdaGrad(learning_rate=lr, epsilon=eps)",
    w="weight",
    h="history",
)
def mxnet(weight, gradient, lr, eps=1e-5):
    """No paper has this rule: this is MXNet's docstring, which cites Duchi, Hazan and Singer for AdaGrad. For rows of
    one element it is AdaGrad."""
    history = 0
    while True:
        grad = gradient(weight)
        history = history + mean(grad**2, axis=1, keepdims=True)
        div = grad / sqrt(history + eps)
        weight = weight - lr * div
        yield weight


def picture():
    """Both weights form one row. AdaGrad has a rate for each, and sets out along the diagonal; GroupAdaGrad has one for
    both, and goes against the gradient."""
    rules = [optimizer.GroupAdaGrad(learning_rate=1), optimizer.AdaGrad(learning_rate=1)]
    return plot.trajectory(rules, "valley", steps=60)
