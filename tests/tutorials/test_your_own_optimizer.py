"""The rules that a reader writes in the notebook are those that they are said to be."""

import ast

import numpy
import pytest

from minigrad import np
from minigrad.optimizer.registry import OPTIMIZERS
from minigrad.optimizer.run import fastest, way_of
from tests.tutorials.notebook import TUTORIALS, cells

CODE = cells(TUTORIALS / "10-your-own-optimizer.py", "code")
DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
RANDOM = numpy.random.default_rng(0)


@pytest.fixture(scope="module")
def own():
    """What the notebook imports and defines in the cells of its three rules, by name, as if it stood in a file."""
    scope, before = {"__name__": "own"}, dict(OPTIMIZERS)
    for name in ("rprop", "newton", "muon", "schedule-free"):
        definitions = [node for node in ast.parse(CODE[name]).body if isinstance(node, DEFINING)]
        exec(compile(ast.Module(definitions, []), name, "exec"), scope)
    yield scope
    for name in OPTIMIZERS.keys() - before.keys():
        del OPTIMIZERS[name]


def path(rule, start, gradients):
    """The weights after each step, and the last states."""
    w, places = np.array(start, dtype="float64"), []
    state = rule.create_state(0, w)
    for g in gradients:
        rule.update(0, w, np.array(g, dtype="float64"), state)
        places.append(w.asnumpy())
    return numpy.array(places), state


def torch_path(make, start, gradients):
    """The same by an optimizer of PyTorch."""
    torch = pytest.importorskip("torch")
    w = torch.nn.Parameter(torch.tensor(start))
    rule, places = make(torch.optim, [w]), []
    for g in gradients:
        w.grad = torch.tensor(g)
        rule.step()
        places.append(w.detach().numpy().copy())
    return numpy.array(places)


def test_rprop_is_pytorchs(own):
    gradients = RANDOM.normal(size=(40, 6))
    theirs = torch_path(lambda optim, ws: optim.Rprop(ws, lr=1.0), numpy.zeros(6), gradients)
    ours, _ = path(own["Rprop"](learning_rate=1.0), numpy.zeros(6), gradients)
    numpy.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(8, 4), (4, 8), (6, 6)])
def test_muon_is_pytorchs_which_orthogonalizes_in_bfloat16(own, shape):
    start, gradients = RANDOM.normal(size=shape), RANDOM.normal(size=(5, *shape))
    theirs = torch_path(lambda optim, ws: optim.Muon(ws, lr=0.1, weight_decay=0.3, momentum=0.9), start, gradients)
    ours, _ = path(own["Muon"](learning_rate=0.1, wd=0.3, momentum=0.9), start, gradients)
    assert abs(ours - theirs).max() < 0.03 * abs(theirs - start).max()


def test_muon_refuses_what_is_no_matrix(own):
    with pytest.raises(ValueError, match=r"for matrices, but .* has shape \(3,\)"):
        path(own["Muon"](), numpy.zeros(3), numpy.ones((1, 3)))


def test_schedule_free_sgd_goes_where_its_authors_code_goes(own):
    """Recorded from `SGDScheduleFreeReference(lr=0.5, momentum=0.8)` of facebookresearch/schedule_free at 70785b5."""
    gradients = [[0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]]
    y = [[0.75, -1.875], [1.05, -1.875], [1.116666666667, -2.341666666667], [1.1, -2.575]]
    x = [1.09375, -2.4375]
    ours, (_, mean) = path(own["ScheduleFree"](learning_rate=0.5, beta=0.8), [1.0, -2.0], gradients)
    numpy.testing.assert_allclose(ours, y, rtol=0, atol=1e-12)
    numpy.testing.assert_allclose(mean.asnumpy(), x, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["Rprop", "Muon", "ScheduleFree"])
def test_each_becomes_a_program_if_it_stands_in_a_file(own, name):
    assert way_of(own[name]()) == fastest()
