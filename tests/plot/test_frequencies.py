"""Bars: one for each name, as long as its count, the longest above."""

from minigrad import plot


def test_each_count_has_a_bar_of_its_length():
    figure = plot.frequencies({"few": 1, "many": 7, "some": 3}, "title")
    figure.draw_without_rendering()
    (axes,) = figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    lengths = {names[round(bar.get_y() + bar.get_height() / 2)]: bar.get_width() for bar in axes.patches}
    assert lengths == {"many": 7, "some": 3, "few": 1} and names == ["many", "some", "few"]
    tops = [axes.transData.transform((0, place))[1] for place in axes.get_yticks()]
    assert tops == sorted(tops, reverse=True)
    assert [text.get_text() for text in axes.texts] == ["7", "3", "1"]


def test_nothing_to_count_is_an_empty_picture():
    figure = plot.frequencies({})
    figure.draw_without_rendering()
    assert list(figure.axes[0].patches) == [] and list(figure.axes[0].get_yticks()) == []


def test_a_large_count_is_written_out_and_a_count_of_0_has_room():
    axes = plot.frequencies({"a": 12345678, "b": 1}).axes[0]
    assert [text.get_text() for text in axes.texts] == ["12,345,678", "1"]
    plot.frequencies({"a": 0}).draw_without_rendering()
