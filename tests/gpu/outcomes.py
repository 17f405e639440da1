"""A plugin of pytest that writes down the outcome of each test at once, so that a run that is stopped is not lost.

The file is named by the environment variable MINIGRAD_OUTCOMES; a line is an outcome, the test, and of one that failed
the last lines of its report, with tabs between them.
"""

import os

LINES = 12

write = os.write  # tests replace functions of `os` and of files, so this is kept


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # the processes of pytest-xdist report to the first one
        config.pluginmanager.register(Outcomes(os.environ["MINIGRAD_OUTCOMES"]))


class Outcomes:
    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)

    def pytest_collectreport(self, report):
        if report.failed:
            self.write("error", report)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or not report.passed:
            self.write(report.outcome if report.when == "call" or report.skipped else "error", report)

    def write(self, outcome, report):
        why = report.longreprtext.splitlines()[-LINES:] if outcome in ("failed", "error") else []
        line = "\t".join([outcome, report.nodeid, *(text.replace("\t", " ") for text in why)])
        write(self.file, f"{line}\n".encode("utf-8", "backslashreplace"))
