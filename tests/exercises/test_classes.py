"""Operations and layers of minigrad as solutions: right, wrong, and where only a function will do."""

import pytest

from minigrad import autograd, gluon, np
from minigrad.exercises import check
from minigrad.exercises.sandbox import check_file


class Multiply(autograd.Function):
    """Right for any shapes, without a helper: the sums are those of minigrad."""

    def forward(self, a, b):
        self.save_for_backward(a, b)
        return a * b

    def backward(self, dy):
        a, b = self.saved_tensors
        return self.summed(dy * b, a), self.summed(dy * a, b)

    def summed(self, g, x):
        while g.ndim > x.ndim:
            g = g.sum(axis=0)
        for axis, n in enumerate(x.shape):
            if n == 1:
                g = g.sum(axis=axis, keepdims=True)
        return g


class Matmul(autograd.Function):
    def forward(self, a, b):
        self.save_for_backward(a, b)
        return a @ b

    def backward(self, dy):
        a, b = self.saved_tensors
        return dy @ b.T, a.T @ dy


class Relu(autograd.Function):
    def forward(self, x):
        self.save_for_backward(x)
        return np.maximum(x, 0)

    def backward(self, dy):
        (x,) = self.saved_tensors
        return x > 0


class Layer(gluon.Block):
    def __init__(self, units, in_units):
        super().__init__()
        self.weight = gluon.Parameter("weight", shape=(units, in_units))
        self.bias = gluon.Parameter("bias", shape=(units,))

    def forward(self, x):
        return np.dot(x, self.weight.data().T) + self.bias.data()


class WithoutBias(Layer):
    def forward(self, x):
        return np.dot(x, self.weight.data().T)


@pytest.mark.parametrize(
    ("name", "solution"), [("multiply_vjp", Multiply), ("matmul_vjp", Matmul), ("dense_forward", Layer)]
)
def test_an_operation_or_a_layer_that_is_right_is_right(name, solution):
    assert check(name, solution), check(name, solution)


@pytest.mark.parametrize(
    ("name", "solution", "mistake"),
    [("relu_vjp", Relu, "upstream-missing"), ("dense_forward", WithoutBias, "missing-term")],
)
def test_its_mistake_is_named_as_that_of_a_function(name, solution, mistake):
    assert check(name, solution).mistake == mistake


@pytest.mark.parametrize(("name", "solution"), [("sigmoid_vjp", Relu), ("log_softmax", Layer)])
def test_where_only_a_function_will_do_it_is_said(name, solution):
    feedback = check(name, solution)
    assert not feedback and "write a function" in feedback.message


def test_a_file_may_give_an_operation(tmp_path):
    path = tmp_path / "matmul_vjp.py"
    path.write_text(
        "from minigrad import autograd\n"
        "class matmul_vjp(autograd.Function):\n"
        "    def forward(self, a, b):\n        self.save_for_backward(a, b)\n        return a @ b\n"
        "    def backward(self, dy):\n        a, b = self.saved_tensors\n        return dy @ b.T, a.T @ dy\n"
    )
    assert all(check_file(path))
    path.write_text(path.read_text().replace("matmul_vjp", "sigmoid_vjp"))
    assert "write a function" in check_file(path)[0].message
