"""The explorer: one HTML page in which every rule runs, with a slider for each of its hyper-parameters."""

from minigrad.plot.explore.page import Page

__all__ = ["Page"]
