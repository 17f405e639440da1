"""The races on a GPU, on a stand-in for it: who takes part, what a copy moves, and a file with all of it."""

import json

import numpy
import pytest

from minigrad import cli, cpu
from minigrad.bench import gpu, machine
from minigrad.bench.optimizers import RULES, of_minigrad


@pytest.fixture(autouse=True)
def _stand_in(gpus, monkeypatch):
    gpus.cuda.runtime.memGetInfo = lambda: (1 << 20, 1 << 20)
    gpus.cuda.runtime.getDeviceProperties = lambda k: {"name": b"a stand-in"}
    gpus.get_default_memory_pool = lambda: type("Pool", (), {"free_all_blocks": lambda self: None})()
    monkeypatch.setattr(gpu, "has_torch", lambda: False)


def test_all_that_was_measured_is_in_the_file(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(gpu, "NETWORKS", {"tiny": (4, 5, 3, 2)})
    path = tmp_path / "speed.json"
    assert cli.main(["bench", "gpu", "--rounds", "2", "--json", str(path)]) == 0
    found = json.loads(path.read_text())
    assert found["gpu"] == "a stand-in" and "cupy" in found["versions"]
    steps, *rules = found["races"]
    assert steps["task"] == "tiny, adam" and list(steps["seconds"]) == ["minigrad", "hybridized"]
    assert [race["task"] for race in rules] == ["adam, 6,553 elements", "momentum, 6,553 elements"]
    for race in rules:
        assert list(race["seconds"]) == ["minigrad", "copies of as many bytes"] and race["failed"] == {}
    assert "a stand-in" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "arrays"), [("sgd", 3), ("momentum", 5), ("adam", 7), ("ftml", 9)])
def test_copies_move_what_the_rule_reads_and_writes(name, arrays, gpus, monkeypatch):
    moved = []
    monkeypatch.setattr(gpus, "copyto", lambda a, b: moved.append(a.nbytes + b.nbytes), raising=False)
    gpu.copies((RULES | gpu.OTHERS)[name], [(1000,)]).step()
    assert sum(moved) == 4 * 1000 * arrays


def test_with_every_rule_those_without_a_peer_run_too(monkeypatch):
    names = [race.task.partition(",")[0] for race in gpu.races(every=True)][len(gpu.NETWORKS) :]
    assert names == [*RULES, *gpu.OTHERS]


def test_ours_on_the_gpu_is_ours_on_the_cpu():
    pair = gpu.ours(RULES["adam"], [(30,)]), of_minigrad(RULES["adam"], [(30,)], cpu())
    for contestant in pair:
        contestant.step(), contestant.step()
    (there,), (here,) = (contestant.weights() for contestant in pair)
    numpy.testing.assert_allclose(there, here, rtol=1e-6)


def test_the_machine_has_the_gpus_name_only_if_there_is_one(monkeypatch):
    assert machine.machine("perf_counter")["gpu"] == "a stand-in"
    monkeypatch.setattr(machine, "num_gpus", lambda: 0)
    found = machine.machine("perf_counter")
    assert found["gpu"] is None and "cupy" not in found["versions"]
