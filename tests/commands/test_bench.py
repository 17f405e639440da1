"""`minigrad bench`: what it prints, writes and draws, and what it says of what is absent or cannot be used."""

import json
import re
import statistics
import sys
import time

import pytest

from minigrad import cli
from minigrad.bench import layers, optimizers, training
from minigrad.bench.machine import PEERS, described, machine
from minigrad.bench.race import Contestant, Race, Times
from minigrad.commands import bench
from tests.fuzz.commands import WORDS


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for module in ("minigrad.commands.bench", "minigrad.bench.machine"):
        monkeypatch.setattr(f"{module}.num_gpus", lambda: 0)


@pytest.fixture
def small(monkeypatch):
    """Short races, and no other library."""
    for package in PEERS:
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(optimizers, "SIZES", (10, 200))
    monkeypatch.setattr(training, "NETWORKS", {"5-4-4-3, batch 2": (2, 5, 4, 4, 3)})


def races(monkeypatch, *steps):
    """Let it have one part: a race for each pair of steps, ours and another's."""

    def race(k, ours, other):
        entry = {"minigrad": lambda: Contestant(ours, list)}, {"other": lambda: Contestant(other, list)}
        return Race("training", f"task {k}", *entry)

    monkeypatch.setattr(bench, "PARTS", {"training": lambda every: (race(k, *pair) for k, pair in enumerate(steps))})


def test_every_race_has_a_table_and_the_file_has_its_times(small, tmp_path, capsys):
    assert cli.main(["bench", "training", "optimizers", "--rounds", "3", "--json", "b.json", "--plot", "b.png"]) == 0
    out, err = capsys.readouterr()
    assert max(map(len, out.splitlines())) <= 80
    assert "round" in err and not err.rstrip(" \r").endswith("s/round]")  # a progress bar, which is cleared
    found = json.loads((tmp_path / "b.json").read_text())
    assert found["rounds"] == 3 and "numpy" in found["versions"] and found["processor"]
    assert {race["part"] for race in found["races"]} == {"training", "optimizers"}
    for race in found["races"]:
        (block,) = [block for block in out.split("\n\n") if block.startswith(race["task"])]
        rows = {line[2:28].strip(): line[28:] for line in block.splitlines()[1:]}
        for name, seconds in race["seconds"].items():
            assert len(seconds) == 3 and min(seconds) > 0
            number, unit = rows[name].split()[:2]
            scale = {"µs": 1e6, "ms": 1e3, "s": 1}[unit]
            assert float(number) == pytest.approx(scale * statistics.median(seconds), abs=0.06, rel=2e-3)
        for mine, others in race["ratios"].items():
            for other, quartiles in others.items():
                each = [b / a for a, b in zip(race["seconds"][mine], race["seconds"][other])]
                assert quartiles[1] == pytest.approx(statistics.median(each), rel=2e-3)
                column = bench.TIME + bench.RATIO * list(race["ratios"]).index(mine)
                middle, low, high = map(float, re.findall(r"[\d.]+", rows[other][column : column + bench.RATIO]))
                assert (low, middle, high) == pytest.approx(quartiles, abs=0.006, rel=6e-3)
    by_hand = [race for race in found["races"] if race["part"] == "training"]
    assert all(list(race["ratios"]["hybridized"]) == ["NumPy, by hand"] for race in by_hand) and len(by_hand) == 2
    assert re.search(r"training, geometric means .*\n  NumPy, by hand +2 tasks", out)
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.json", "b.png"]


def test_what_is_not_installed_is_said_in_one_sentence_and_left_out(small, capsys):
    assert cli.main(["bench", "training", "--rounds", "1"]) == 0
    out = capsys.readouterr().out
    (said,) = re.findall(r"Not installed, and left out: ([^.]*)\.", out)
    assert said.replace("\n", " ") == ", ".join(f"{title} (pip install {name})" for name, title in PEERS.items())
    assert not any(re.search(f"^  {title}", out, re.M) for title in PEERS.values())


def test_without_a_gpu_that_part_is_left_out_or_refused_if_it_was_asked_for(monkeypatch, capsys):
    races(monkeypatch, (int, int))
    monkeypatch.setitem(bench.PARTS, "gpu", lambda every: pytest.fail("it began"))
    assert cli.main(["bench", "--rounds", "1"]) == 0
    assert "There is no GPU here that CuPy can use: the part gpu is left out." in capsys.readouterr().out
    assert cli.main(["bench", "training", "gpu"]) == 2
    assert "no GPU here that CuPy can use, so the part gpu cannot run" in capsys.readouterr().err


def fail():
    raise ValueError("not today")


def test_a_contestant_that_fails_is_named_and_the_others_run_on(monkeypatch, tmp_path, capsys):
    races(monkeypatch, (int, fail), (int, int))
    assert cli.main(["bench", "--rounds", "1", "--json", "b.json"]) == 1
    assert "other: not measured: ValueError: not today" in capsys.readouterr().out
    first, second = json.loads((tmp_path / "b.json").read_text())["races"]
    assert first["failed"] and list(first["seconds"]) == ["minigrad"] and second["ratios"]["minigrad"]["other"]


def test_ctrl_c_ends_it_and_what_was_measured_is_in_the_file(monkeypatch, tmp_path, capsys):
    def interrupted():
        raise KeyboardInterrupt

    races(monkeypatch, (int, int), (int, interrupted))
    assert cli.main(["bench", "--rounds", "1", "--json", "b.json"]) == 130
    assert "stopped" in capsys.readouterr().err
    assert [race["task"] for race in json.loads((tmp_path / "b.json").read_text())["races"]] == ["task 0"]


def test_the_time_of_the_processor_is_taken_if_it_is_asked_for(monkeypatch, capsys):
    clocks = []
    races(monkeypatch, (int, int))
    monkeypatch.setattr(Race, "run", lambda self, rounds, each, clock: clocks.append(clock) or Times(self))
    for option in ([], ["--cpu-time"]):
        assert cli.main(["bench", *option]) == 0
        assert ("Times are processor times" in capsys.readouterr().out) == bool(option)
    assert clocks == [time.perf_counter, time.process_time]
    monkeypatch.setattr(bench, "num_gpus", lambda: 1)
    monkeypatch.setitem(bench.PARTS, "gpu", lambda every: pytest.fail("it began"))
    assert cli.main(["bench", "gpu", "--cpu-time"]) == 2
    assert "--cpu-time does not measure a GPU; name parts other than gpu" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ("layer", "no part is called 'layer'; did you mean 'layers'? Known names: optimizers, training, layers, gpu."),
        ("--plot a.txt", "'a.txt' does not end in .png"),
        ("--plot nowhere/a.png", "nowhere"),
        ("--json nowhere/a.json", "nowhere"),
        ("--json a.png --plot ./a.png", "--json and --plot are both 'a.png'; the picture needs another file."),
    ],
)
def test_what_it_cannot_use_is_said_before_it_starts(argv, sentence, capsys, tmp_path):
    assert cli.main(["bench", *argv.split()]) == 2
    out, err = capsys.readouterr()
    assert sentence in err and out == "" and len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["", "--rounds", "--json", "--plot"])
def test_no_word_ends_in_a_traceback(option, monkeypatch, capsys):
    races(monkeypatch, (int, int))
    for word in WORDS:
        try:
            status = cli.main(["bench", "--rounds", "1", *filter(None, [option]), word])
        except SystemExit as leaving:
            status = leaving.code
        assert status in (0, 2) and (status == 0) == (capsys.readouterr().err.count("\n") == 0), word


@pytest.mark.parametrize("part", [optimizers, training, layers])
@pytest.mark.parametrize("every", [False, True])
def test_no_task_or_name_is_too_long_for_its_column(part, every):
    for race in part.races(every):
        assert len(race.task) <= bench.NAME + bench.TIME
        assert all(len(name) <= bench.NAME - 2 for name in (*race.ours, *race.theirs))
        assert len(race.ours) <= 2


def test_a_busy_machine_is_said_to_be_one():
    for clock, load, said in (("perf_counter", 5.0, 1), ("perf_counter", 0.4, 0), ("process_time", 5.0, 0)):
        assert " ".join(described({**machine(clock), "load": load, "cores": 2})).count("--cpu-time is fairer") == said
