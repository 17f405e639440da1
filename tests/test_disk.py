"""Files are written whole or not at all, keep their mode, and whatever cannot be one is refused with its path."""

import errno
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from minigrad import autograd, gluon, image, kv, np, npx, optimizer
from minigrad.datasets import from_npz
from minigrad.disk import check_writable, reading, replacing
from minigrad.errors import AccessError, FileError, MinigradError, MissingFileError
from minigrad.gluon.data.vision import MNIST, ImageFolderDataset
from minigrad.gluon.data.vision.datasets import read_idx
from minigrad.gluon.utils import check_sha1, download
from minigrad.serialization import load_arrays, save_arrays

ROOT = Path(__file__).parents[1]
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has neither modes nor pipes in folders")


def net():
    made = gluon.nn.Dense(1, in_units=2)
    made.initialize()
    return made


def trainer():
    return gluon.Trainer(net().collect_params(), "adam")


def store():
    made = kv.create("device")
    made.set_optimizer(optimizer.Adam())
    return made


def drawn(path):
    x = np.ones(2)
    x.attach_grad()
    with autograd.record():
        y = x * 2
    autograd.draw(y).save(path)


WRITERS = {
    "save_arrays": lambda path: save_arrays(path, {}),
    "save": lambda path: npx.save(path, np.ones(2)),
    "savez": lambda path: npx.savez(path, np.ones(2)),
    "savetxt": lambda path: np.savetxt(path, np.ones(2)),
    "parameters": lambda path: net().save_parameters(path),
    "dictionary": lambda path: net().collect_params().save(path),
    "trainer": lambda path: trainer().save_states(path),
    "store": lambda path: store().save_optimizer_states(path),
    "picture": drawn,
    "check": check_writable,
}
READERS = {
    "load_arrays": load_arrays,
    "load": npx.load,
    "loadtxt": np.loadtxt,
    "genfromtxt": np.genfromtxt,
    "imread": image.imread,
    "from_npz": from_npz,
    "parameters": lambda path: net().load_parameters(path),
    "dictionary": lambda path: net().collect_params().load(path),
    "trainer": lambda path: trainer().load_states(path),
    "store": lambda path: store().load_optimizer_states(path),
    "idx": lambda path: read_idx(path, 1),
    "checksum": lambda path: check_sha1(path, "0" * 40),
}
FOLDERS = {
    "mnist": MNIST,
    "images": ImageFolderDataset,
    "download": lambda path: download("no://where", path, retries=0),
}


def cases(*tables):
    return [pytest.param(call, id=name) for table in tables for name, call in table.items()]


@pytest.mark.parametrize("path", [None, 3, 2.5, b"x", ["x"], "", "a\0b", "\ud800"], ids=repr)
@pytest.mark.parametrize("call", cases(WRITERS, READERS, FOLDERS))
def test_what_is_no_path_is_refused_with_what_it_is(call, path, request):
    if (path is None or path == "") and "download" in request.node.name:
        pytest.skip("download() takes no path for the current folder")
    if isinstance(path, list) and "txt" in request.node.name:
        pytest.skip("NumPy takes a list of lines")
    with pytest.raises(MinigradError, match=r"path|folder"):
        call(path)


@posix
@pytest.mark.parametrize("kind", ["folder", "pipe", "socket"])
@pytest.mark.parametrize("call", cases(WRITERS, READERS))
def test_folders_devices_and_pipes_are_refused_at_once_and_stay(call, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    path = tmp_path / "it"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("it")
    before = path.stat().st_mode
    with pytest.raises(AccessError, match="'.*it' is a") as refusal:
        call(path)
    assert isinstance(refusal.value, OSError)
    assert path.stat().st_mode == before and [p.name for p in tmp_path.iterdir()] == ["it"]


@pytest.mark.parametrize("call", cases(WRITERS))
def test_a_full_disk_is_said_with_the_path_and_the_old_file_stays(call, tmp_path, monkeypatch):
    def fsync(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "old").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(AccessError, match=r"'.*old' cannot be written: no space left on device\.") as refusal:
        call(tmp_path / "old")
    assert refusal.value.errno == errno.ENOSPC
    assert [p.name for p in tmp_path.iterdir()] == ["old"] and (tmp_path / "old").read_bytes() == b"old"


@posix
def test_a_file_that_may_not_grow_is_said_by_the_system_itself(tmp_path):
    code = """
import resource, sys
import numpy
from minigrad.errors import AccessError
from minigrad.serialization import save_arrays
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save_arrays(sys.argv[1], {"w": numpy.zeros(1_000_000)})
except AccessError as error:
    print(error)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "a")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"'{tmp_path / 'a'}' cannot be written: file too large. The old file, if any, is unchanged.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", cases(WRITERS))
def test_a_folder_that_takes_no_files_is_said_with_the_path(call, tmp_path, monkeypatch):
    def refuse(path, flags, mode=0o777):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(AccessError, match=r"'.*new' cannot be written: permission denied"):
        call(tmp_path / "new")


@pytest.mark.parametrize("call", cases(READERS))
def test_a_file_that_may_not_be_read_is_said_with_the_path(call, tmp_path, monkeypatch):
    def refuse(self, *args):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    (tmp_path / "it").write_bytes(b"x")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AccessError, match=r"'.*it' cannot be read: permission denied"):
        call(tmp_path / "it")


@pytest.mark.parametrize("call", cases(READERS))
def test_a_missing_file_is_a_file_not_found_error_with_the_path(call, tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no (file|image) '.*nowhere'"):
        call(tmp_path / "nowhere")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MissingFileError, match=r"There is no (file|image) '.*file/below'"):
        call(tmp_path / "file" / "below")


@posix
@pytest.mark.parametrize("call", cases(WRITERS, READERS, FOLDERS))
def test_a_name_that_is_too_long_is_said(call):
    with pytest.raises(FileError, match="x" * 300):
        call("x" * 300)


@posix
@pytest.mark.parametrize("call", cases(WRITERS))
def test_a_link_to_itself_stays(call, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(AccessError, match="loop' cannot be written: it is a link to itself"):
        call(str(tmp_path / "loop"))
    assert [p.name for p in tmp_path.iterdir()] == ["loop"] and (tmp_path / "loop").is_symlink()


@posix
@pytest.mark.parametrize("call", cases(WRITERS))
def test_a_file_that_others_keep_in_a_folder_for_all_is_said_before_the_work(call, tmp_path, monkeypatch):
    (tmp_path / "a").write_text("theirs")
    tmp_path.chmod(0o1777)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(AccessError, match="a' cannot be written: only its owner, another user,"):
        call(str(tmp_path / "a"))
    assert (tmp_path / "a").read_text() == "theirs" and len(list(tmp_path.iterdir())) == 1
    tmp_path.chmod(0o777)  # where anybody may replace it
    call(str(tmp_path / "a"))


def test_a_folder_that_is_gone_can_be_said(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(MissingFileError, match=r"the current folder is gone"):
        npx.load("x")
    with pytest.raises(FileError, match=r"'x' cannot be written"):
        npx.save("x", np.ones(1))


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o604])
def test_the_new_file_has_the_mode_of_the_old_one(mode, tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(mode)
    npx.save(tmp_path / "a", np.ones(2))
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode
    assert npx.load(tmp_path / "a")[0].tolist() == [1, 1]


@posix
def test_a_first_file_has_the_mode_that_open_gives(tmp_path):
    (tmp_path / "b").write_bytes(b"")
    npx.save(tmp_path / "a", np.ones(2))
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@posix
def test_nobody_else_can_read_a_private_file_while_it_is_written(tmp_path):
    (tmp_path / "a").touch(0o600)
    with replacing(tmp_path / "a"):
        (temporary,) = tmp_path.glob(".minigrad-*")
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600


@posix
def test_the_file_reaches_the_disk_before_its_name_and_then_the_folder_does(tmp_path, monkeypatch):
    seen = []
    fsync = os.fsync

    def spy(descriptor):
        seen.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), (tmp_path / "a").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    npx.save(tmp_path / "a", np.ones(2))
    assert seen == [(False, False), (True, True)]


def test_an_error_of_the_network_is_not_taken_for_one_of_the_disk(tmp_path):
    with pytest.raises(ConnectionResetError), replacing(tmp_path / "a"):
        raise ConnectionResetError("broken")
    assert list(tmp_path.iterdir()) == []


def test_an_error_while_writing_leaves_the_old_file_and_no_other(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "a") as file:
        file.write(b"new")
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["a"] and (tmp_path / "a").read_bytes() == b"old"


@posix
def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    code = "import os, sys; from minigrad.disk import replacing\nwith replacing(sys.argv[1]): os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    (stale,) = tmp_path.iterdir()
    (tmp_path / ".minigrad-mine.tmp").write_bytes(b"of the user")
    with replacing(tmp_path / "b") as file:
        assert not stale.exists()
        writing = set(tmp_path.iterdir())
        file.write(b"b")
        npx.save(tmp_path / "a", np.ones(2))
        assert set(tmp_path.iterdir()) == writing | {tmp_path / "a"}
    assert sorted(p.name for p in tmp_path.iterdir()) == [".minigrad-mine.tmp", "a", "b"]
    assert (tmp_path / "b").read_bytes() == b"b"


def test_threads_that_write_into_one_folder_leave_each_other_alone(tmp_path):
    def write(name):
        try:
            for k in range(30):
                with replacing(tmp_path / name) as file:
                    file.write(b"%d" % k)
        except BaseException as error:
            failed.append(error)

    failed = []
    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "c"]


@posix
def test_a_process_killed_at_any_moment_leaves_one_file_or_the_other(tmp_path):
    code = """
import sys, itertools
from minigrad.disk import replacing
for k in itertools.count():
    with replacing(sys.argv[1]) as file:
        file.write(b"%d " % k * 20_000)
    print(k, flush=True)
"""
    for n in range(4):
        command = [sys.executable, "-c", code, str(tmp_path / "a")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            for _ in range(3 + n):
                process.stdout.readline()
            process.kill()
        numbers = (tmp_path / "a").read_bytes().split()
        assert len(numbers) == 20_000 and len(set(numbers)) == 1
    npx.save(tmp_path / "a", np.ones(1))
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_check_leaves_nothing_behind_and_the_old_file_alone(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    check_writable(tmp_path / "a")
    check_writable(tmp_path / "b")
    assert [p.name for p in tmp_path.iterdir()] == ["a"] and (tmp_path / "a").read_bytes() == b"old"


def test_a_disk_that_fails_while_it_is_read_is_said(tmp_path):
    (tmp_path / "a").write_bytes(b"whole")
    with pytest.raises(AccessError, match=r"'.*a' cannot be read: input/output error"), reading(tmp_path / "a"):
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_reading_gives_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"whole")
    with reading(tmp_path / "a") as file:
        assert file.read() == b"whole"
