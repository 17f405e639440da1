"""Outcomes as JSON, and back: all that an answer's process can send."""

from __future__ import annotations

import base64
from typing import Any

import numpy

from minigrad.errors import FileError
from minigrad.exercises.outcome import Outcome

KINDS = "fiub"
LIMIT = 5_000_000  # elements of one result


def as_data(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain data for JSON.

    >>> as_data(Outcome([numpy.ones(2), 3.0]))["results"][1]
    {'number': True, 'dtype': 'float64', 'shape': [], 'bytes': 'AAAAAAAACEA='}
    """
    results = None if outcome.results is None else [result_as_data(x) for x in outcome.results]
    return {
        "results": results, "single": outcome.single, "error": outcome.error[:500], "kind": outcome.kind[:100],
        "line": outcome.line[:200], "changed": list(outcome.changed), "shared": [list(x) for x in outcome.shared],
        "kept": outcome.kept, "nested": outcome.nested,
    }  # fmt: skip


def result_as_data(x: Any) -> dict[str, Any]:
    array = numpy.asarray(x)
    if array.dtype.kind not in KINDS or array.size > LIMIT:
        array = numpy.full((), numpy.nan)  # no exercise has such a result
    data = base64.b64encode(numpy.ascontiguousarray(array).tobytes()).decode()
    number = not isinstance(x, numpy.ndarray)
    return {"number": number, "dtype": str(array.dtype), "shape": list(array.shape), "bytes": data}


def outcomes_from(data: Any, count: int) -> list[Outcome]:
    """The outcomes of an answer on that many probes; malformed data raise ValueError, KeyError or TypeError."""
    found = [outcome_from(x) for x in data["outcomes"]]
    if len(found) != count:
        raise FileError(f"{len(found)} outcomes where {count} are expected")
    return found


def outcome_from(data: Any) -> Outcome:
    results = None if data["results"] is None else [result_from(x) for x in data["results"]]
    return Outcome(
        results, bool(data["single"]), str(data["error"]), str(data["kind"]), str(data["line"]),
        tuple(map(str, data["changed"])), tuple((int(i), int(j)) for i, j in data["shared"]), str(data["kept"]),
        str(data["nested"]),
    )  # fmt: skip


def result_from(data: Any) -> Any:
    dtype = numpy.dtype(str(data["dtype"]))
    if dtype.kind not in KINDS:
        raise FileError(f"a result of dtype {dtype}")
    array = numpy.frombuffer(base64.b64decode(data["bytes"]), dtype).reshape([int(n) for n in data["shape"]])
    return array[()] if data["number"] else array
