"""A user's file is either usable data or refused with a sentence that says what is wrong with it."""

import io

import numpy
import pytest

from minigrad.datasets import from_npz
from minigrad.errors import FileError, MissingFileError

X, Y = numpy.arange(40.0).reshape(20, 2), numpy.arange(20) % 2


def test_arrays_are_split_and_stay_together(tmp_path):
    numpy.savez(tmp_path / "data.npz", x=X, y=Y.astype(float))
    (x_train, y_train), (x_test, y_test) = from_npz(tmp_path / "data.npz", test_fraction=0.3, seed=1)
    assert (x_train.shape, x_test.shape) == ((14, 2), (6, 2))
    assert (x_train.dtype, y_train.dtype) == ("float32", "int64")
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert (x.asnumpy()[:, 0] // 2 % 2 == y.asnumpy()).all()


NAN, INF = X.copy(), X.copy()
NAN[17, 1], INF[3, 0], INF[4, 0] = numpy.nan, numpy.inf, -numpy.inf


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"x": X}, r"has no array 'y', only 'x'\); write it with numpy\.savez\(path, x=x, y=y\)"),
        ({}, r"has no array 'x', only other files"),
        ({"x": X[:, :0], "y": Y}, r"x of shape \(20, 0\) and y of shape \(20,\); expected \(n, features\)"),
        ({"x": X, "y": numpy.zeros(20, int)}, "has only one class in y, 0; expected at least two"),
        ({"x": X, "y": numpy.where(Y, numpy.inf, 0)}, "has the label inf in row"),
        ({"x": X, "y": numpy.where(Y, 3_000_000, 0)}, "has the label 3000000 in row .* from 0 to 999,999"),
        ({"x": X[:1], "y": Y[:1]}, "has 1 sample, too few"),
        ({"x": X, "y": Y[:5]}, r"x of shape \(20, 2\) and y of shape \(5,\)"),
        ({"x": X[:, 0], "y": Y}, r"x of shape \(20,\)"),
        ({"x": X.astype("U"), "y": Y}, "dtype <U32"),
        ({"x": X, "y": Y.astype("complex64")}, "y of dtype complex64"),
        ({"x": NAN, "y": Y}, "NaN or infinite in float32, 1 of 40, the first in row 17"),
        ({"x": INF, "y": Y}, "NaN or infinite in float32, 2 of 40, the first in row 3"),
        ({"x": X, "y": Y - 1}, "has the label -1 in row 0 of y"),
        ({"x": X, "y": Y + 0.5}, r"has the label 0\.5 in row"),
        ({"x": X, "y": numpy.where(Y, numpy.nan, 0)}, "has the label nan in row"),
        ({"x": X[:2], "y": Y[:2]}, "has 2 samples, too few"),
        ({"x": X[:0], "y": Y[:0]}, "has 0 samples, too few"),
        ({"x": numpy.array([[{}]]), "y": Y[:1]}, r"read as \.npz .*'x' holds Python objects.*pickle runs code"),
    ],
)
def test_unusable_arrays_are_named(tmp_path, arrays, sentence):
    numpy.savez(tmp_path / "data.npz", **arrays)
    with pytest.raises(FileError, match=sentence):
        from_npz(tmp_path / "data.npz")


def test_a_file_that_is_not_there_or_not_npz_is_refused(tmp_path):
    with pytest.raises(MissingFileError, match=r"no file .*data\.npz"):
        from_npz(tmp_path / "data.npz")
    whole = io.BytesIO()
    numpy.savez(whole, x=X, y=Y)
    for content in (b"", b"x,y\n1,2\n", whole.getvalue()[:300]):
        (tmp_path / "data.npz").write_bytes(content)
        with pytest.raises(FileError, match=r"cannot be read as \.npz"):
            from_npz(tmp_path / "data.npz")
    with pytest.raises(FileError, match="cannot be read"):
        from_npz(tmp_path)
