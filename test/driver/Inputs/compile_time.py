"""Holds a limit on compile time, on a machine that others use too.

    compile_time.py MODEL.mlir SECONDS

MODEL.mlir is a graph, so no C++ is compiled. Builds a trainer up to 8 times and passes at the first time that `compile
total` of --timing is within the limit, or the processor time of the compiler and the linker is: an idle machine
with one core would then be. Prints every try.
"""
import os
import re
import subprocess
import sys

model, limit = sys.argv[1], float(sys.argv[2])
for attempt in range(8):
    with open("timing.txt", "w") as timing:
        child = subprocess.Popen(["sinter", "build", model, "-o", "timed", "--timing"], stderr=timing)
        _, status, usage = os.wait4(child.pid, 0)
    text = open("timing.txt").read()
    found = re.search(r"^compile total ([0-9.]+) s$", text, re.M)
    if status or not found:
        sys.exit(f"the build failed: {text}")
    wall, busy = float(found[1]), usage.ru_utime + usage.ru_stime
    print(f"compile total {wall:.2f} s, {busy:.2f} s of processor time, limit {limit} s", flush=True)
    if min(wall, busy) <= limit:
        sys.exit(0)
sys.exit(f"expects {limit} s at most, got:\n{text}")
