"""How an optimizer presents itself: its equations, what their symbols mean, steps worked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from minigrad.doors import DOORS
from minigrad.errors import MinigradError

if TYPE_CHECKING:
    from minigrad.optimizer.readings.worked import Worked
    from minigrad.plot.explore import Page


class Shown:
    """The part of every optimizer that readers look at; `minigrad.optimizer.readings` does the work."""

    symbols: ClassVar[Mapping[str, str]] = {}
    """How the equations print names that are words: name -> LaTeX."""

    meanings: ClassVar[Mapping[str, str]] = {}
    """What the legend says of a name that does not explain itself: name -> a few words."""

    starts: ClassVar[Mapping[str, float]] = {}
    """The first values, where not 0, of names that `outside` or the rule asks for as `..._before`."""

    def equation(self) -> str:
        r"""The whole step as LaTeX, one aligned line per equation, printed from the rule itself. See `legend`.

        >>> from minigrad import optimizer
        >>> print(optimizer.SGD(wd=0.1).equation())
        \begin{aligned}
        g_t &= \nabla_t + \delta w_{t-1} \\
        w_t &= w_{t-1} - \eta g_t
        \end{aligned}
        """
        from minigrad.optimizer.readings.latex import equation

        return equation(self)

    def legend(self) -> str:
        r"""What each symbol of `equation` stands for, and its present value, as LaTeX.

        >>> from minigrad import optimizer
        >>> print(optimizer.SGD(learning_rate=0.5).legend())
        \begin{array}{ll}
        w & \text{weight} \\
        g_t & \text{gradient, as passed in} \\
        \eta = 0.5 & \text{learning rate}
        \end{array}
        """
        from minigrad.optimizer.readings.latex import legend

        return legend(self)

    def worked(self, w: Any, g: Any, steps: int | None = None) -> Worked:
        """Some steps worked by hand: every equation with its numbers filled in, as text, or as LaTeX in Jupyter.

        Args:
            w: the weight before the first step: a number, or an array of at most six.
            g: the gradient: one for all steps, a list with one for each, or a function of w.
            steps: how many, default 2, or one for each gradient.

        The optimizer itself takes no step: these are the steps of a new parameter.

        >>> from minigrad import optimizer
        >>> optimizer.SGD(learning_rate=0.1, momentum=0.9).worked(w=1.0, g=[0.5, -0.25])
        step 1: w_0 = 1, g_1 = 0.5
          v_1 = γ v_0 - η g_1 = 0.9·0 - 0.1·0.5 = -0.05
          w_1 = w_0 + v_1 = 1 + (-0.05) = 0.95
        step 2: w_1 = 0.95, g_2 = -0.25
          v_2 = γ v_1 - η g_2 = 0.9·(-0.05) - 0.1·(-0.25) = -0.02
          w_2 = w_1 + v_2 = 0.95 + (-0.02) = 0.93
        """
        from minigrad.optimizer.readings.worked import Worked

        return Worked(self, w, g, steps)

    def explore(self, surface: Any = "rosenbrock") -> Page:
        """A page that runs this rule and every other, with a slider for each hyper-parameter, on any surface.

        Args:
            surface: the name of a surface or of a curve over one weight, a `plot.Surface`, or a function of x and y.

        Jupyter shows it if it is the last expression of a cell; `.save("explorer.html")` writes a file. A schedule is
        left out, because the rate is a slider.

        >>> from minigrad import optimizer
        >>> optimizer.Adam(learning_rate=0.1).explore("valley")
        Page(valley, adam: ... kB of HTML; save("explorer.html") and open it, or look at it in Jupyter)
        """
        page: Page = DOORS["explore"](self, surface)
        return page

    def _repr_latex_(self) -> str | None:
        """What Jupyter shows: the equations and their legend, or the plain repr of an optimizer that has none."""
        try:
            return f"$${self.equation()}$$\n\n$${self.legend()}$$"
        except MinigradError:  # no rule, or one that cannot be written as equations
            return None
