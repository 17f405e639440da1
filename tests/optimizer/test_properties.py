"""Each rule has a property of its own, which a wrong rule would not have."""

import pytest
from table import TABLE

from minigrad.optimizer.registry import OPTIMIZERS

pytestmark = pytest.mark.usefixtures("numpy_reading")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row}: {row.holds.__name__.replace('_', ' ')}")
def test_property(row):
    row.holds(row.make)


def test_every_optimizer_of_the_package_has_a_row():
    ours = {name for name, cls in OPTIMIZERS.items() if cls.__module__.startswith("minigrad.optimizer.")}
    assert ours - {"ccsgd"} == {row.name for row in TABLE}
