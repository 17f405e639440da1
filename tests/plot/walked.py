"""Two recorded walks, and the lines of rules in a picture."""

from minigrad import optimizer, plot
from minigrad.plot.growing import Growing

RULES = [optimizer.SGD(learning_rate=0.2), optimizer.Adam(learning_rate=0.5)]
HISTORIES = [plot.record(rule, "valley", steps=30) for rule in RULES]


def lines(axes):
    """Label -> the line of a rule, without the markers at the ends of lines."""
    return {line.get_label(): line for line in axes.findobj(Growing) if not line.get_label().startswith("_")}
