"""A student's mistake in a rule is answered with the class, the line and what to write; it is never another rule."""

import numpy
import pytest
from mistakes import MISTAKES

from minigrad import np
from minigrad.errors import MinigradError
from minigrad.optimizer.run import reading

CASES = [
    pytest.param(cls, words, name, id=f"{cls.__name__}-{name}") for cls, words, names in MISTAKES for name in names
]


@pytest.mark.parametrize(("cls", "words", "name"), CASES)
def test_a_mistake_is_answered_with_what_to_do(cls, words, name):
    w, g = np.array([1.0, -2.0, 0.5]), np.array([0.5, 0.25, -1.5])
    states = []
    with pytest.raises(MinigradError) as error, reading(name):
        opt = cls(learning_rate=0.1)
        states = opt.create_state(0, w)
        opt.update(0, w, g, states)
    said = str(error.value)
    assert cls.__name__ in said
    for word in words:
        assert word in said
    assert w.asnumpy().tolist() == [1.0, -2.0, 0.5]
    assert g.asnumpy().tolist() == [0.5, 0.25, -1.5]
