#!/usr/bin/env bash
# The tests of operations, optimizers and layers, and whether CuPy has what it is asked for, on each Python that is
# installed: with its oldest NumPy and the oldest CuPy, and with the newest. They run on all cores, in random order.
#
#     tests/versions.sh                                      # every Python that the PATH has as python3.11, ...
#     tests/versions.sh 3.11:2.0                             # a Python, and a NumPy or `newest`
#     TESTS="tests minigrad" tests/versions.sh 3.13:newest   # all tests
#     PYTEST_ADDOPTS=--randomly-seed=7 tests/versions.sh     # in an order that was printed
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bin=$work/venv/bin
tests=${TESTS:-tests/ops tests/optimizer tests/gluon tests/test_cupy_names.py}
status=0

for pair in ${*:-3.11:2.0 3.11:newest 3.12:2.0 3.12:newest 3.13:2.1 3.13:newest 3.14:2.3 3.14:newest}; do
  python=python${pair%:*} numpy="numpy==${pair#*:}.*" cupy="cupy-cuda12x==13.4.*"
  [ "${pair#*:}" != newest ] || numpy=numpy cupy=cupy-cuda12x
  if ! "$python" --version >/dev/null 2>&1; then
    echo "$pair: not installed"
    continue
  fi
  "$python" -m venv --clear "$work/venv"
  "$bin/pip" install -q -e '.[test]' pytest-xdist pytest-randomly "$numpy"
  "$bin/pip" install -q "$cupy" "$numpy" || echo "$pair: without CuPy"
  "$bin/python" -m pytest -x -n auto -p no:cacheprovider $tests >"$work/log" 2>&1 &&
    result=$(tail -n 1 "$work/log") || { status=1 && result=failed && tail -n 40 "$work/log"; }
  echo "$pair: $result, $(grep -om1 -e '--randomly-seed=[0-9]*' "$work/log")"
done
exit $status
