"""Command lines with one wrong word: every option and every argument of every command, found in its parser."""

import argparse

from minigrad.cli import parser

USUAL = {
    ("compare",): ["--only", "sgd", "--epochs", "1", "--seeds", "1"],
    ("train",): ["--epochs", "1"],
    ("surface",): ["--steps", "2", "--out", "surface.png"],
}
"""What makes a command short, if all words are right."""
ELSEWHERE = {"bench", "check", "explore", "figures", "forms", "launch", "progress", "report", "tutorials"}
"""Commands that start other processes, or take seconds where all words are right."""
WORDS = [
    "", " ", "nan", "inf", "-inf", "-1", "0", "1", "1.5", "1e400", str(10**30), "9" * 5000, "x", "None", "[]", "é",
    "\0", "\ud800", ".", "/", "/nowhere/at/all.npz", "~nobody/x.py", "adam", "adam,adam", ",", "--", "a" * 300, "%s",
]  # fmt: skip


def lines():
    """All of them, each a list of words."""
    for command, one in commands((), parser()):
        usual = USUAL.get(command, [])
        for action in one._actions:
            if isinstance(action, argparse._HelpAction | argparse._SubParsersAction | argparse._StoreTrueAction):
                continue
            for word in WORDS:
                if action.option_strings:
                    yield [*command, *usual, action.option_strings[-1], word]
                else:
                    yield [*command, *usual, word]


def commands(names, one):
    """Pairs of the words of a command and its parser."""
    below = next((a for a in one._actions if isinstance(a, argparse._SubParsersAction)), None)
    if names:
        yield names, one
    for name, child in (below.choices if below else {}).items():
        if name not in ELSEWHERE:
            yield from commands((*names, name), child)
