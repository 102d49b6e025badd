#!/bin/sh
# Print the path of a Python that Runbell supports: the one that $1 names, else the one .venv was made with, else the newest on the PATH.
# With --series before the name, print its version instead, as in 3.12.
show='os.path.realpath(sys.executable)'
if [ "${1:-}" = --series ]; then
  show='"%d.%d" % sys.version_info[:2]'
  shift
fi
# Debian has a Python without ensurepip, from which no environment with pip can be made.
code="import os, sys, ensurepip, venv; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit(1); print($show)"

named=${1:-}
if [ -n "$named" ]; then
  # pyenv's shim refuses a version that is installed but not selected, so pyenv's own folders come second.
  set -- "$named" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/"$named"
else
  set -- .venv/bin/python python3.13 python3.12 python3.11 python3 python
fi
for each in "$@"; do
  "$each" -Ic "$code" 2>/dev/null && exit 0
done

{
  if [ -n "$named" ]; then
    echo "$named is not a Python that Runbell supports, or doesn't run. Name another: make PYTHON=/path/to/python3.12 test"
  else
    echo "No supported Python was found. Install Python 3.11, 3.12 or 3.13 with its venv module (on Debian: apt install python3-venv)."
    echo "If it is not on the PATH, name it: make PYTHON=/path/to/python3.12 demo"
  fi
} >&2
exit 1
