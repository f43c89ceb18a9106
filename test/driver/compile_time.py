"""Limits on compile time, wall time on two cores, without the C++ compiler.

    compile_time.py SINTER EXAMPLES

Builds the trainers of three examples from their graphs. Each has three tries, with a pause before another, and the
best counts: a burst of someone else's work is survived, a machine that is busy throughout is not. ctest runs it alone.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

LIMITS = {"mlp": 0.5, "lenet": 1.5, "resnet18": 8.0}  # seconds
TRIES, PAUSE = 3, 5.0
sinter, examples = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def build(graph):
    """Wall seconds of one build, as --timing says them, and processor seconds."""
    with open("timing.txt", "w") as timing:
        child = subprocess.Popen([sinter, "build", graph, "-o", "timed", "--timing"], stderr=timing)
        _, status, usage = os.wait4(child.pid, 0)
    text = open("timing.txt").read()
    found = re.search(r"^compile total ([0-9.]+) s$", text, re.M)
    if status or not found:
        sys.exit(f"the build of {graph} failed: {text}")
    return float(found[1]), usage.ru_utime + usage.ru_stime


def within(model, limit):
    source = os.path.join(examples, model, model + ".cpp")
    subprocess.run([sinter, "emit", source, "--stage", "graph", "-o", model + ".mlir"], check=True)
    best = float("inf")
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE)
        wall, busy = build(model + ".mlir")
        best = min(best, wall)
        print(f"{model}: {wall:.2f} s, limit {limit} s ({busy:.2f} s of processor time, load {os.getloadavg()[0]:.1f})", flush=True)
        if best <= limit:
            return True
    print(f"{model}: expects {limit} s at most, got {best:.2f} s at best:\n{open('timing.txt').read()}")
    return False


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    results = [within(model, limit) for model, limit in LIMITS.items()]
    os.chdir("/")
sys.exit(not all(results))
