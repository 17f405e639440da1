"""Files of arrays keep every bit, are never half written, and say what is wrong with them."""

import json
import os
import zipfile

import numpy
import pytest

from minigrad.errors import ArgumentError, DTypeError, FileError, MissingFileError
from minigrad.serialization import load_arrays, save_arrays
from tests.drawn import HealthCheck, given, hnp, settings, st

DTYPES = ["bool", "int8", "uint8", "int16", "int32", "int64", "uint64", "float16", "float32", "float64", "complex64"]


def test_every_dtype_comes_back_bit_for_bit(tmp_path):
    arrays = {dtype: numpy.array([[0, 1, 2], [3, 4, 5]]).astype(dtype) for dtype in DTYPES}
    save_arrays(tmp_path / "a", arrays)
    loaded, _ = load_arrays(tmp_path / "a")
    assert list(loaded) == DTYPES
    for name in DTYPES:
        assert loaded[name].dtype == arrays[name].dtype
        assert loaded[name].tobytes() == arrays[name].tobytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrays=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        hnp.arrays(st.sampled_from(["f2", "f4", "f8", "?"]), hnp.array_shapes(min_dims=0, min_side=0, max_side=3)),
        max_size=4,
    )
)
def test_any_name_and_any_shape_come_back(tmp_path, arrays):
    save_arrays(tmp_path / "a", arrays)
    loaded, meta = load_arrays(tmp_path / "a")
    assert list(loaded) == list(arrays) and meta == {}
    for name, array in arrays.items():
        assert loaded[name].shape == array.shape and loaded[name].tobytes() == array.tobytes()


@pytest.mark.parametrize("name", ["", "a.npy", "0/weight", "../up", "minigrad.json", "größe", "a\\b", "file", "a\0b"])
def test_awkward_names_are_kept_beside_each_other(tmp_path, name):
    arrays = {"a": numpy.zeros(1), name: numpy.ones(2)}
    save_arrays(tmp_path / "a", arrays)
    loaded, _ = load_arrays(tmp_path / "a")
    assert list(loaded) == ["a", name] and loaded[name].shape == (2,)


def test_the_layout_in_memory_does_not_matter(tmp_path):
    base = numpy.arange(24.0).reshape(2, 3, 4)
    save_arrays(tmp_path / "a", {"transposed": base.T, "strided": base[:, ::2, ::-1]})
    loaded, _ = load_arrays(tmp_path / "a")
    numpy.testing.assert_array_equal(loaded["transposed"], base.T)
    numpy.testing.assert_array_equal(loaded["strided"], base[:, ::2, ::-1])


def test_the_path_is_used_exactly_as_given(tmp_path):
    save_arrays(tmp_path / "net.params", {"w": numpy.ones(1)})
    assert [path.name for path in tmp_path.iterdir()] == ["net.params"]


def test_numpy_load_reads_the_file_too(tmp_path):
    save_arrays(tmp_path / "net.npz", {"0.weight": numpy.arange(3)}, {"epoch": 1})
    with numpy.load(tmp_path / "net.npz", allow_pickle=False) as file:
        assert file["0.weight"].tolist() == [0, 1, 2]


def test_the_note_keeps_numbers_strings_and_big_integers(tmp_path):
    meta = {"generator": {"state": 2**127 + 1}, "t": [1, 2.5, None, True], "name": "Ω"}
    save_arrays(tmp_path / "a", {}, meta)
    assert load_arrays(tmp_path / "a") == ({}, meta)


def test_a_note_that_json_cannot_hold_is_refused_and_the_old_file_stays(tmp_path):
    save_arrays(tmp_path / "a", {"w": numpy.ones(1)})
    with pytest.raises(ArgumentError, match=r"is not valid JSON: .*ndarray"):
        save_arrays(tmp_path / "a", {}, {"w": numpy.ones(1)})
    assert list(load_arrays(tmp_path / "a")[0]) == ["w"]


def test_objects_are_refused_and_the_old_file_stays(tmp_path):
    save_arrays(tmp_path / "a", {"w": numpy.ones(1)})
    with pytest.raises(DTypeError, match="Cannot save array 'o' of dtype object"):
        save_arrays(tmp_path / "a", {"o": numpy.array([{}])})
    assert list(load_arrays(tmp_path / "a")[0]) == ["w"]


def test_names_that_are_no_strings_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match="named by strings, not by 3"):
        save_arrays(tmp_path / "a", {3: numpy.ones(1)})


def test_arrays_on_a_device_are_fetched(tmp_path):
    class OnDevice:
        def get(self):
            return numpy.float32([1, 2])

    save_arrays(tmp_path / "a", {"w": OnDevice()})
    assert load_arrays(tmp_path / "a")[0]["w"].tolist() == [1, 2]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_writing_through_a_link_keeps_the_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    save_arrays(tmp_path / "link", {"w": numpy.ones(1)})
    assert (tmp_path / "link").is_symlink() and list(load_arrays(tmp_path / "real")[0]) == ["w"]


def test_a_missing_file_is_also_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no file .*nowhere"):
        load_arrays(tmp_path / "nowhere")
    with pytest.raises(MissingFileError, match=r"there is no folder .*create it first"):
        save_arrays(tmp_path / "no" / "net.params", {})


def test_files_of_others_are_named_as_such(tmp_path):
    (tmp_path / "text").write_text("hello")
    with pytest.raises(FileError, match="text' is not a file of minigrad, or is damaged"):
        load_arrays(tmp_path / "text")
    (tmp_path / "mx.params").write_bytes((0x112).to_bytes(8, "little") + bytes(40))
    with pytest.raises(FileError, match=r"is a file of MXNet, .* npx\.save\(file, npx\.load\('arrays\.npz'\)\) makes"):
        load_arrays(tmp_path / "mx.params")
    numpy.savez(tmp_path / "plain.npz", w=numpy.ones(2))
    with pytest.raises(FileError, match=r"it has no minigrad\.json"):
        load_arrays(tmp_path / "plain.npz")


def test_a_newer_format_is_refused_with_its_version(tmp_path):
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        note = {"format": "minigrad arrays", "version": 7, "names": [], "meta": {}}
        archive.writestr("minigrad.json", json.dumps(note))
    with pytest.raises(FileError, match=r"format version 7, .* update minigrad"):
        load_arrays(tmp_path / "a")


def test_pickled_objects_are_never_loaded(tmp_path):
    save_arrays(tmp_path / "a", {"w": numpy.ones(1)})
    with zipfile.ZipFile(tmp_path / "a") as archive:
        note = archive.read("minigrad.json")
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("minigrad.json", note)
        with archive.open("w.npy", "w") as member:
            numpy.lib.format.write_array(member, numpy.array([{}]), allow_pickle=True)
    with pytest.raises(FileError, match="'w' holds Python objects, which only pickle could read, and pickle runs code"):
        load_arrays(tmp_path / "a")


def test_no_damaged_byte_goes_unnoticed(tmp_path):
    """Every byte flipped, and every truncation: the data come back right or a FileError is raised."""
    data, meta = {"w": numpy.arange(5, dtype="float32")}, {"t": 3}
    save_arrays(tmp_path / "a", data, meta)
    whole = (tmp_path / "a").read_bytes()
    variants = [whole[:i] + bytes([whole[i] ^ 0x15]) + whole[i + 1 :] for i in range(len(whole))]
    variants += [whole[:i] for i in range(0, len(whole), 7)]
    noticed = 0
    for variant in variants:
        (tmp_path / "b").write_bytes(variant)
        try:
            loaded, note = load_arrays(tmp_path / "b")
        except FileError:
            noticed += 1
        else:
            assert note == meta and loaded["w"].tobytes() == data["w"].tobytes() and loaded["w"].dtype == "float32"
    assert noticed > len(variants) // 2
