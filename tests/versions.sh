#!/usr/bin/env bash
# The tests of operations, optimizers and layers, on each Python that is installed, with its oldest NumPy and its newest.
#
#     tests/versions.sh                  # all that are here
#     tests/versions.sh 3.11:2.0         # a Python, and a NumPy or `newest`
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pairs=${*:-3.11:2.0 3.11:newest 3.12:2.0 3.12:newest 3.13:2.1 3.13:newest 3.14:2.3 3.14:newest}
status=0

for pair in $pairs; do
  python=python${pair%:*} numpy=${pair#*:}
  if ! "$python" --version >/dev/null 2>&1; then
    echo "$pair: not installed"
    continue
  fi
  "$python" -m venv "$work/${pair/:/-}"
  wanted=numpy
  [ "$numpy" = newest ] || wanted="numpy==$numpy.*"
  "$work/${pair/:/-}/bin/pip" install -q -e . "$wanted" pytest pytest-xdist hypothesis sympy 2>/dev/null
  "$work/${pair/:/-}/bin/python" -m pytest -q -x -n auto -p no:cacheprovider tests/ops tests/optimizer tests/gluon >"$work/log" 2>&1 &&
    echo "$pair: $(tail -n 1 "$work/log")" || { status=1 && echo "$pair: failed" && tail -n 40 "$work/log"; }
done
exit $status
