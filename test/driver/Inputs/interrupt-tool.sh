#!/bin/bash
# usage: interrupt-tool.sh VARIABLE MODEL.cpp   ends `sinter build` while the compiler named by CXX or CC runs, which
# is a script that never comes back. The exit code is the driver's; its temporary folder must be gone.
mkdir -p tmp
printf '#!/bin/bash\ntouch started "$TMPDIR/left-by-the-tool"\nsleep 600 & echo $! > sleeper\nwait\n' > slow; chmod +x slow
env "$1=$PWD/slow" TMPDIR="$PWD/tmp" sinter build "$2" -o model & driver=$!
for i in $(seq 600); do [ -e started ] && break; sleep 0.1; done
[ -n "$(ls tmp)" ] || { echo "no temporary folder to remove" >&2; exit 1; }
kill -TERM $driver
wait $driver; code=$?
[ -z "$(ls tmp)" ] || { echo "left behind: $(ls tmp)" >&2; exit 1; }
grep -q '^State:.*[SR] ' "/proc/$(cat sleeper)/status" 2>/dev/null && { echo "the tool's child still runs" >&2; exit 1; }
exit $code
