"""A step taken apart: the arrows are the terms of the rule, and end where the optimizer goes."""

import numpy
import pytest

from minigrad import compare, np, optimizer
from minigrad.errors import ArgumentError, KindError
from minigrad.optimizer.rule import where
from minigrad.plot import vectors

START, SLOPES = (-4.0, 1.5), numpy.array([0.2, 4.0])


def valley(x, y):
    return 0.1 * x**2 + 2 * y**2


def arrows(figure):
    """Name -> (start, end) of the arrows on the right."""
    texts = figure.axes[1].texts
    pairs = [(arrow, name) for arrow, name in zip(texts, texts[1:]) if arrow.arrow_patch is not None]
    return {name.get_text(): (numpy.array(arrow.xyann), numpy.array(arrow.xy)) for arrow, name in pairs}


def points(figure):
    """Name -> place of the dots on the right."""
    names = [t.get_text() for t in figure.axes[1].texts if t.arrow_patch is None][len(arrows(figure)) :]
    return dict(zip(names, (line.get_xydata()[0] for line in figure.axes[1].lines)))


def same(found, meant):
    assert found.keys() == meant.keys()
    for name, place in meant.items():
        numpy.testing.assert_allclose(found[name], place, atol=1e-12, err_msg=name)


def test_sgd_is_one_arrow_against_the_gradient():
    w = numpy.array(START) * (1 - 0.1 * SLOPES) ** 2
    figure = vectors(optimizer.SGD(learning_rate=0.1), valley, START, step=3)
    same(arrows(figure), {r"$-\eta g_t$": (w, w - 0.1 * SLOPES * w)})
    same(points(figure), {"$w_{t-1}$": w, "$w_t$": w - 0.1 * SLOPES * w})


def test_momentum_is_what_is_left_of_the_velocity_and_a_step_against_the_gradient():
    w, v = numpy.array(START), numpy.zeros(2)
    for _ in range(4):
        v = 0.8 * v - 0.1 * SLOPES * w
        w = w + v
    figure = vectors(optimizer.SGD(learning_rate=0.1, momentum=0.8), valley, START, step=5)
    after = w + 0.8 * v - 0.1 * SLOPES * w
    same(
        arrows(figure),
        {"$v_t$": (w, after), r"$\gamma v_{t-1}$": (w, w + 0.8 * v), r"$-\eta g_t$": (w + 0.8 * v, after)},
    )


def test_nag_starts_from_the_ball_and_stores_the_point_ahead_of_it():
    p, v = numpy.array(START), numpy.zeros(2)
    for _ in range(4):  # as the guide has it: the gradient is taken at p + γ v
        v = 0.8 * v - 0.1 * SLOPES * (p + 0.8 * v)
        p = p + v
    ahead = p + 0.8 * v
    after = ahead - 0.1 * SLOPES * ahead
    stored = after + 0.8 * (after - p)
    figure = vectors(optimizer.NAG(learning_rate=0.1, momentum=0.8), valley, START, step=5)
    same(points(figure), {"$w_{t-1}$": ahead, "$w_t$": stored, "$p_{t-1}$": p, "$p_t$": after})
    same(
        arrows(figure),
        {
            r"$\gamma v_{t-1}$": (p, ahead), r"$-\eta g_t$": (ahead, after), "$v_t$": (p, after),
            r"$\gamma v_t$": (after, stored),
        },
    )  # fmt: skip


@pytest.mark.parametrize("name", [name for name in compare.optimizers() if name != "groupadagrad"])
def test_the_arrows_of_every_rule_end_where_it_goes(name):
    rule = optimizer.create(name, wd=0.01)
    if name == "sgld":
        rule.lr = 0.0  # no noise, which differs from run to run
    w = np.array(START, dtype="float64")
    state = rule.create_state(0, w)
    for _ in range(3):
        rule.update(0, w, np.array(SLOPES, dtype="float64") * w, state)
    figure = vectors(rule, valley, START, step=3)
    numpy.testing.assert_allclose(points(figure)["$w_t$"], w.asnumpy(), rtol=1e-9)
    assert numpy.isclose([end for _, end in arrows(figure).values()], w.asnumpy()).all(axis=1).any()
    figure.draw_without_rendering()  # every name can be written


def test_the_optimizer_stays_as_it_is():
    adam = optimizer.Adam(learning_rate=0.1)
    vectors(adam, valley, START)
    assert adam.num_update == 0


def test_a_gradient_is_at_right_angles_to_the_contours():
    figure = vectors(optimizer.SGD(learning_rate=0.1), valley, START)
    assert all(axes.get_aspect() == 1 for axes in figure.axes)


def test_rules_are_seen_on_the_same_map_between_start_and_minimum():
    rules = optimizer.SGD(learning_rate=0.1), optimizer.SGD(learning_rate=0.1, momentum=0.8)
    maps = [vectors(rule, valley, START, minimum=(0, 0)).axes[0] for rule in rules]
    assert maps[0].get_xlim() == maps[1].get_xlim() and maps[0].get_ylim() == maps[1].get_ylim()
    for axes in maps:
        cross = next(line for line in axes.lines if line.get_marker() == "x")
        assert cross.get_xydata().tolist() == [[0, 0]]
        assert axes.get_xlim()[0] < START[0] < 0 < axes.get_xlim()[1]
        assert axes.get_xlabel() and axes.get_ylabel()


def test_a_way_that_leaves_the_map_is_shown_whole():
    axes = vectors(optimizer.SGD(learning_rate=0.55), valley, START, minimum=(0, 0)).axes[0]
    low, high = axes.get_ylim()
    way = next(line for line in axes.lines if line.get_marker() == "o").get_ydata()
    assert low < way.min() < -10 and 10 < way.max() < high


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ArgumentError, match="a height computed from x and y"):
        vectors(optimizer.SGD(), lambda x, y: 1.0, START)
    with pytest.raises(ArgumentError, match="leaves the weight alone in step 3"):
        vectors(optimizer.LBSGD(batch_scale=4), valley, START, step=3)
    with pytest.raises(ArgumentError, match="step=0"):
        vectors(optimizer.SGD(), valley, START, step=0)


def test_the_labels_of_the_axes_are_within_the_picture_when_it_is_first_drawn():
    figure = vectors(optimizer.SGD(learning_rate=0.05, momentum=0.9), valley, (-5, -2), step=5)
    figure.draw_without_rendering()
    for label in (figure.axes[0].xaxis.label, figure.axes[0].yaxis.label):
        assert figure.bbox.contains(*label.get_window_extent().min)


def test_a_choice_between_two_values_which_matplotlib_cannot_write_is_shortened():
    class Chooses(optimizer.Optimizer):
        states = ("v",)

        def rule(self, w, g, v, *, lr):
            v = 0.9 * where(v * g < 0, where(v < 1, v, 2 * v), 0) - lr * g
            return w + v, v

    figure = vectors(Chooses(learning_rate=0.1), valley, START, step=2)
    assert r"$0.9 \{\ldots\}$" in arrows(figure)
    figure.draw_without_rendering()


def test_a_divergence_and_a_place_of_three_numbers_are_refused():
    with pytest.raises(ArgumentError, match="diverges within 12 steps; take fewer steps or a lower rate"):
        vectors(optimizer.SGD(learning_rate=100.0), lambda x, y: x**4 + y**4, (2, 2))
    with pytest.raises(KindError, match="expected two numbers, x and y"):
        vectors(optimizer.SGD(), valley, (0, 0, 1))
