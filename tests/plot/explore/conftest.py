"""The page in V8, without what needs a browser; and in a headless Chromium, opened from a file, without a network."""

import json

import pytest

from tests.plot.explore.student import Twist


@pytest.fixture(scope="session")
def engine():
    """V8 with everything of the page that needs no browser."""
    text = Twist().explore().html.split("<script>", 1)[1].rsplit("</script>", 1)[0]
    context = pytest.importorskip("py_mini_racer").MiniRacer()
    context.eval(text[: text.index("// Drawing with SVG")].replace('"use strict";', "", 1))
    yield context
    context.close()


@pytest.fixture
def call(engine):
    """A function that evaluates an expression there and gives its value as Python's."""
    return lambda expression: json.loads(engine.eval(f"JSON.stringify({expression})"))


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The page as a file, with a student's rule in it."""
    path = tmp_path_factory.mktemp("page") / "explorer.html"
    Twist().explore().save(path)
    return path.as_uri()


@pytest.fixture
def tab(browser, address):
    """A function that opens the page at a hash. At the end nothing may have gone wrong in it."""
    trouble, contexts = [], []

    def open_at(hash="", width=1280, **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, **more)
        contexts.append(context)
        page = context.new_page()
        page.route(
            lambda url: not url.startswith("file:"), lambda route: (trouble.append(route.request.url), route.abort())
        )
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(address + hash)
        page.wait_for_selector(".card")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert trouble == []
