"""What the notebook says of its own engine: about eighty lines, and the names that minigrad's engine has."""

import ast
import re

from minigrad.engine import backward, clock, graph, modes, operation, tensor
from tests.tutorials.notebook import TUTORIALS, cells

CELLS = cells(TUTORIALS / "02-autograd-from-nothing.py", "code")
ENGINE = [text for name, text in CELLS.items() if name.startswith("engine-")]


def test_it_has_about_eighty_lines():
    lines = [line for text in ENGINE for line in re.sub(r'""".*?"""', "", text).splitlines() if line.strip()]
    assert 70 < len(lines) < 85


def test_its_names_are_those_of_minigrads_engine():
    places = {
        "Leaf": graph, "Node": graph, "Tensor": tensor, "op": operation, "clock": clock, "state": modes,
        "toposort": backward, "walk": backward, "backward": backward, "unbroadcast": backward, "add": backward,
    }  # fmt: skip
    defined = {node.name for text in ENGINE for node in ast.parse(text).body if hasattr(node, "name")}
    assert defined | {"clock", "state"} == {*places, "record"}
    assert [name for name, place in places.items() if not hasattr(place, name)] == []
    assert {"number", "parents", "saved", "shape", "name"} <= {*graph.Node.__slots__}
