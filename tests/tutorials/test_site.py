"""The reference shows docstrings as they are meant. (`.ci/run` builds the whole site, with warnings as errors.)"""

import importlib.util
import re
from pathlib import Path

import pytest

import minigrad.optimizer

SITE = Path(__file__).parents[2] / "tutorials" / "site"


def load(name):
    spec = importlib.util.spec_from_file_location(f"site_{name}", SITE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


api, build = load("api"), load("build")


def hard(x, *others, scale=1.0, **kwargs):
    """Text with a star *, w_t and `w_t`.

    Let x be it:

        y = x**2

    Arguments:
        x: what goes
        in.
        scale (or size): a_b.
        Others, such as wd: see there.

    >>> hard(1)
    """


def test_a_docstring_becomes_text_blocks_and_a_list():
    assert api.body(hard).split("\n\n") == [
        r"Text with a star \*, w\_t and `w_t`.",
        "Let x be it:",
        "```text\ny = x**2\n```",
        "Arguments:",
        "* **x**: what goes\n  in.\n* **scale (or size)**: a\\_b.\n* Others, such as wd: see there.",
        "```pycon\n>>> hard(1)\n```",
    ]


def test_a_signature_has_names_and_defaults_but_no_types_and_no_addresses():
    sense = object()

    def other(x: int, when=print, sense=sense) -> float: ...

    assert api.signature(hard) == "(x, *others, scale=1.0, **kwargs)"
    assert api.signature(other) == "(x, when=print, sense=object)"


def test_every_optimizer_has_an_entry_and_no_module_of_numpy_has():
    page = api.page(minigrad.optimizer)
    for name in minigrad.optimizer.__all__:
        assert re.search(rf"\{{py:(class|function)\}} {name}\(", page)  # Sphinx puts the module before it, once
    assert "numpy.float32" not in api.page(minigrad.np)


@pytest.mark.parametrize(
    ("jupyter", "site"),
    [("(#What-should-I-use?)", "(#what-should-i-use)"), ("(#RMSProp-(Centered", "(#rmsprop-centered")],
)
def test_links_within_a_notebook_are_those_of_the_site(jupyter, site):
    cell = {"cell_type": "markdown", "source": [f"see [it]{jupyter})\n"]}
    build.adapted({"cells": [cell]})
    assert cell["source"].startswith(f"see [it]{site})")


def test_each_formula_of_an_output_is_shown_on_its_own():
    output = {"data": {"text/latex": ["$$a$$", "$$b$$"], "text/plain": ["..."]}}
    build.adapted({"cells": [{"cell_type": "code", "outputs": [output]}]})
    assert output["data"] == {"text/markdown": "$$a$$\n\n$$b$$"}


def test_a_picture_has_words_for_those_who_do_not_see_it():
    drawn, printed = ({"cell_type": "code", "outputs": [{"data": {kind: ""}}]} for kind in ("image/png", "text/plain"))
    build.adapted({"cells": [drawn, printed]})
    assert drawn["metadata"]["mystnb"]["image"]["alt"] and "metadata" not in printed


@pytest.mark.parametrize(("latex", "signs"), [("a = -b", 1), ("f(-b, -c)", 2), (r"0.1 \cdot -3", 1), ("(a) - b", 0)])
def test_a_minus_is_close_to_a_number_whose_sign_it_is(latex, signs):
    convert = pytest.importorskip("latex2mathml.converter").convert
    assert load("conf").SIGN.sub("!", convert(latex)).count("!") == signs


@pytest.mark.parametrize(
    ("html", "fetched"),
    [
        ('<script src="https://cdn.example/x.js">', True),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', True),
        ('<script src="_static/x.js">', False),
        ('<a href="https://arxiv.org/abs/1412.6980">', False),
    ],
)
def test_what_a_page_fetches_is_told_from_what_it_links_to(html, fetched):
    assert bool(build.FETCHED.search(html)) is fetched


def test_a_picture_is_large_enough_to_be_read_and_scrolls_where_the_page_is_narrow(browser, tmp_path):
    theirs = "img { max-width: 100%; height: auto; }"  # the theme's
    picture = f"<img src='{(SITE.parent / 'rules' / 'adam.png').as_uri()}'>"
    style = f"<style>{theirs}{(SITE / 'static' / 'site.css').read_text(encoding='utf-8')}</style>"
    (tmp_path / "page.html").write_text(f"<!doctype html>{style}<article><p>{picture}</p></article>")
    widths = {}
    for wide in (400, 1280):
        page = browser.new_page(viewport={"width": wide, "height": 900})
        page.goto((tmp_path / "page.html").as_uri())
        widths[wide] = page.locator("img").bounding_box()["width"]
        assert page.evaluate("document.documentElement.scrollWidth") == wide
        page.close()
    assert widths[400] == pytest.approx(widths[1280], rel=0.5) and widths[400] > 800
