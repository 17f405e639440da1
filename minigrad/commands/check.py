"""`minigrad check`: mark the answers in a file."""

import argparse
from pathlib import Path

from minigrad.exercises.sandbox import Limits, check_file


def run_check(arguments: argparse.Namespace) -> int:
    """Print the feedback on each answer; 0 if all are right."""
    limits = Limits(arguments.seconds, arguments.megabytes)
    named = Path(f"{arguments.file}.py")  # without the suffix, as exercises are named
    file = named if named.is_file() and not arguments.file.exists() else arguments.file
    found = check_file(file, arguments.exercise, without=arguments.without, hint=arguments.hint, limits=limits)
    for feedback in found:
        print(feedback)
    if len(found) > 1:
        print(f"{sum(map(bool, found))} of {len(found)} are right.")
    return 0 if all(found) else 1
