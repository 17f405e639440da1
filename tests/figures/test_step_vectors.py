"""The vectors are those of the equations, and the count of better steps is that of a loop without minigrad."""

import numpy
import pytest

from minigrad.commands import figures

RATE, MOMENTUM, SLOPES = 0.1, 0.9, numpy.array([0.2, 4.0])


@pytest.fixture(scope="module")
def script():
    return figures.script("step_vectors")


def height(places):
    return 0.1 * places[..., 0] ** 2 + 2 * places[..., 1] ** 2


def momentum(place, velocity, steps):
    """The ball and its velocity before each step, and after the last."""
    found = [(place, velocity)]
    for _ in range(steps):
        velocity = MOMENTUM * velocity - RATE * SLOPES * place
        place = place + velocity
        found.append((place, velocity))
    return found


def test_the_arrows_add_up_to_the_steps(script):
    steps = script.load()["steps"]
    p, v = momentum(numpy.array([-5.0, -2.0]), numpy.zeros(2), 3)[-1]
    ahead = p + MOMENTUM * v
    plain, braked = (MOMENTUM * v - RATE * SLOPES * place for place in (p, ahead))
    expected = {
        "sgd": {r"-\eta g_t": (p, p - RATE * SLOPES * p)},
        "sgd, momentum 0.9": {
            "v_t": (p, p + plain),
            r"\gamma v_{t-1}": (p, ahead),
            r"-\eta g_t": (ahead, p + plain),
        },
        "nag": {
            "v_t": (p, p + braked),
            r"\gamma v_{t-1}": (p, ahead),
            r"-\eta g_t": (ahead, p + braked),
            r"\gamma v_t": (p + braked, p + (1 + MOMENTUM) * braked),
        },
    }
    assert list(steps) == list(expected)
    for name, arrows in expected.items():
        found = {label: (start, end) for label, _, _, start, end in steps[name]["arrows"]}
        assert found.keys() == arrows.keys()
        for label, ends in arrows.items():
            numpy.testing.assert_allclose(found[label], ends, rtol=1e-3)
    assert steps["nag"]["points"]["p_t"] == pytest.approx(p + braked, rel=1e-3)


def test_the_share_of_lower_steps_is_that_of_a_loop_in_numpy(script):
    places = numpy.random.default_rng(0).uniform([-6, -3], [3, 3], size=(1000, 2))
    lower = []
    for p, v in momentum(places, numpy.zeros_like(places), 29)[1:]:
        braked = p + MOMENTUM * v - RATE * SLOPES * (p + MOMENTUM * v)
        lower.append(height(braked) < height(p + MOMENTUM * v - RATE * SLOPES * p))
    shares = numpy.mean(lower, axis=0)
    expected = [shares.mean(), shares.min(), shares.max()]
    assert script.load()["nag lower"] == pytest.approx(expected, abs=6e-4)


def test_the_axes_show_the_data_on_one_map(script):
    data = script.load()
    figure = script.draw(data)
    first, *panels = figure.axes
    ways = [line.get_xydata().tolist() for line in first.lines if len(line.get_xydata()) == 31]
    assert ways[::2] == list(data["ways"].values())
    for axes, step in zip(panels, data["steps"].values(), strict=True):
        arrows = [text for text in axes.texts if text.arrow_patch is not None]
        assert [[list(a.xyann), list(a.xy)] for a in arrows] == [row[3:] for row in step["arrows"]]
        assert [line.get_xydata()[0].tolist() for line in axes.lines] == list(step["points"].values())
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in panels}) == 1
    assert "75 % of steps (38 to 76 %" in figure.get_suptitle().replace("\n", " ")
