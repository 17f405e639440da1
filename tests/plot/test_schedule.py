"""A schedule is drawn as an optimizer asks for it, and is not used up by it."""

import pytest

from minigrad.errors import ArgumentError, KindError
from minigrad.lr_scheduler import FactorScheduler, PolyScheduler
from minigrad.plot import animate, schedule
from minigrad.plot.growing import Growing


def test_the_curve_is_the_rate_of_each_update_from_the_first_on():
    falling = FactorScheduler(step=3, factor=0.5, base_lr=0.8)
    figure = schedule([falling, lambda update: 1 / update], updates=8)
    first, second = figure.axes[0].findobj(Growing)
    assert list(first.get_xdata()) == list(range(1, 9))
    assert list(first.get_ydata()) == [0.8] * 3 + [0.4] * 3 + [0.2] * 2
    assert second.get_ydata() == pytest.approx([1 / k for k in range(1, 9)])
    assert falling.base_lr == 0.8
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == [repr(falling), "<lambda>"]
    title = " ".join(figure.get_suptitle().split())
    assert title == "The rates peak between 0.8 and 1 and end between 0.12 and 0.2 after 8 updates"


def test_a_schedule_can_be_watched():
    assert animate(schedule(PolyScheduler(max_update=10), updates=10)).steps == list(range(11))


def test_what_is_no_schedule_is_refused():
    with pytest.raises(KindError, match="0.1 is not a schedule; expected a callable, update -> rate"):
        schedule([0.1])


def test_a_rate_that_is_no_number_is_refused_with_its_update():
    with pytest.raises(ArgumentError, match="broken gives the rate nan for update 6; expected a finite number"):

        def broken(update):
            return float("nan") if update > 5 else 1.0

        schedule(broken, updates=10)
    with pytest.raises(ArgumentError, match="<lambda> gives the rate None for update 1; expected a finite number"):
        schedule(lambda update: None, updates=2)
    with pytest.raises(ArgumentError, match="nothing to draw; give at least one schedule"):
        schedule([])


def test_a_function_whose_name_begins_with_an_underscore_is_named():
    """Matplotlib leaves such names out of a legend."""

    def _warm(update):
        return 0.1

    (text,) = schedule(_warm, updates=3).axes[0].get_legend().get_texts()
    assert text.get_text() == "_warm"
