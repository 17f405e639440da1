"""The page in a real browser: picked, dragged, slid, played, reloaded from its address."""

import json

import pytest
from table import TABLE

from tests.plot.explore.student import Twist

RULES = sorted({row.name for row in TABLE})


def at(page):
    return page.evaluate("({...situation, trouble: runs.map(run => run.trouble)})")


def until(page, expression):
    """Wait until something is true. (Playwright's own way needs eval, which the page forbids.)"""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"it never happened that {expression}")


def settled(page):
    """The hash, once it is written."""
    until(page, "location.hash === '#' + toAddress(situation)")
    return page.evaluate("location.hash")


def test_every_rule_can_be_picked_and_has_a_control_for_every_setting(tab):
    page = tab("#on=valley&at=3")
    for name in [*RULES, "twist"]:
        page.locator(".card select").first.select_option(name)
        assert at(page)["rules"][0]["name"] == name
        for of in page.evaluate(f"RULES[{json.dumps(name)}].settings"):
            row = page.locator(f".card [data-setting={of['name']}]")
            kind = {"truth": "input[type=checkbox]", "word": "select"}.get(of["kind"], "input[type=range]")
            assert row.locator(kind).count() == 1
            assert row.locator("input.number").count() == (of["kind"] in ("number", "whole"))
        numbers = page.locator(".card .row:not(.idle) .numbers mn").all_text_contents()
        assert numbers and not {"", "—", "NaN"} & {*numbers}, name
        assert not any(at(page)["trouble"])


def read(text):
    """The number that the page shows, as in 1.5·10⁻³."""
    plain = text.strip("()").replace("−", "-")
    plain = f"1e{plain[2:]}" if plain.startswith("10⁻") else plain.replace("·10", "e")
    return float(plain.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))


@pytest.mark.parametrize(("name", "t", "look"), [("nadam", 7, 1), *((name, 4, 0) for name in RULES)])
def test_the_numbers_in_the_equations_are_those_of_the_step(name, t, look, tab):
    more = {"lbsgd": ",batch_scale:2", "groupadagrad": "", "lars": ",momentum:0.5"}.get(name, ",wd:0.1")
    page = tab(f"#on=rosenbrock&at={t}&look={look}&rule={name}{more},clip_gradient:2")
    step = page.evaluate(f"runs[0].steps[{t - 1}]")
    rows = page.evaluate("""[...document.querySelectorAll(".card .row")].filter(row => row.dataset.name)
      .map(row => [row.dataset.name, [...row.querySelectorAll(".numbers mn")].at(-1).textContent])""")
    assert "w" in dict(rows) and "g" in dict(rows)
    for line, text in rows:
        value = step["after"][line]
        assert read(text) == pytest.approx(value[look] if isinstance(value, list) else value, rel=1e-4)


def test_a_slider_without_an_effect_says_which_other_setting_decides_that(tab):
    page = tab("#on=valley&rule=rmsprop")
    row = page.locator(".card [data-setting=momentum]")
    assert row.get_attribute("data-why") == "no effect here; that depends on centered"
    page.locator(".card [data-setting=centered] input").check()
    assert row.get_attribute("data-why") is None
    assert page.locator(".card .setting.idle").count() == 0


@pytest.mark.parametrize("width", [1280, 400])
def test_the_starting_point_is_dragged(width, tab):
    page = tab("#on=valley", width=width)
    page.locator("#start").scroll_into_view_if_needed()
    box = page.locator("#start").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 40, steps=4)
    page.mouse.up()
    moved = at(page)["from"]
    assert moved[0] > -5 and moved[1] > -2
    assert page.locator("#x").input_value() == str(moved[0]).removesuffix(".0")
    assert page.evaluate("runs[0].places[0]") == moved


def test_the_starting_point_moves_by_touch(tab):
    page = tab("#on=valley", width=400, has_touch=True)
    page.locator("#picture").tap(position={"x": 200, "y": 120})
    assert at(page)["from"] != [-5, -2]


def test_the_starting_point_moves_by_the_arrow_keys(tab):
    page = tab("#on=valley")
    page.locator("#start").focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        page.keyboard.press(key)
    x, y = at(page)["from"]
    assert (x, y) == (pytest.approx(-5 + 9 / 40), pytest.approx(-2 + 6 / 40 + 6 / 200))
    assert page.evaluate("document.activeElement.id") == "start"


def test_the_keyboard_does_not_lose_its_place(tab):
    page = tab("#on=valley&rule=adam&rule=sgd")
    where = "document.activeElement.closest('.card').querySelector('select').value"
    focused = f"{where} + ' ' + document.activeElement.textContent"
    page.locator(".card").nth(1).locator("text=Best rate").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "sgd Best rate"
    page.locator(".card select").first.select_option("nag")
    page.locator(".card").nth(1).locator("text=Remove").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(focused).startswith("nag")


def test_a_slider_and_its_field_follow_each_other(tab):
    page = tab("#on=valley&rule=adam")
    row = page.locator("[data-setting=beta1]")
    row.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    assert at(page)["rules"][0]["values"]["beta1"] == 0
    assert row.locator("input.number").input_value() == "0"
    row.locator("input.number").fill("0.5")
    assert at(page)["rules"][0]["values"]["beta1"] == 0.5
    assert int(row.locator("input[type=range]").input_value()) == pytest.approx(501, abs=1)


def test_what_is_typed_badly_is_said_in_words_and_changes_nothing(tab):
    page = tab("#on=valley&rule=adam")
    field, problem = page.locator("[data-setting=beta1] input.number"), page.locator(".card .problem")
    for text in ("1", "-0.1", "lots", "", "alert(1)"):
        field.fill(text)
        assert problem.inner_text() == f"beta1: {text or 'nothing'} cannot be used; expected a number in [0, 1)."
        assert field.get_attribute("aria-invalid") == "true"
        assert at(page)["rules"][0]["values"]["beta1"] == 0.9
    field.fill("0.5")
    assert problem.inner_text() == ""
    page.locator("#count").fill("1,000")
    assert "expected a whole number in [1, 1000], without a comma." in page.locator("#problem").inner_text()
    page.locator("#count").fill("1e9")
    assert "expected a whole number in [1, 1000]" in page.locator("#problem").inner_text()


def test_a_limit_that_may_be_missing_is_an_empty_field(tab):
    page = tab("#on=valley&rule=sgd,clip_gradient:0.5&at=1")
    assert page.locator(".card .row").count() == 2  # the gradient has a line
    page.locator("[data-setting=clip_gradient] input.number").fill("")
    assert at(page)["rules"][0]["values"]["clip_gradient"] is None
    assert page.locator(".card .row").count() == 1


def test_divergence_is_said_in_words(tab):
    page = tab("#on=rosenbrock&count=500&at=500&rule=sgd,learning_rate:1")
    assert "the weight became" in at(page)["trouble"][0]
    assert "the walk ends here. Try a lower rate." in page.locator("#status").inner_text()


def test_playing_stepping_and_scrubbing(tab):
    page = tab("#on=valley&count=12&at=10")
    page.locator("#play").click()
    until(page, "situation.at === 12 && !playing")
    page.locator("#back").click()
    page.locator("#forward").click()
    page.locator("#back").click()
    assert page.locator("#now").inner_text() == "11 of 12"
    page.locator("#at").focus()
    page.keyboard.press("Home")
    assert at(page)["at"] == 0
    page.locator("#play").click()
    until(page, "situation.at >= 2")
    page.locator("#play").click()
    assert page.locator("#play").inner_text() == "Play" and page.evaluate("playing") is None


def test_the_address_holds_everything(tab):
    page = tab("#on=valley")
    page.locator("#on").select_option("himmelblau")
    page.locator("#add").click()
    page.locator(".card select").first.select_option("lbsgd")
    page.locator("[data-setting=warmup_strategy] select").select_option("sqrt")
    page.locator("[data-setting=batch_scale] input.number").fill("4")
    page.locator(".card").nth(1).locator("[data-setting=wd] input.number").fill("0.125")
    page.locator(".card").nth(1).locator(".check input").check()
    page.locator("#noise").fill("0.25")
    page.locator("#seed").fill("7")
    page.locator("#look").select_option("y")
    page.locator("#forward").click()
    page.locator("#theme").click()
    hash, before = settled(page), at(page)
    again = tab(hash)
    assert at(again) == before
    assert before["noise"] == 0.25 and before["rules"][0]["values"]["batch_scale"] == 4 and before["theme"] == "dark"
    page.locator("#reset").click()
    assert at(page)["on"] == "rosenbrock" and [rule["name"] for rule in at(page)["rules"]] == ["twist"]


def test_an_address_cannot_run_code_or_break_the_page(tab):
    for hash in (
        "#on=<img src=x onerror=alert(1)>&rule=<b>,x:1&from=alert(1),2&count=1e999&theme=javascript:1",
        "#on=__proto__&rule=constructor&rule=toString,a:b&at=-1",
        "#on=%E0%A4%A&rule=%",
        "#rule=adam,beta1:1,beta2:alert(1),learning_rate:-1,learning_rate,epsilon:null",
        "#&&==&rule&rule=",
        "#from=1e300,0",
        "#from=0,-1000001",
    ):
        page = tab(hash)
        assert page.locator("img, b").count() == 0
        values = at(page)
        assert values["on"] == "valley" and values["from"] == [-5, -2] and values["count"] == 100
        assert values["rules"][0]["values"]["lr"] >= 0


def test_a_docstring_is_text_in_the_page(tab):
    page = tab("#rule=twist")
    assert "<b>halved</b></script>" in page.locator(".card .sentence").inner_text()
    assert page.locator(".card b, .card i").count() == 0


def test_up_to_four_rules_walk_at_once(tab):
    page = tab("#on=beale")
    for _ in range(3):
        page.locator("#add").click()
    assert page.locator("#add").is_disabled() and page.locator(".trace").count() == 4
    colours = page.evaluate("[...document.querySelectorAll('.trace .done')].map(line => getComputedStyle(line).stroke)")
    assert len(set(colours)) == 4
    page.locator("button[aria-label^=Remove]").first.click()
    assert page.locator(".card").count() == 3


def test_states_are_arrows_at_the_point(tab):
    page = tab("#on=himmelblau&at=3&rule=dcasgd,momentum:0.5,learning_rate:0.01,arrows")
    drawn = {arrow.get_attribute("data-state"): arrow for arrow in page.locator(".arrow").all()}
    assert {*drawn} == {"−gradient", "v", "prev"}
    tips = page.evaluate("""[...document.querySelectorAll(".arrow")].map(arrow =>
      arrow.querySelector("polygon").points[0]).map(({x, y}) => [plan.x.back(x), plan.y.back(y)])""")
    x, y = page.evaluate("runs[0].places[3]")
    for name, (to_x, to_y) in zip(drawn, tips, strict=True):
        after = page.evaluate(f"runs[0].steps[3].before[{name!r}] ?? runs[0].steps[3].raw.map(g => -g)")
        if name == "prev":
            assert [to_x, to_y] == pytest.approx(after, abs=0.02)  # the arrow goes to that place
        else:
            assert (to_y - y) / (to_x - x) == pytest.approx(after[1] / after[0], rel=0.02)
    page.locator(".check input").uncheck()
    assert page.locator(".arrow").count() == 0


def test_the_names_of_two_arrows_do_not_cover_each_other(tab):
    page = tab("#on=valley&count=1&at=1&rule=sgd,momentum:0.6,learning_rate:0.4,arrows")  # both point the same way
    one, two = (name.bounding_box() for name in page.locator(".arrow text").all())
    assert abs(one["y"] - two["y"]) >= 14


def test_on_paper_the_picture_is_as_wide_as_its_column_and_no_equation_is_cut(tab):
    page = tab()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})
    assert page.locator("#picture").get_attribute("viewBox").startswith("0 0 ")
    assert page.evaluate("[...document.querySelectorAll('.row')].every(row => row.scrollWidth <= row.clientWidth)")


def test_one_weight_walks_along_a_curve(tab):
    page = tab("#on=wells&rule=nag,momentum:0.9,learning_rate:0.02&at=20")
    assert page.locator("#picture .curve").count() == 1 and page.locator("#y").is_hidden()
    assert page.evaluate("runs[0].places[20].length") == 1


def test_noise_follows_from_the_seed(tab):
    page = tab("#on=valley&noise=0.5&seed=3&rule=sgd&rule=nag")
    first, second = page.evaluate("runs.map(run => run.places.at(-1))")
    assert first == second  # without momentum the two are one rule, and both get the same noise
    page.locator("#seed").fill("4")
    assert page.evaluate("runs[0].places.at(-1)") != first


def test_the_best_rate_is_found(tab):
    page = tab("#on=rosenbrock&rule=adam")
    before = page.evaluate("runs[0].heights.at(-1)")
    page.locator("text=Best rate").click()
    assert page.evaluate("runs[0].heights.at(-1)") < before / 5


def test_a_rule_that_is_picked_gets_a_rate_at_which_it_goes_somewhere(tab):
    page = tab("#on=valley&rule=sgd,learning_rate:0.4")
    page.locator("#add").click()
    page.locator(".card select").nth(1).select_option("adam")
    rate, default = page.evaluate("[situation.rules[1].values.lr, RULES.adam.settings[0].value]")
    assert rate > 100 * default == 0.1
    assert page.evaluate("runs[1].heights.at(-1)") < 0.1 * page.evaluate("runs[1].heights[0]")


@pytest.mark.parametrize("width", [1280, 400])
def test_a_gradient_is_at_right_angles_to_the_contours(width, tab):
    page = tab("#on=rosenbrock", width=width)
    for ground in ("valley", "rosenbrock", "himmelblau"):
        page.locator("#on").select_option(ground)
        (x0, x1), (y0, y1) = page.evaluate("[[plan.x(0), plan.x(1)], [plan.y(0), plan.y(1)]]")
        assert x1 - x0 == pytest.approx(y0 - y1)
        (west, east), (south, north) = page.evaluate("plan.ground.view")
        low, high = page.evaluate("[[plan.x.low, plan.y.low], [plan.x.high, plan.y.high]]")
        assert low[0] <= west + 1e-9 and low[1] <= south + 1e-9 and high[0] >= east - 1e-9 and high[1] >= north - 1e-9


def test_in_the_column_of_a_notebook_walks_and_equations_stand_side_by_side(tab):
    page = tab("#rule=nadam&rule=lbsgd", width=830)
    walks, rules = (page.locator(f"#{name}").bounding_box() for name in ("walks", "rules"))
    assert walks["x"] + walks["width"] <= rules["x"] and abs(walks["y"] - rules["y"]) < 20
    assert page.evaluate("document.documentElement.scrollWidth") <= 830


def test_the_surface_is_written_as_a_formula(tab):
    page = tab("#on=rosenbrock")
    shown = "document.getElementById('formula').textContent.replaceAll(/\\s/g, '')"
    assert page.evaluate(shown) == "(1−x)2+100(y−x2)2"
    page.locator("#on").select_option("logistic")  # a sum of six terms would fill the page
    assert page.evaluate(shown) == ""


def test_a_state_has_the_letter_of_the_equations_and_says_what_it_is(tab):
    page = tab("#on=valley&at=6&rule=adam&rule=rmsprop&rule=dcasgd")
    captions = [text.replace("\n", "") for text in page.locator(".states figcaption").all_text_contents()]
    m, v, e, prev = page.evaluate("""[[0, "mean"], [0, "var"], [1, "E"], [2, "prev"]]
      .map(([k, name]) => shown(stateAt(runs[k], name, 6)[0]))""")
    assert captions[:3] == [f"mt = {m}, mean", f"vt = {v}, var", f"Et = {e}, running mean of g²"]
    assert f"w~t = {prev}, weight for which g was computed" in captions
    assert page.locator("[data-setting=rho]").first.get_attribute("title") == "rho, memory of the running means"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_it_can_be_read_at_both_widths_light_and_dark(width, scheme, tab):
    page = tab(
        "#on=rosenbrock&at=12&rule=nadam,arrows,wd:0.1&rule=lamb&rule=lbsgd,batch_scale:2&rule=adam",
        width,
        color_scheme=scheme,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small, faint = page.evaluate(LEGIBLE)
    assert small == [] and faint == []
    page.set_viewport_size({"width": 700, "height": 900})
    until(page, "Math.abs(plan.x(plan.x.high) - document.getElementById('picture').clientWidth) < 1")


def test_everything_that_can_be_used_has_a_name(tab):
    page = tab("#rule=lbsgd&rule=adam")
    nameless = page.evaluate("""
      [...document.querySelectorAll("button, select, input")]
        .filter(x => !x.labels?.length && !x.ariaLabel && !x.textContent.trim()).map(x => x.outerHTML)
    """)
    assert nameless == []


def test_it_works_in_the_frame_of_a_notebook(tab, address, tmp_path):
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<h1>Notebook</h1>{Twist(pull=0.25).explore('wells')._repr_html_()}", encoding="utf-8")
    page = tab()
    page.goto(notebook.as_uri())
    frame = page.frame_locator("iframe")
    assert frame.locator("[data-setting=pull] input.number").input_value() == "0.25"
    frame.locator("#forward").click()
    assert frame.locator("#now").inner_text() == "31 of 100"


LEGIBLE = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = c => c.slice(0, 3).map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
    .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = x => {
    for (; x; x = x.parentElement) {
      const found = rgb(getComputedStyle(x).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const small = [], faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const x = walker.currentNode.parentElement, style = getComputedStyle(x);
    const text = walker.currentNode.textContent.trim();
    const unseen = x.closest(".unseen, script, style, noscript, option, title");
    if (!text || unseen || !x.getClientRects().length || x.disabled) continue;
    if (parseFloat(style.fontSize) < 12) small.push(`${text}: ${style.fontSize} ${x.tagName}`);
    const [a, b] = [light(rgb(x.ownerSVGElement ? style.fill : style.color)), light(behind(x))].sort((p, q) => q - p);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(`${text}: ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
  }
  return [small, faint];
}"""
"""The texts that are smaller than 12 pixels, and those with less contrast than 4.5 to 1."""
