"""What the page is made of: one file, nothing from elsewhere, nothing of a user's that could run."""

import re

import pytest

from minigrad import optimizer, plot
from minigrad.errors import ArgumentError, KindError, MissingFileError, UsageError
from minigrad.optimizer.registry import OPTIMIZERS
from minigrad.plot.explore import Page
from minigrad.plot.explore.page import HERE, LIBRARIES, SCRIPTS
from tests.plot.explore.student import ByHand, Handed, Needs, Twist


@pytest.fixture(scope="module")
def html():
    return Page().html


def test_it_is_small_and_asks_the_network_for_nothing(html):
    assert len(html.encode()) < 500_000
    assert re.findall(r'\b(?:src|href)="[^"]*"|@import|\burl\((?!#)|fetch\(|XMLHttp|import\(', html) == []
    assert "default-src 'none'" in html
    assert re.findall(r"https?://[^\s\"']+", html) == [
        "https://d3js.org/d3-array/", "https://d3js.org/d3-contour/", "http://www.w3.org/2000/svg"
    ]  # fmt: skip


def test_what_others_wrote_has_its_licence_beside_it(html):
    assert "Permission to use, copy, modify, and/or distribute this software" in html
    for name in LIBRARIES:
        assert (HERE / name).read_text(encoding="utf-8") in html


def test_every_file_of_the_folder_is_in_the_page():
    assert {path.stem for path in HERE.glob("*.js")} == {*SCRIPTS}


def test_a_docstring_cannot_end_the_script():
    html = Twist().explore().html
    assert html.count("</script") == 1
    assert "<b>halved<\\/b><\\/script>" in html


def test_saving_replaces_the_file_as_a_whole(tmp_path):
    page = optimizer.Adam(beta1=0.5).explore("wells")
    page.save(tmp_path / "a.html")
    assert (tmp_path / "a.html").read_bytes() == page.html.encode()
    assert list(tmp_path.iterdir()) == [tmp_path / "a.html"]
    with pytest.raises(MissingFileError, match="there is no folder"):
        page.save(tmp_path / "no" / "a.html")


def test_a_notebook_shows_it_in_a_frame_of_its_own():
    page = optimizer.SGD().explore("valley")
    frame = page._repr_html_()
    assert frame.startswith("<iframe ") and 'sandbox="allow-scripts"' in frame
    assert len(re.findall('"', frame)) == 8  # the quotes within are escaped
    assert repr(page).startswith("Page(valley, sgd: ")


def test_an_unknown_surface_is_refused_by_name():
    with pytest.raises(ArgumentError, match="no surface is called 'rosenbrok'"):
        optimizer.SGD().explore("rosenbrok")


def test_what_is_no_surface_is_refused_in_words():
    with pytest.raises(KindError, match="expected a function of x and y, written with arithmetic"):
        optimizer.SGD().explore(lambda x: x)
    with pytest.raises(KindError, match="3 is not a surface"):
        optimizer.SGD().explore(3)


def test_a_surface_of_ones_own_is_in_it():
    html = optimizer.SGD().explore(lambda x, y: x**2 + y**4).html
    assert '"your surface": {' in html and "on=your%20surface" in html
    slope = plot.Surface("slope", lambda x, y: x + 2 * y)
    assert '"slope": {' in optimizer.SGD().explore(slope).html


def test_exploring_a_rule_that_cannot_run_says_why():
    with pytest.raises(UsageError, match="nothing says how scale is computed"):
        Handed().explore()


def test_rules_that_cannot_run_are_left_out_with_a_sentence(monkeypatch):
    for cls in (ByHand, Handed, Needs):
        monkeypatch.setitem(OPTIMIZERS, cls.__name__.lower(), cls)
    html = Page().html
    left_out = html.split("const LEFT_OUT = ")[1].split("\n")[0]
    assert "ByHand has no equations to print: it defines update(), not a rule" in left_out
    assert "nothing says how scale is computed" in left_out
    assert "Needs failed: TypeError" in left_out
    assert '"needs": {' in Needs(2.0).explore().html  # whose own arguments are known
