"""The command `minigrad equations`: what it prints about one optimizer, and about all."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minigrad import cli, compare, optimizer
from minigrad.optimizer import Optimizer

ROOT = Path(cli.__file__).parents[1]


def printed(capsys, *argv):
    assert cli.main(["equations", *argv]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("worked", [[], ["--worked"]])
@pytest.mark.parametrize("name", compare.optimizers())
def test_all_about_one_optimizer_fits_into_80_columns(name, worked, capsys):
    out = printed(capsys, name, *worked)
    assert max(map(len, out.splitlines())) <= 80
    assert "\n    w_t = " in out or "\n      w_t = " in out
    headings = ["  with rescale_grad, clip_gradient and wd:", "  symbols:", "  defaults:", "  source:"]
    assert [line for line in out.splitlines() if line in headings] == headings
    assert (ROOT / f"tutorials/rules/{name}.md").is_file() and f"/rules/{name}.md (" in out
    assert bool(re.search(r"\n  worked by hand(, with [^:]+)?:\n\n    step 1: w_0 = ", out)) == bool(worked)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("signum", ["momentum=0.0"]),
        ("sgd", ["momentum=0.9"]),
        ("nag", ["momentum=0.9"]),
        ("rmsprop", ["centered=True", "clip_weights=0.9"]),
        ("lamb", ["bias_correction=False", "lower_bound=0.1, upper_bound=10.0"]),
        ("lars", ["momentum=0.9"]),
        ("dcasgd", ["momentum=0.9", "beta=0.95"]),
        ("adam", []),
        (
            "lbsgd",
            [
                "momentum=0.9",
                "batch_scale=2",
                "batch_scale=2, warmup_strategy='power2'",
                "batch_scale=2, warmup_strategy='sqrt'",
                "warmup_strategy='lars'",
            ],
        ),
    ],
)
def test_every_form_of_a_rule_is_shown_once(name, labels, capsys):
    lines = printed(capsys, name).splitlines()
    found = [line.strip() for line in lines if line.startswith("  with ") and "=" in line]
    assert found == [f"with {label}:" for label in labels]


def test_both_forms_of_signum_are_there_with_what_they_mean_and_where_they_are_from(capsys):
    out = printed(capsys, "Signum")
    assert "\n    v_t = γ v_{t-1} + (1 - γ) g_t\n    w_t = (1 - η δ') w_{t-1} - η sign(v_t)\n" in out
    assert "\n  with momentum=0.0:\n\n    w_t = (1 - η δ') w_{t-1} - η sign(g_t)\n" in out
    assert "\n    g_t = clip(ρ ∇_t, -c, c) + δ w_{t-1}\n" in out
    assert "\n    g_t       gradient, as used by the rule\n" in out
    assert "\n    ∇_t       gradient, as passed in\n" in out
    assert "\n    γ = 0.9   momentum\n" in out
    assert "\n    Signum(learning_rate=0.01, momentum=0.9, wd_lh=0.0)\n" in out
    assert "ICML 2018, Algorithms 1\n    (signSGD) and 2 (Signum)." in out


def test_a_value_that_differs_between_the_forms_is_left_out_of_their_legend(capsys):
    out = printed(capsys, "lbsgd")
    assert "\n    B            batch_scale, how many small batches make a large one\n" in out
    assert "\n    U = 32       updates_per_epoch, small batches in an epoch\n" in out


def test_without_a_name_the_rules_of_all_are_printed(capsys):
    out = printed(capsys)
    assert out.count("\n    w_t = ") >= len(compare.optimizers())
    assert "  with momentum=0.9:\n\n    v_t = γ v_{t-1} - η g_t\n    w_t = w_{t-1} + v_t\n" in out
    assert "source:" not in out


def test_worked_by_hand(capsys):
    out = printed(capsys, "sgd", "--lr", "0.01", "--worked")
    assert out.endswith(
        "  worked by hand, with learning_rate=0.01:\n\n"
        "    step 1: w_0 = 1, g_1 = 0.5\n      w_1 = w_0 - η g_1 = 1 - 0.01·0.5 = 0.995\n"
        "    step 2: w_1 = 0.995, g_2 = -0.25\n      w_2 = w_1 - η g_2 = 0.995 - 0.01·(-0.25) = 0.9975\n"
    )


@pytest.mark.parametrize("name", compare.optimizers())
def test_each_step_by_hand_can_be_seen_in_the_weight(name, capsys):
    by_hand = printed(capsys, name, "--worked").split("worked by hand")[1]
    before = dict(re.findall(r"step (\d): w_\d = (\[+[^\]]*\]|\S+),", by_hand))
    held = name == "lbsgd"  # it takes a step with every second gradient
    assert (before["1"] == before["2"]) is held
    last = re.findall(r"^      w_2 = (?:.|\n {8})*? = (\[+[^\]]*\]+|-?[\d.]+)$", by_hand, flags=re.M)
    assert len(last) == 1 and last != [before["2"]]


def test_what_is_worked_shows_what_sets_the_rule_apart(capsys):
    shown = {
        "sgd": "v_2 = γ v_1 - η g_2 = ",
        "nag": "p_1 = w_1 - γ v_1 = ",
        "rmsprop": "m_2 = ρ m_1",
        "lbsgd": "scale_2 = 1 + (B - 1) (t / N)",
        "lars": "v_2 = γ correction_2 v_1",
    }
    for name, line in shown.items():
        assert f"\n      {line}" in printed(capsys, name, "--worked")


def test_arguments_make_the_rule_that_is_printed(capsys):
    out = printed(capsys, "sgd", "--momentum", "0.8", "--wd=0.1", "--worked")
    assert "\n    g_t = ∇_t + δ w_{t-1}\n    v_t = γ v_{t-1} - η g_t\n    w_t = w_{t-1} + v_t\n" in out
    assert "\n    γ = 0.8   momentum\n" in out and "\n    v_0 = 0   velocity, before the first step\n" in out
    assert "\n  arguments:\n\n    SGD(learning_rate=0.01, momentum=0.8, wd=0.1)\n" in out
    assert "\n  worked by hand, with momentum=0.8, wd=0.1:\n" in out
    assert "  with rescale_grad" not in out and max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ("sgd --momentm 0.9", "sgd has no argument --momentm; did you mean '--momentum'"),
        ("sgd --momentum", "--momentum needs a value after it"),
        ("sgd --lr 1 --learning_rate 2", "--learning_rate is given twice"),
        ("sgd --momentum 2", "momentum=2.0 cannot be used"),
        ("addam --worked", "'addam'; did you mean 'adam'"),
    ],
)
def test_arguments_that_cannot_be_used_get_a_sentence(argv, sentence, capsys):
    assert cli.main(["equations", *argv.split()]) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err


def test_a_rule_without_a_docstring_or_a_source_is_printed_too(capsys):
    class Bare(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * g

    optimizer.register(Bare)
    out = printed(capsys, "bare")
    assert "source:" not in out and "tutorials/rules" not in out


def test_a_terminal_without_greek_letters_gets_question_marks_not_an_error():
    command = [sys.executable, "-m", "minigrad", "equations", "sgd"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"w_t = w_{t-1} - ? g_t" in done.stdout
