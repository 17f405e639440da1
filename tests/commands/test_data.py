"""The data of figures: rounded, written to be read, and compared value by value."""

import json
import math

import numpy
import pytest

from minigrad.commands.data import differences, rounded, written


def test_numbers_of_every_kind_become_plain_and_round():
    values = {"a": numpy.array([[1.23456, -math.inf]]), "b": (numpy.float32(0.1), numpy.int64(123456)), 3: [True, "x"]}
    assert rounded(values, 3) == {"a": [[1.23, None]], "b": [0.1, 123456], "3": [True, "x"]}
    assert rounded(123456.0, 3) == 123000.0 and rounded(math.nan) is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"rates": list(range(100)), "runs": {"ä": [[0.5, None], [1e-9, 2]] * 20}, "none": {}},
        [{"name": "a" * 200}, [], [[[1, 2, 3]] * 40]],
    ],
)
def test_what_is_written_is_json_with_one_line_for_each_list_of_numbers(data):
    text = written(data)
    assert json.loads(text) == data
    for line in text.splitlines():
        assert len(line) <= 120 or not any(mark in line.partition(":")[2][2:] for mark in "[{")


def test_a_number_that_is_not_finite_is_no_data():
    with pytest.raises(ValueError, match="JSON compliant"):
        written({"loss": math.nan})


OLD = {"loss": {"adam": [1.0, 2.0, None]}, "seeds": [0, 1], "name": "a", "table": [[1.0, 2.0], [0.0, 4.0]]}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"loss": {"adam": [1.0, 2.1, None]}}, None),
        ({"loss": {"adam": [1.0, 2.3, None]}}, "loss adam: number 1 of 0 to 2 is 2.3, but was 2.0"),
        ({"loss": {"adam": [1.0, 2.0, 0.5]}}, "loss adam: number 2 of 0 to 2 is 0.5, but was None"),
        ({"loss": {"adam": [1.0, None, None]}}, "loss adam: number 1 of 0 to 2 is None, but was 2.0"),
        ({"loss": {"sgd": [1.0, 2.0, None]}}, "loss: is {'sgd': [1.0, 2.0, None]}, but was {'adam': [1.0, 2.0, None]}"),
        ({"seeds": [0]}, "seeds: is [0], but was [0, 1]"),
        ({"name": "b"}, "name: is 'b', but was 'a'"),
        ({"table": [[1.0, 2.0], [0.01, 4.0]]}, None),
        ({"table": [[1.0, 2.0], [0.1, 4.0]]}, "table 1: number 0 of 0 to 1 is 0.1, but was 0.0"),
    ],
)
def test_what_is_too_far_apart_is_named(change, sentence):
    assert list(differences(OLD, OLD | change, share=0.1, least=0.05)) == ([sentence] if sentence else [])
