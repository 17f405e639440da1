"""What a machine with a GPU can tell of minigrad, in at most six minutes: `tests/gpu/check.sh [FOLDER]`.

In this order, each part with a limit of its own: how fast it is (`minigrad bench gpu`, alone on the machine), the
tests that need a GPU (`pytest -m gpu`), and all tests with their arrays on the GPU (`pytest --on-gpu`). It needs
Python, pytest and CuPy, and no network; it compares with PyTorch, and uses numba and pytest-xdist, where they are.
Whatever was found until a part failed or ran out of time is kept. FOLDER then holds `results.json`, `results.md` (a
table for the README) and what each part printed.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 350
"""For everything."""
MOST = {"speed": 110, "marked": 110}
"""Seconds for a part; the last one has what is left."""
PROCESSES = 12


def main(folder):
    found = {"date": time.strftime("%Y-%m-%d"), "parts": {}}
    try:
        from minigrad import num_gpus
    except ImportError as error:
        return f"minigrad cannot be imported ({error}); run this with a Python that has NumPy: PYTHON=... check.sh"
    if num_gpus() == 0:
        return "There is no GPU here that CuPy can use, so nothing was run. `pytest --stand-in` needs neither."
    folder.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + SECONDS
    for name, command in parts(folder).items():
        limit = min(MOST.get(name, SECONDS), end - time.monotonic())
        print(f"== {name} (at most {limit:.0f} s)", flush=True)
        found["parts"][name] = run(name, command, folder, limit)
        found["parts"][name] |= told(name, folder)
        write(folder, found)
        print("\n".join(summary(name, found["parts"][name])), flush=True)
    print(f"\n{table(found)}\nin {folder}: results.json, results.md, and what each part printed")
    return 0 if all(part["ended"] == "finished" for part in found["parts"].values()) else 1


def parts(folder):
    """The command of each part."""
    tests = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "-p", "tests.gpu.outcomes"]
    tests += ["--continue-on-collection-errors"]
    if find_spec("xdist"):
        tests += ["-p", "xdist.plugin", "-n", str(min(PROCESSES, os.cpu_count() or 1))]
    speed = [sys.executable, "-m", "minigrad", "bench", "gpu", "--all", "--rounds", "5", "--json"]
    marked = [str(path) for path in sorted(ROOT.glob("tests/**/test_*.py")) if "mark.gpu" in path.read_text("utf-8")]
    return {
        "speed": [*speed, str(folder / "speed.json")],
        "marked": [*tests, "-m", "gpu", *marked],  # to collect all others would take longer than to run these
        "all": [*tests, "--on-gpu"],
    }


def run(name, command, folder, limit):
    """Run a part; how it ended, and after how many seconds."""
    environment = {  # no plugins but those that are named: some warn, and warnings are errors
        **os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "MINIGRAD_OUTCOMES": str(folder / f"{name}.tsv"),
    }  # fmt: skip
    started = time.monotonic()
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            code = process.wait(max(limit, 1))
            ended = "finished" if code == 0 else f"ended with {code}"
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            ended = "ran out of time"
    return {"ended": ended, "seconds": round(time.monotonic() - started)}


def told(name, folder):
    """What a part has found, also if it did not end well."""
    if name == "speed":
        path = folder / "speed.json"
        return json.loads(path.read_text()) if path.exists() else {}
    path = folder / f"{name}.tsv"
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line] if path.exists() else []
    wrong = {test: why for outcome, test, *why in lines if outcome in ("failed", "error")}
    return {"counts": Counter(outcome for outcome, *_ in lines), "wrong": wrong}


def write(folder, found):
    (folder / "results.json").write_text(json.dumps(found, indent=1))
    (folder / "results.md").write_text(table(found))


def summary(name, part):
    yield f"{name}: {part['ended']} after {part['seconds']} s"
    if name == "speed":
        for race in part.get("races", []):
            yield from (f"  not measured: {race['task']}, {name}: {why}" for name, why in race["failed"].items())
    else:
        yield f"  {counted(part)}"
        yield from (f"  wrong: {test}" for test in [*part["wrong"]][:30])


def counted(part):
    counts = part["counts"]
    names = [name for name in ("passed", "failed", "error", "skipped") if counts.get(name)]
    text = ", ".join(f"{counts[name]:,} {'errors' if name == 'error' else name}" for name in names) or "nothing"
    return text if part["ended"] in ("finished", "ended with 1") else f"{text}, then {part['ended']}"


def table(found):
    """The results in Markdown."""
    speed = found["parts"].get("speed", {})
    lines = [f"| {found['date']}, {speed.get('gpu', 'a GPU')} | |", "|---|---|"]
    for name, title in (("marked", "`pytest -m gpu`"), ("all", "`pytest --on-gpu`: all tests, arrays on the GPU")):
        if name in found["parts"]:
            lines.append(f"| {title} | {counted(found['parts'][name])} |")
    races = speed.get("races", [])
    names = list(dict.fromkeys(name for race in races for name in race["seconds"]))
    if races:
        lines += ["", "Milliseconds of a step; in brackets, how many times as long as minigrad:", ""]
        lines += [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
        lines += [f"| {race['task']} | {' | '.join(cell(race, name) for name in names)} |" for race in races]
        lines += ["", f"{', '.join(f'{name} {version}' for name, version in speed['versions'].items())}."]
    return "\n".join(lines) + "\n"


def cell(race, name):
    if name not in race["seconds"]:
        return "-"
    ratio = race["ratios"].get("minigrad", {}).get(name)
    return f"{1000 * median(race['seconds'][name]):.3g}" + (f" ({ratio[1]:.2f})" if ratio else "")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "gpu-results").resolve()))
