#!/bin/bash
# usage: golden.sh [--update] FILE   compares stdin with FILE; --update writes FILE. A missing FILE fails.
update=
if [ "$1" = --update ]; then update=1; shift; fi
if [ -n "$update" ]; then cat > "$1"; exit; fi
if [ ! -f "$1" ]; then echo "golden file $1 is missing; run lit with --param update=1" >&2; exit 1; fi
diff -u "$1" -
