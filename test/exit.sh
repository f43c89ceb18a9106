#!/bin/bash
# usage: exit.sh CODE COMMAND...   succeeds when COMMAND ends with exit code CODE; its output passes through.
want=$1; shift
"$@"; got=$?
[ "$got" = "$want" ] || { echo "expected exit code $want, got $got: $*" >&2; exit 1; }
