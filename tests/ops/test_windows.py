"""Windows: the arguments that convolution and pooling share."""

import pytest

from minigrad import np, ops
from minigrad.errors import ArgumentError
from minigrad.ops.windows import each


def test_one_number_for_each_axis_or_one_for_all():
    assert each("stride", 2, 3) == (2, 2, 2)
    assert each("stride", (1, 2), 2) == (1, 2)
    with pytest.raises(ArgumentError, match="one for each spatial axis"):
        each("stride", (1, 2), 3)


@pytest.mark.parametrize(("kernel", "stride", "dilate"), [(3, 1, -1), (3, 1, 0), (2, -1, 1), (2, 0, 1), (0, 1, 1)])
def test_windows_never_reach_outside_of_their_array(kernel, stride, dilate):
    with pytest.raises(ArgumentError, match="1 is the least"):
        ops.windows(np.ones((1, 3, 1)), (kernel,), (stride,), (dilate,))
    with pytest.raises(ArgumentError, match="1 is the least"):
        ops.correlate(np.ones((1, 1, 3)), np.ones((1, 1, kernel)), (stride,), (0,), (dilate,), 1)
