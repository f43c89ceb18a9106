#!/bin/bash
# usage: interrupt.sh MODEL.cpp   ends `sinter check MODEL.cpp` while the model program runs; its exit code is the driver's.
sinter check "$1" & driver=$!
for i in $(seq 600); do [ -s beats ] && break; sleep 0.1; done
kill -TERM $driver
wait $driver; code=$?
sleep 0.3; before=$(wc -l < beats); sleep 0.5; after=$(wc -l < beats)
[ "$before" = "$after" ] || { echo "the model program still runs" >&2; exit 1; }
exit $code
