"""Arrays are found by their names, and a zip that says what cannot be is refused before memory is used for it."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy
import pytest

from minigrad import np, npx
from minigrad.archive import stem
from minigrad.errors import ArgumentError, FileError
from minigrad.serialization import load_arrays, save_arrays

ROOT = Path(__file__).parents[1]
A, B = numpy.arange(3.0), numpy.ones((2, 2), "float32")


def member(array):
    target = io.BytesIO()
    numpy.lib.format.write_array(target, array)
    return target.getvalue()


def note(names, **changed):
    return json.dumps({"format": "minigrad arrays", "version": 1, "names": names, "meta": {}} | changed)


def write(path, members, packing=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in members:
            archive.writestr(name, content)


def test_a_file_that_was_unpacked_and_packed_again_in_another_order_is_the_same(tmp_path):
    save_arrays(tmp_path / "a", {"0/1": A, "0/0": B, "../c": A + 1}, {"n": 1})
    with zipfile.ZipFile(tmp_path / "a") as archive:
        archive.extractall(tmp_path / "folder")
        names = sorted(archive.namelist(), reverse=True)
    with zipfile.ZipFile(tmp_path / "b", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("0") if hasattr(archive, "mkdir") else archive.writestr("0/", "")
        for name in names:
            archive.write(tmp_path / "folder" / name, name)
    loaded, meta = load_arrays(tmp_path / "b")
    assert list(loaded) == ["0/1", "0/0", "../c"] and meta == {"n": 1}
    assert (loaded["0/1"] == A).all() and (loaded["0/0"] == B).all() and (loaded["../c"] == A + 1).all()


def test_a_file_as_the_first_versions_wrote_it_is_read(tmp_path):
    members = [("minigrad.json", note(["0/0", "größe", "a.npy"], meta={"k": [1]}))]
    members += [("0/0.npy", member(A)), ("größe.npy", member(B)), ("a.npy.npy", member(A + 1))]
    write(tmp_path / "a", members)
    loaded, meta = load_arrays(tmp_path / "a")
    assert list(loaded) == ["0/0", "größe", "a.npy"] and meta == {"k": [1]}
    assert (loaded["größe"] == B).all() and (loaded["a.npy"] == A + 1).all()


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ([("a.npy", member(A))], "names an array 'b', which it does not have"),
        ([("a.npy", member(A)), ("c.npy", member(B))], "names an array 'b'"),
        ([("a.npy", member(A)), ("b.npy", member(B)), ("c.npy", member(B))], "has an array 'c', which its .* not name"),
        ([("a.npy", member(A)), ("b.npy", member(B)), ("c.txt", "x")], r"member 'c\.txt' is not an array"),
        ([("a.npy", member(A)), ("b.npy", member(B)), ("../b.npy", member(B))], "the name of its member .* is a path"),
        ([("a.npy", member(A)), ("b.npy", member(B)), ("/b.npy", member(B))], "the name of its member .* is a path"),
        ([("a.npy", member(A)), ("b.npy", member(B)), ("x\\b.npy", member(B))], "the name of its member .* is a path"),
        ([("a.npy", member(A)), ("b.npy", b"")], "'b' does not have the header"),
        ([("a.npy", member(A)), ("b.npy", member(B)[:-1])], r"'b' states shape \(2, 2\) of float32, but has 15 bytes"),
        ([("a.npy", member(A)), ("b.npy", member(B) + b"x")], "but has 17 bytes"),
        ([("a.npy", member(A)), ("b.npy", member(numpy.array(["x"])))], "'b' has dtype <U1; expected numbers"),
        ([("a.npy", member(A)), ("b.npy", b"\x93NUMPY\2\0\xff\xff\xff\x7f")], "'b' does not have the header"),
    ],
)
def test_members_that_are_not_those_of_the_note_are_refused(members, sentence, tmp_path):
    write(tmp_path / "a", [("minigrad.json", note(["a", "b"])), *members])
    with pytest.raises(FileError, match=sentence):
        npx.load(tmp_path / "a")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused_with_a_note_and_without(tmp_path):
    write(tmp_path / "a", [("minigrad.json", note(["a"])), ("a.npy", member(A)), ("a.npy", member(A + 1))])
    write(tmp_path / "b", [("a.npy", member(A)), ("a.npy", member(A + 1))])
    for name in ("a", "b"):
        with pytest.raises(FileError, match=r"two members 'a\.npy'"):
            npx.load(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "1", '"x"', "[" * 100_000, "{" * 9, "\xff", note(["a"], format="x"), note(["a"], version=0),
     note(["a"], version="1"), note(["a"], version=True), note(["a"], version=None), note("a"), note(None), note({}),
     note([1]), note([["a"]]), note([None]), note(["a", "a"]), note(["a"], meta=None), note(["a"], meta=[]),
     note(["\ud800"]), note(["a"] + ["x"] * 300_000)],
    ids=lambda text: text[:60],
)  # fmt: skip
def test_a_note_that_is_not_what_it_should_be_is_refused(text, tmp_path):
    write(tmp_path / "a", [("minigrad.json", text), ("a.npy", member(A))])
    with pytest.raises(FileError, match="is not a file of minigrad, or is damaged"):
        load_arrays(tmp_path / "a")


def test_a_note_that_could_not_be_read_again_is_not_written(tmp_path):
    with pytest.raises(ArgumentError, match=r"has 1\d{6} characters; only 1048576 fit"):
        save_arrays(tmp_path / "a", {}, {"x": "x" * (1 << 20)})
    names = {f"layer{k}." + "x" * 900: numpy.zeros(1) for k in range(1500)}
    save_arrays(tmp_path / "a", names)
    assert list(load_arrays(tmp_path / "a")[0]) == list(names)


def test_names_that_would_stand_in_one_place_are_refused(tmp_path):
    assert stem("../a") == "%2E%2E%2Fa"
    with pytest.raises(ArgumentError, match=r"'%2E%2E%2Fa' of an array is stored in the same place"):
        save_arrays(tmp_path / "a", {"../a": A, "%2E%2E%2Fa": B})
    with pytest.raises(ArgumentError, match="is too long"):
        save_arrays(tmp_path / "a", {"x" * 70_000: A})
    with pytest.raises(ArgumentError, match="two names that are the same as text"):
        npx.save(tmp_path / "a", {1: np.ones(1), "1": np.zeros(1)})
    with pytest.raises(ArgumentError, match="'arr_0' twice"):
        npx.savez(tmp_path / "a", np.ones(1), arr_0=np.ones(1))
    with pytest.raises(ArgumentError, match=r"'\.\./a' is a path"):
        npx.savez(tmp_path / "a", **{"../a": np.ones(1)})
    assert list(tmp_path.iterdir()) == []


def test_an_array_of_any_name_reaches_a_plain_file(tmp_path):
    npx.savez(tmp_path / "a", allow_pickle=np.ones(1), file_=np.zeros(2))
    assert sorted(numpy.load(tmp_path / "a").files) == ["allow_pickle", "file_"]


def test_another_byte_order_and_other_headers_are_read(tmp_path):
    numpy.savez(tmp_path / "a.npz", big=numpy.arange(3, dtype=">f4"), fortran=numpy.asfortranarray(B + [[1], [2]]))
    found = npx.load(tmp_path / "a.npz")
    assert found["big"].dtype == "float32" and found["big"].tolist() == [0, 1, 2]
    assert found["fortran"].tolist() == [[2, 2], [3, 3]]
    target = io.BytesIO()
    numpy.lib.format.write_array(target, A, version=(3, 0))
    write(tmp_path / "b.npz", [("a.npy", target.getvalue())])
    assert npx.load(tmp_path / "b.npz")["a"].tolist() == [0, 1, 2]


def test_python_objects_are_refused_without_advice_to_unpickle(tmp_path):
    numpy.savez(tmp_path / "a.npz", o=numpy.array([{}], dtype=object))
    with pytest.raises(FileError, match=r"'o' holds Python objects, which only pickle could read") as refusal:
        npx.load(tmp_path / "a.npz")
    assert "allow_pickle" not in str(refusal.value)


def test_large_arrays_that_pack_well_are_read_up_to_a_limit(tmp_path):
    numpy.savez_compressed(tmp_path / "zeros.npz", z=numpy.zeros(5_000_000))
    assert npx.load(tmp_path / "zeros.npz")["z"].shape == (5_000_000,)
    coins = numpy.tile(numpy.random.default_rng(0).integers(0, 2, 1 << 16, dtype="uint8"), 1200)
    with zipfile.ZipFile(tmp_path / "coins.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("z.npy", member(coins))
    assert (npx.load(tmp_path / "coins.npz")["z"].asnumpy() == coins).all()


BOMBS = """
import json, struct, sys, zipfile, zlib, gzip
from pathlib import Path
import numpy
folder = Path(sys.argv[1])
note = '{"format": "minigrad arrays", "version": 1, "names": ["w"], "meta": {}}'
head = numpy.lib.format.magic(1, 0) + b"v\\0" + b"{'descr': '|u1', 'fortran_order': False, 'shape': (1073741824,), }"
with zipfile.ZipFile(folder / "zeros.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("minigrad.json", note)
    with archive.open("w.npy", "w", force_zip64=True) as member:
        member.write(head.ljust(128))
        for _ in range(100):
            member.write(bytes(1 << 20))
with zipfile.ZipFile(folder / "note.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("minigrad.json", '{"x": [' + "[]," * (10 << 20) + "[]]}")
with zipfile.ZipFile(folder / "many.zip", "w") as archive:
    for k in range(60_000):
        archive.writestr(f"{k}.npy", b"")
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
def png(rows, size):
    packer = zlib.compressobj()
    data = b"".join(packer.compress(bytes(1 + 3 * size)) for _ in range(rows)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
    return b"\\x89PNG\\r\\n\\x1a\\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")
(folder / "honest.png").write_bytes(png(5000, 5000))
(folder / "lie.png").write_bytes(png(1, 4000))
idx = bytes([0, 0, 8, 1]) + struct.pack(">I", 100 << 20)
for name, suffix in (("honest.gz", b""), ("lie.gz", struct.pack("<I", 1 << 20))):
    packed = gzip.compress(idx + bytes(100 << 20))
    (folder / name).write_bytes(packed[: len(packed) - len(suffix)] + suffix)
(folder / "lines.txt.gz").write_bytes(gzip.compress(b"0 0\\n" * (30 << 18)))
(folder / "row.txt.gz").write_bytes(gzip.compress(b"1 " * (15 << 19)))
"""

READ = """
import sys, time
from pathlib import Path
import PIL.Image, PIL.PngImagePlugin, gzip, zipfile
from minigrad import image, np, npx
from minigrad.errors import FileError
from minigrad.gluon.data.vision.datasets import read_idx
readers = {".zip": npx.load, ".png": image.imread, ".gz": lambda path: read_idx(path, 1), ".txt.gz": np.loadtxt}
def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
for path in sorted(Path(sys.argv[1]).iterdir()):
    before, start = peak(), time.process_time()
    try:
        readers["".join(path.suffixes)](path)
        print(path.name, "was read")
    except FileError as error:
        if peak() - before > 100 or time.process_time() - start > 1:
            print(path.name, peak() - before, "MiB", time.process_time() - start, "seconds")
print("done")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux counts it")
def test_bombs_are_refused_within_a_second_and_100_mib(tmp_path):
    for code in (BOMBS, READ):
        command = [sys.executable, "-c", code, str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == 9 and done.stdout == "done\n"
