"""Programs written for Gluon, with only the name of the library changed: they print what MXNet 1.9.1 prints."""

import json
import re
from collections import Counter
from pathlib import Path

import numpy
import pytest

import minigrad
from minigrad import autograd, gluon, nd, np, npx
from minigrad.errors import MinigradError
from minigrad.gluon import naming

PROGRAMS = json.loads((Path(__file__).parents[1] / "data" / "gluon_code.json").read_text(encoding="utf-8"))["programs"]


@pytest.mark.parametrize("program", PROGRAMS, ids=[program["kind"] for program in PROGRAMS])
@pytest.mark.filterwarnings("ignore")
def test_a_program_prints_what_mxnet_prints(program, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(naming._top, "count", Counter())  # each program counts its layers from 0
    names = {
        "mx": minigrad, "nd": nd, "np": np, "npx": npx, "gluon": gluon, "autograd": autograd, "nn": gluon.nn,
        "rnn": gluon.rnn, "onp": numpy,
    }  # fmt: skip
    code = "\n".join(program["code"])
    if program["mxnet"] == "raises":
        with pytest.raises(MinigradError):
            exec(code, names)
    else:
        exec(code, names)
        told = re.sub(r", ctx=gpu\(\d\)", "", capsys.readouterr().out)  # MXNet ran on a CPU
        assert " ".join(told.split()) == program["mxnet"]
