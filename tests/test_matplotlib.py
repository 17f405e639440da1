"""What matplotlib draws of NumPy's arrays it draws of ours, pixel by pixel; of recorded ones too."""

import numpy
import pytest

from minigrad import autograd, np

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

A, B = numpy.arange(5.0) + 1, numpy.array([1.0, 3, 2, 5, 4])
X, Y = numpy.meshgrid(numpy.linspace(-1, 1, 6), numpy.linspace(-1, 1, 6))
Z = X**2 + Y**2
COLORS = numpy.random.default_rng(0).random((5, 3))


def solid(figure):
    return figure.add_subplot(projection="3d")


def flat(figure):
    return figure.add_subplot()


DRAWINGS = {
    "plot": (flat, lambda ax, of: ax.plot(of(A), of(B))),
    "plot of numbers": (flat, lambda ax, of: ax.plot([of(1.0), of(2.0)], [of(3.0), of(1.0)])),
    "scatter": (flat, lambda ax, of: ax.scatter(of(A), of(B), s=of(10 * A), c=of(B))),
    "scatter in colours": (flat, lambda ax, of: ax.scatter(of(A), of(B), c=of(COLORS))),
    "scatter in space": (solid, lambda ax, of: ax.scatter(of(A), of(B), of(A), c=of(B))),
    "plot_surface": (solid, lambda ax, of: ax.plot_surface(of(X), of(Y), of(Z), cmap="viridis")),
    "plot_wireframe": (solid, lambda ax, of: ax.plot_wireframe(of(X), of(Y), of(Z))),
    "bar3d": (solid, lambda ax, of: ax.bar3d(of(A), of(B), of(0 * A), 1, 1, of(B))),
    "quiver in space": (solid, lambda ax, of: ax.quiver(*[of(A)] * 6)),
    "contour": (flat, lambda ax, of: ax.contour(of(X), of(Y), of(Z), levels=of([0.2, 0.5]))),
    "contourf": (flat, lambda ax, of: ax.contourf(of(X), of(Y), of(Z))),
    "quiver": (flat, lambda ax, of: ax.quiver(of(X), of(Y), of(X), of(Y), of(Z))),
    "streamplot": (flat, lambda ax, of: ax.streamplot(of(X[0]), of(X[0]), of(Y), of(X))),
    "bar": (flat, lambda ax, of: ax.bar(of(A), of(B), bottom=of(B), yerr=of(A / 9), color=list(COLORS))),
    "bars with names": (flat, lambda ax, of: ax.bar(list("abcde"), of(B))),
    "barh": (flat, lambda ax, of: ax.barh(of(A), of(B), left=of(A))),
    "hist": (flat, lambda ax, of: ax.hist(of(B), bins=of([1.0, 2, 4, 6]), weights=of(A))),
    "hist in a range": (flat, lambda ax, of: ax.hist(of(B), bins="auto", range=(of(0.0), of(4.0)))),
    "imshow": (flat, lambda ax, of: ax.imshow(of(Z), vmin=of(0.0), vmax=of(1.0))),
    "errorbar": (flat, lambda ax, of: ax.errorbar(of(A), of(B), yerr=of([A / 9, A / 8]), xerr=of(0.1))),
    "fill_between": (flat, lambda ax, of: ax.fill_between(of(A), of(B), of(B + 1), where=of(B) > 2)),
    "boxplot": (flat, lambda ax, of: ax.boxplot([of(A), of(B)], positions=of([1.0, 2.0]))),
    "violinplot": (flat, lambda ax, of: ax.violinplot([of(A), of(B)])),
    "pcolormesh": (flat, lambda ax, of: ax.pcolormesh(of(X), of(Y), of(Z))),
    "pie": (flat, lambda ax, of: ax.pie(of(A))),
    "step and stem": (flat, lambda ax, of: (ax.step(of(A), of(B)), ax.stem(of(A), of(B)))),
    "lines": (flat, lambda ax, of: (ax.axhline(of(1.0)), ax.vlines(of(A), of(0 * A), of(B)), ax.axvline(of(2.0)))),
    "limits": (flat, lambda ax, of: (ax.set_xlim(of(0.0), of(3.0)), ax.set_ylim(of([0.0, 2.0])), ax.set_xticks(of(A)))),
    "words": (flat, lambda ax, of: (ax.annotate("x", of([0.2, 0.3]), of([0.5, 0.6])), ax.text(of(0.1), of(0.2), "y"))),
    "numbers in words": (flat, lambda ax, of: ax.set_title(f"{of(B).mean():.3f}")),
}


def recorded(values):
    x = np.array(numpy.asarray(values))
    x.attach_grad()
    with autograd.record():
        return x * 1


def picture(axes, draw, of):
    figure = plt.figure(figsize=(2, 2), dpi=50)
    try:
        draw(axes(figure), of)
        figure.canvas.draw()
        return numpy.array(figure.canvas.buffer_rgba())
    finally:
        plt.close(figure)


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_picture_is_that_of_numpys_arrays(name):
    axes, draw = DRAWINGS[name]
    expected = picture(axes, draw, numpy.asarray)
    for of in (lambda values: np.array(numpy.asarray(values)), recorded):
        assert numpy.array_equal(picture(axes, draw, of), expected)
