"""Rules that PyTorch also has, in the same form, take the same path (float64)."""

import numpy
import pytest
from drive import drive

from minigrad import optimizer

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("numpy_reading")

PAIRS = [
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}, "SGD", {"lr": 0.1, "momentum": 0.9}),
    ("NAG", {"learning_rate": 0.1, "momentum": 0.9}, "SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("AdaGrad", {"learning_rate": 0.1, "epsilon": 0}, "Adagrad", {"lr": 0.1, "eps": 0}),
    ("RMSProp", {"learning_rate": 0.1, "rho": 0.8, "epsilon": 0}, "RMSprop", {"lr": 0.1, "alpha": 0.8, "eps": 0}),
    ("AdaDelta", {"rho": 0.8, "epsilon": 1e-3}, "Adadelta", {"lr": 1.0, "rho": 0.8, "eps": 1e-3}),
    ("Adam", {"learning_rate": 0.1, "epsilon": 0.1}, "Adam", {"lr": 0.1, "eps": 0.1}),
    ("Adamax", {"learning_rate": 0.1, "epsilon": 1e-30}, "Adamax", {"lr": 0.1, "eps": 1e-30}),
    ("Nadam", {"learning_rate": 0.1, "epsilon": 0.1}, "NAdam", {"lr": 0.1, "eps": 0.1, "momentum_decay": 0.004}),
    ("AdamW", {"learning_rate": 0.1, "epsilon": 0.1}, "AdamW", {"lr": 0.1, "eps": 0.1}),
]


@pytest.mark.parametrize("wd", [0.0, 0.1])
@pytest.mark.parametrize(("name", "arguments", "theirs", "their_arguments"), PAIRS, ids=[p[0] for p in PAIRS])
def test_the_same_path_as_in_pytorch(name, arguments, theirs, their_arguments, wd):
    rng = numpy.random.default_rng(11)
    start, gradients = rng.standard_normal(5), rng.standard_normal((20, 5))
    w = torch.nn.Parameter(torch.tensor(start))
    opt = getattr(torch.optim, theirs)([w], weight_decay=wd, **their_arguments)
    path = []
    for g in gradients:
        w.grad = torch.tensor(g)
        opt.step()
        path.append(w.detach().numpy().copy())
    got = drive(getattr(optimizer, name)(wd=wd, **arguments), start, gradients)
    # PyTorch keeps the product of Nadam's momenta in float32, which shows from the ninth digit on.
    numpy.testing.assert_allclose(got, path, rtol=1e-9, atol=1e-8 if name == "Nadam" else 1e-12)
