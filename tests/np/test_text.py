"""Text files hold what NumPy reads and writes, appear whole, and are refused in a sentence."""

import bz2
import gzip
import io
import lzma

import numpy
import pytest

from minigrad import np
from minigrad.errors import FileError

M = numpy.array([[1.5, -2.25], [0.0, 1e-3]])
UNPACK = {"": bytes, ".gz": gzip.decompress, ".bz2": bz2.decompress, ".xz": lzma.decompress}


@pytest.mark.parametrize("suffix", UNPACK)
@pytest.mark.parametrize("reader", [np.loadtxt, np.genfromtxt])
def test_files_are_those_of_numpy_packed_by_their_names(reader, suffix, tmp_path):
    path = tmp_path / f"table.txt{suffix}"
    np.savetxt(path, np.array(M), delimiter=",", header="größe", encoding="utf-8")
    theirs = io.StringIO()
    numpy.savetxt(theirs, M, delimiter=",", header="größe")
    assert UNPACK[suffix](path.read_bytes()).decode() == theirs.getvalue()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    numpy.testing.assert_array_equal(reader(path, "float64", delimiter=",").asnumpy(), M)
    numpy.testing.assert_array_equal(numpy.loadtxt(path, delimiter=",", encoding="utf-8"), M)


def test_lines_and_open_files_are_read_and_written_as_by_numpy():
    assert np.loadtxt(["1 2", "3 4"]).tolist() == [[1, 2], [3, 4]]
    target = io.StringIO()
    np.savetxt(target, np.array([1, 2]), fmt="%d")
    assert target.getvalue() == "1\n2\n" and np.genfromtxt(io.StringIO("1\n2\n")).tolist() == [1, 2]


def test_an_error_while_writing_leaves_the_old_file(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(ValueError, match="Expected 1D or 2D"):
        np.savetxt(tmp_path / "a", np.ones((2, 2, 2)))
    assert (tmp_path / "a").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", b"1 2\n3 x\n", "could not convert string 'x'"),
        ("a.txt", b"1 2\n3\n", "columns changed from 2 to 1"),
        ("a.txt", b"\xff\xfe\x00", "decode"),
        ("a.txt.gz", b"1 2\n", "Not a gzipped file"),
        ("a.txt.gz", gzip.compress(b"1 2\n", mtime=0)[:-9], "state that they unpack to"),
        ("a.txt.bz2", b"1 2\n", "Invalid data stream"),
        ("a.txt.xz", b"1 2\n" * 9, "format not supported"),
        ("a.txt.gz", gzip.compress(b"0 0\n" * (8 << 20), mtime=0), r"its \d+ bytes state that they unpack to 33554432"),
        ("a.txt.bz2", bz2.compress(bytes(32 << 20)), "unpacks to more than 4194304 bytes"),
    ],
)
def test_files_without_numbers_are_refused_with_their_path(name, content, sentence, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=rf"loadtxt\(\) cannot read '.*{name}': .*{sentence}.*\.$"):
        np.loadtxt(tmp_path / name, encoding="utf-8")


@pytest.mark.parametrize(("reader", "most"), [(np.loadtxt, 4 << 20), (np.genfromtxt, 256 << 10)])
def test_a_bomb_is_what_would_take_a_reader_too_much_memory(reader, most, tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"1" * 99 + b" " * (most - 99)))
    assert reader(path, "float64") == float("1" * 99)
    path.write_bytes(gzip.compress(b"1" * 99 + b" " * (most - 98)))
    with pytest.raises(FileError, match=rf"unpack to {most + 1}; if so, unpack it first\."):
        reader(path)


def test_an_argument_that_numpy_does_not_know_is_not_the_files_fault(tmp_path):
    (tmp_path / "a").write_text("1 2")
    with pytest.raises(TypeError, match="colour"):
        np.loadtxt(tmp_path / "a", colour="red")
