"""A states file cannot choose code: whatever stands in its fields, it is refused, or it trains as an optimizer does."""

import copy
import json
import zipfile

import numpy
import pytest

from minigrad import autograd, gluon, lr_scheduler, np
from minigrad.errors import MinigradError
from minigrad.optimizer.run import reading
from minigrad.serialization import NOTE

CODE = "__import__('pathlib').Path('pwned').touch()"
PAYLOADS = [
    CODE,
    [CODE, CODE],
    {"pairs": [[CODE, CODE]]},
    {CODE: CODE},
    None,
    -1,
    1e400,
    True,
    [[0, {"class": CODE}]],
]
ADDED = [
    "states", "update", "step", "rule", "named", "__class__", "__dict__", "_name", "lr_scheduler", "param_dict",
    "learning_rate", "get_config", "set_config", "former_states", "symbols", "elementwise", "register", CODE, "gamma",
]  # fmt: skip


def trainer_of(name):
    net = gluon.nn.Dense(2, in_units=3, prefix="net_")
    net.initialize("ones")
    arguments = {"lr_scheduler": lr_scheduler.FactorScheduler(step=2, factor=0.5, base_lr=0.1)}
    if name == "lars":
        arguments["momentum"] = 0.9
    return net, gluon.Trainer(net.collect_params(), name, arguments)


def step(net, trainer):
    with autograd.record():
        loss = net(np.ones((4, 3))).sum()
    loss.backward()
    trainer.step(4)


def fields(value, path=()):
    """Every place in nested lists and dicts."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from fields(inner, (*path, key))


def at(note, path):
    for key in path:
        note = note[key]
    return note


def rewritten(source, target, note, rename=None):
    """The file with another note, and perhaps with other names of its arrays."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            data = json.dumps(note) if member == NOTE else old.read(member)
            new.writestr(rename(member) if rename and member != NOTE else member, data)


@pytest.fixture(params=["adam", "lars"])
def saved(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net, trainer = trainer_of(request.param)
    step(net, trainer)
    trainer.save_states("good")
    with zipfile.ZipFile("good") as archive:
        return request.param, json.loads(archive.read(NOTE))


def tried(name):
    """Load the file and take a step: refused by a sentence, with nothing changed, or trained."""
    net, trainer = trainer_of(name)
    before = trainer.optimizer
    with reading("numpy"):
        try:
            trainer.load_states("bad")
        except MinigradError as error:
            assert str(error)
            assert trainer.optimizer is before and trainer.optimizer.num_update == 0
            step(net, trainer)
            return False
        try:
            step(net, trainer)
        except MinigradError:
            return False
    assert numpy.isfinite(net.weight.data().asnumpy()).all()
    return True


def test_code_in_any_field_is_not_run(saved, tmp_path):
    name, note = saved
    places = list(fields(note))
    assert len(places) > 40
    for path in places:
        for payload in PAYLOADS:
            bad = copy.deepcopy(note)
            at(bad, path[:-1])[path[-1]] = payload
            rewritten("good", "bad", bad)
            tried(name)
            assert not (tmp_path / "pwned").exists(), path


def test_a_field_that_is_added_is_refused_or_means_nothing(saved, tmp_path):
    name, note = saved
    for path in [(), *[p for p in fields(note) if isinstance(at(note, p), dict)]]:
        for added in ADDED:
            bad = copy.deepcopy(note)
            at(bad, path)[added] = [CODE]
            rewritten("good", "bad", bad)
            loaded = tried(name)
            assert not (tmp_path / "pwned").exists()
            assert not (loaded and path[-1:] == ("attributes",)), added


def test_code_in_the_names_of_arrays_is_not_run(saved, tmp_path):
    name, note = saved
    for rename in (lambda m: CODE + m, lambda m: f"../{m}", lambda m: m.replace("0", CODE), lambda m: m[::-1]):
        rewritten("good", "bad", note, rename)
        tried(name)
        assert not (tmp_path / "pwned").exists()


def test_unless_all_fits_nothing_changes(saved):
    name, note = saved
    net, trainer = trainer_of(name)
    step(net, trainer)
    before = dict(trainer._updaters[0].states)
    for field, value in [("counts", [[0, -1]]), ("generators", {"0": {}}), ("num_update", "x"), ("keys", [0, 0])]:
        rewritten("good", "bad", note | {"meta": note["meta"] | {field: value}})
        with pytest.raises(MinigradError):
            trainer.load_states("bad")
        assert trainer._updaters[0].states == before and trainer.optimizer.num_update == 1
