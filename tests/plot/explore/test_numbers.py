"""Numbers in the page: read, shown, and moved along sliders."""

import json

import numpy
import pytest

from minigrad.optimizer import LBSGD, Adam
from minigrad.plot.explore.page import described

SETTINGS = [
    of for cls in (Adam, LBSGD) for of in described(cls, None)[0]["settings"] if of["kind"] in ("number", "whole")
]


@pytest.mark.parametrize("text", ["1", " -2.5 ", "1e-3", ".5", "3.", "−4", "0,25", "1E5"])
def test_numbers_are_read_as_they_are_typed(text, call):
    assert call(f"readNumber({text!r})") == float(text.replace("−", "-").replace(",", "."))


@pytest.mark.parametrize(
    "text", ["", "x", "1e", "0x10", "1 2", "Infinity", "NaN", "--1", "1.2.3", "alert(1)", "1,000", "-12,345"]
)
def test_what_is_no_number_is_none(text, call):
    assert call(f"readNumber({text!r})") is None  # NaN has no JSON


@pytest.mark.parametrize(("text", "how"), [("1,000", ", without a comma."), ("-1,5", "."), ("0,001", ".")])
def test_a_comma_before_three_digits_is_refused_and_named(text, how, call):
    assert call(f"refusal('Steps', {text!r}, {json.dumps(SETTINGS[0])})").endswith(
        f"expected a number of at least 0{how}"
    )


@pytest.mark.parametrize(
    ("x", "text"),
    [(0, "0"), (-0.5, "−0.5"), (1234567, "1.2346·10⁶"), (0.00001, "10⁻⁵"), (2 / 3, "0.66667"), (-1e-12, "−10⁻¹²"),
     ([1, -2], "(1, −2)"), (99999.96, "100000")],
)  # fmt: skip
def test_numbers_are_shown_with_five_digits(x, text, call):
    assert call(f"shown({json.dumps(x)})") == text


@pytest.mark.parametrize(
    ("x", "text"), [(0, "0"), (0.25, "0.25"), (1e-4, "0.0001"), (1e-6, "1e-6"), (-1.25e-5, "-1.25e-5")]
)
def test_a_number_in_a_field_is_short_and_is_read_as_itself(x, text, call):
    assert call(f"typed({x})") == text and call(f"readNumber(typed({x}))") == x


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "undefined"])
def test_what_is_no_number_is_shown_as_what_it_is(text, call):
    assert call(f"shown({text})") == {"NaN": "NaN", "Infinity": "∞", "-Infinity": "−∞", "undefined": "—"}[text]


@pytest.mark.parametrize("of", SETTINGS, ids=lambda of: of["name"])
def test_a_slider_reaches_its_ends_and_only_what_is_accepted(of, call):
    places = range(0, 1001, 25)
    found = call(f"{[*places]}.map(place => fromSlider({json.dumps(of)}, place))")
    assert all(call(f"{found}.map(x => accepts({json.dumps(of)}, x))"))
    assert found == sorted(found) and found[-1] == pytest.approx(of["high"])
    zero = of["scale"] == "log" and of["least"] in (None, 0) and not of["open_below"]
    assert found[0] == (0 if zero else pytest.approx(of["low"]))
    back = call(f"{found}.map(x => fromSlider({json.dumps(of)}, toSlider({json.dumps(of)}, x)))")
    numpy.testing.assert_allclose(back, found, rtol=0.02, atol=1e-3)


def test_normal_numbers_follow_from_their_seed_and_are_normal(call):
    draws = numpy.array(call("(() => { const draw = normals(7); return Array.from({length: 20000}, draw); })()"))
    again = call("(() => { const draw = normals(7); return Array.from({length: 5}, draw); })()")
    assert draws[:5].tolist() == again
    assert abs(draws.mean()) < 0.03 and abs(draws.std() - 1) < 0.03
    assert abs(numpy.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.03
    assert abs((abs(draws) < 1).mean() - 0.6827) < 0.02
