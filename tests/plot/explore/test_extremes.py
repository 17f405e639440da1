"""The page far from where it is usually looked at: divergences, remote starts, small views, an empty address."""

import pytest

from tests.plot.explore.test_browser import at, read, until


def test_a_divergence_leaves_the_chart_of_the_heights_in_which_the_others_are_seen(tab):
    """Its highest tick was 10²⁵⁰, and all other walks were a flat line."""
    page = tab("#on=rosenbrock&count=50&at=50&rule=sgd,learning_rate:1&rule=adam,learning_rate:0.1")
    heights = page.evaluate("runs.map(run => run.heights)")
    assert max(heights[0][:3]) > 1e9
    ticks = page.locator("#loss .axes text[text-anchor=end]").all_text_contents()
    assert 10 <= max(map(read, ticks)) <= 1e3 * heights[1][0]
    curve = page.locator("#loss .series.of-1").get_attribute("points")
    seen = [float(point.split(",")[1]) for point in curve.split()]
    assert max(seen) - min(seen) > 15  # pixels


def test_a_start_that_is_far_away_is_no_error(tab):
    page = tab("#on=valley&count=5&at=5&from=1000000,-1000000")
    assert at(page)["from"] == [1e6, -1e6]
    page.locator("#on").select_option(page.evaluate("Object.keys(GROUNDS).find(name => GROUNDS[name].weights === 1)"))
    page.locator("#x").fill("1e6")
    assert at(page)["from"] == [1e6]


def test_an_address_without_settings_is_the_first_page(tab):
    page = tab("#on=beale&count=7&rule=nag")
    page.evaluate("location.hash = ''")
    until(page, "situation.count === 100 && situation.on === 'rosenbrock'")
    assert [rule["name"] for rule in at(page)["rules"]] == ["twist"]


def test_the_arrow_keys_move_the_starting_point_in_a_small_view(tab):
    """A step of 0.000025 was rounded to 0."""
    page = tab("#on=valley&from=0,0")
    page.evaluate("GROUNDS.valley.view = [[0, 0.001], [0, 0.001]]; build()")
    page.locator("#start").focus()
    page.keyboard.press("ArrowRight")
    assert at(page)["from"] == [2.5e-5, 0]


def test_the_chart_of_the_heights_is_described_as_it_is_drawn(tab):
    """The chart had heights above the minimum, its description had -0.24777."""
    page = tab("#on=saddle&count=20&rule=sgd,learning_rate:0.1")
    last = page.evaluate("runs[0].heights.at(-1)")
    words, number = page.locator("#loss").get_attribute("aria-label").rsplit(" ", 1)
    assert words == "Height above the minimum over the steps; at the end: SGD"
    assert read(number) == pytest.approx(last + 0.25, rel=1e-4)
