"""Each rule has a property of its own, which a wrong rule would not have."""

import pytest
from table import TABLE

from minigrad import optimizer

pytestmark = pytest.mark.usefixtures("numpy_reading")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row}: {row.holds.__name__.replace('_', ' ')}")
def test_property(row):
    row.holds(row.make)


def test_every_optimizer_of_the_package_has_a_row():
    public = [x for x in vars(optimizer).values() if isinstance(x, type) and issubclass(x, optimizer.Optimizer)]
    assert {cls.__name__.lower() for cls in public} - {"optimizer"} == {row.name for row in TABLE}
