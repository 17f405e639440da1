"""Gluon's newer address of the metrics has the same classes, all of them."""

from minigrad import gluon, metric


def test_the_metrics_are_those_of_the_older_address():
    assert gluon.metric.__all__ == metric.__all__
    assert all(getattr(gluon.metric, name) is getattr(metric, name) for name in metric.__all__)
