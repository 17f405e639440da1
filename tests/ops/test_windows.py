"""Windows: the arguments that convolution and pooling share."""

import pytest

from minigrad.errors import ArgumentError
from minigrad.ops.windows import each


def test_one_number_for_each_axis_or_one_for_all():
    assert each("stride", 2, 3) == (2, 2, 2)
    assert each("stride", (1, 2), 2) == (1, 2)
    with pytest.raises(ArgumentError, match="one for each axis"):
        each("stride", (1, 2), 3)
