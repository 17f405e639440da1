"""Batches are split over devices, gradients clipped by one norm, and files fetched whole or not at all."""

import hashlib

import numpy
import pytest

from minigrad import autograd, cpu, np
from minigrad.errors import ArgumentError, DTypeError, FileError
from minigrad.gluon.utils import check_sha1, clip_global_norm, download, split_and_load, split_data

# Splitting


def test_split_data_cuts_along_the_batch_axis():
    data = np.array(numpy.arange(24.0).reshape(2, 6, 2))
    parts = split_data(data, 3, batch_axis=1)
    assert [part.shape for part in parts] == [(2, 2, 2)] * 3
    numpy.testing.assert_array_equal(numpy.concatenate([p.asnumpy() for p in parts], axis=1), data.asnumpy())


@pytest.mark.parametrize(("length", "sizes"), [(7, [3, 2, 2]), (6, [2, 2, 2]), (2, [1, 1, 0])])
def test_an_uneven_split_is_as_even_as_it_can_be(length, sizes):
    parts = split_data(np.arange(length), 3, even_split=False)
    assert [len(part) for part in parts] == sizes
    assert numpy.concatenate([part.asnumpy() for part in parts]).tolist() == list(range(length))


def test_an_uneven_split_must_be_asked_for():
    with pytest.raises(ArgumentError, match=r"7 samples \(axis 0 of shape \(7, 2\)\) .* 2 equal parts"):
        split_data(np.zeros((7, 2)), 2)


def test_split_and_load_puts_one_part_on_each_device():
    parts = split_and_load(numpy.arange(4, dtype="float32"), [cpu(0), cpu(1)])
    assert [(part.ctx, part.asnumpy().tolist()) for part in parts] == [(cpu(0), [0, 1]), (cpu(1), [2, 3])]
    assert split_and_load(np.ones(3), cpu(1))[0].ctx is cpu(1)


@pytest.mark.parametrize(
    "data", [[[1, 2], [3, 4]], [np.array([1, 2]), np.array([3, 4])], numpy.array([[1, 2], [3, 4]])], ids=type
)
def test_a_batch_that_is_no_tensor_yet_becomes_what_array_makes_of_it_and_is_not_changed(data):
    first, second = split_and_load(data, [cpu(0), cpu(1)])
    assert first.dtype == second.dtype == np.array(data).dtype
    first += 10
    assert (first.tolist(), second.tolist()) == ([[11, 12]], [[3, 4]])
    assert numpy.asarray(data).tolist() == [[1, 2], [3, 4]]


def test_gradients_pass_through_split_and_load():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        first, second = split_and_load(x, [cpu(0), cpu(1)])
        loss = first * 3 + (second * second).as_in_ctx(cpu(0))
    loss.backward()
    assert x.grad.asnumpy().tolist() == [3, 4]


# Clipping


def test_clipping_scales_all_arrays_by_one_factor():
    arrays = [np.array([3.0, 0.0]), np.array([[4.0]], ctx=cpu(1))]
    assert clip_global_norm(arrays, 2.5) == 5
    assert arrays[0].asnumpy().tolist() == [1.5, 0] and arrays[1].item() == 2


@pytest.mark.parametrize("check", [True, False])
def test_an_array_that_is_listed_twice_is_clipped_once(check):
    """As the gradient of an embedding is that an encoder and a decoder share."""
    shared, own = np.array([3.0]), np.array([4.0])
    assert float(clip_global_norm([shared, own, shared], 1.0, check_isfinite=check)) == 5
    assert [shared.item(), own.item()] == pytest.approx([0.6, 0.8])


def test_a_small_norm_leaves_the_arrays_as_they_are():
    arrays = [np.array([3.0]), np.array([4.0])]
    assert clip_global_norm(arrays, 5.0) == 5
    assert [array.item() for array in arrays] == [3, 4]


def test_unchecked_clipping_returns_the_norm_as_an_array():
    arrays = [np.array([3.0]), np.array([4.0], ctx=cpu(1), dtype="float64")]
    norm = clip_global_norm(arrays, 1.0, check_isfinite=False)
    assert norm.shape == (1,) and norm.item() == 5
    numpy.testing.assert_allclose([array.item() for array in arrays], [0.6, 0.8], rtol=1e-6)
    assert [str(array.dtype) for array in arrays] == ["float32", "float64"]


def test_the_norm_of_half_precision_does_not_overflow():
    arrays = [np.full((100,), 60000, dtype="float16")]
    assert clip_global_norm(arrays, 1.0) == pytest.approx(600000, rel=1e-3)
    assert arrays[0].dtype == "float16"
    numpy.testing.assert_allclose(arrays[0].asnumpy(), 0.1, rtol=1e-2)


@pytest.mark.parametrize("check", [True, False])
def test_half_precision_is_clipped_by_a_factor_with_all_its_digits(check):
    array = np.array([30000, 40000], dtype="float16")
    clip_global_norm(
        [array], 0.01, check_isfinite=check
    )  # the factor is 2e-7; next to it float16 has 1.8e-7 and 2.4e-7
    assert array.tolist() == pytest.approx([0.006, 0.008], rel=1e-3)


def test_whole_numbers_are_refused_before_anything_changes():
    arrays = [np.array([3.0]), np.array([4], dtype="int32")]
    with pytest.raises(DTypeError, match=r"arrays of floats in place, but got .*int32"):
        clip_global_norm(arrays, 1.0)
    assert arrays[0].item() == 3


def test_gradients_that_have_exploded_are_clipped_too():
    arrays = [np.array([3e25]), np.array([0.0, 4e25])]  # their squares are beyond float32, as in pytorch/pytorch#193006
    assert clip_global_norm(arrays, 1.0) == pytest.approx(5e25)
    assert [*arrays[0].tolist(), *arrays[1].tolist()] == pytest.approx([0.6, 0, 0.8])


@pytest.mark.parametrize("bad", [numpy.nan, numpy.inf])
def test_a_norm_that_is_not_finite_warns_and_changes_nothing(bad):
    arrays = [np.array([bad]), np.array([4.0])]
    with pytest.warns(UserWarning, match="The norm of the gradients is (nan|inf)") as told:
        clip_global_norm(arrays, 1.0)
    assert told[0].filename == __file__
    assert arrays[1].item() == 4


def test_nothing_to_clip_is_a_mistake():
    with pytest.raises(ArgumentError, match="at least one array"):
        clip_global_norm([], 1.0)


# Files


@pytest.fixture
def source(tmp_path):
    """A file to fetch, its URL, SHA-1 and SHA-256."""
    (tmp_path / "from").mkdir()
    file = tmp_path / "from" / "data.bin"
    file.write_bytes(b"0123456789" * 1000)
    content = file.read_bytes()
    return file, file.as_uri(), hashlib.sha1(content).hexdigest(), hashlib.sha256(content).hexdigest()


def test_check_sha1_tells_right_from_wrong(source):
    file, _, sha1, sha256 = source
    assert check_sha1(file, sha1) and check_sha1(file, sha256.upper())
    assert not check_sha1(file, "0" * 40) and not check_sha1(file, "0" * 64)


def test_download_into_a_folder_keeps_the_name(source, tmp_path):
    file, url, sha1, _ = source
    (tmp_path / "to").mkdir()
    name = download(url, tmp_path / "to", sha1_hash=sha1)
    assert name == str(tmp_path / "to" / "data.bin")
    assert (tmp_path / "to" / "data.bin").read_bytes() == file.read_bytes()


def test_download_makes_the_folder_of_a_file(source, tmp_path):
    file, url, _, sha256 = source
    name = download(url, tmp_path / "a" / "b.bin", sha1_hash=sha256)
    assert (tmp_path / "a" / "b.bin").read_bytes() == file.read_bytes() and name.endswith("b.bin")


def test_what_is_there_is_fetched_again_only_if_wrong_or_asked(source, tmp_path):
    file, url, sha1, _ = source
    here = tmp_path / "here.bin"
    here.write_bytes(b"mine")
    download(url, here)
    assert here.read_bytes() == b"mine"
    download(url, here, sha1_hash=sha1)
    assert here.read_bytes() == file.read_bytes()
    here.write_bytes(b"mine")
    download(url, here, overwrite=True)
    assert here.read_bytes() == file.read_bytes()


def test_a_wrong_checksum_leaves_no_file(source, tmp_path):
    _, url, sha1, _ = source
    with pytest.raises(FileError, match=f"Could not fetch {url}: its sha1 is {sha1}, not 0000"):
        download(url, tmp_path / "here.bin", sha1_hash="0" * 40, retries=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["from"]


def test_a_broken_connection_leaves_the_old_file(source, tmp_path, monkeypatch):
    import io
    import urllib.request
    from email.message import Message

    class Broken(io.BytesIO):
        headers = Message()

    Broken.headers["Content-Length"] = "10000"
    calls = []

    def urlopen(url, **kwargs):
        calls.append(url)
        return Broken(b"012")

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    (tmp_path / "here.bin").write_bytes(b"mine")
    with pytest.raises(FileError, match="the connection broke after 3 of 10000 bytes"):
        download("http://example.org/x", tmp_path / "here.bin", overwrite=True, retries=2)
    assert len(calls) == 3
    assert (tmp_path / "here.bin").read_bytes() == b"mine"


def test_a_missing_source_is_a_file_error(tmp_path):
    with pytest.raises(FileError, match="Could not fetch file:"):
        download((tmp_path / "nowhere").as_uri(), tmp_path / "here.bin", retries=0)
