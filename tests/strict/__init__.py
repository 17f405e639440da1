"""A stand-in for CuPy that computes with NumPy: what a GPU would refuse is refused, and what would wait is counted.

`install(monkeypatch)` puts it where `import cupy` finds it, with two devices. minigrad then runs on `gpu(0)` and
`gpu(1)` as it would with CuPy; nothing in minigrad knows of the difference.
"""

from tests.strict.install import install as install
from tests.strict.record import Record as Record
