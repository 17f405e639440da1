#!/usr/bin/env bash
# All that a machine with a GPU can tell of minigrad, in at most six minutes: see check.py, which does it.
#   tests/gpu/check.sh [FOLDER]     results go to FOLDER, or to gpu-results in the current folder
# PYTHON names the interpreter if it is not python3.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH}
exec "${PYTHON:-python3}" "$root/tests/gpu/check.py" "$@"
