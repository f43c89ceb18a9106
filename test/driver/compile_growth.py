"""What compile time grows with: the number of ops and the bytes of constants, linearly, and nothing else.

    compile_growth.py SINTER ROOT

Each case builds a model twice and compares processor seconds, less those of an empty model: a busy machine stretches
both. A case that is over its limit is tried again, for caches and clocks move them too.
"""
import os
import resource
import subprocess
import sys
import tempfile

sinter, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
GROWTH = os.path.join(root, "test/driver/Inputs/growth.cpp")
MLP = os.path.join(root, "examples/mlp/mlp.cpp")
TRIES = 3


def graph(source, options):
    """The model's graph as a file: the C++ compiler is not what is measured."""
    sets = [word for name, value in options.items() for word in ("--set", f"{name}={value}")]
    file = "_".join(f"{name}{value}" for name, value in options.items()) + ".mlir"
    subprocess.run([sinter, "emit", source, *sets, "--stage", "graph", "-o", file], check=True)
    return file


def seconds(file, code=0, says=""):
    """Processor seconds of one build."""
    with open("messages.txt", "w") as messages:
        child = subprocess.Popen([sinter, "build", file, "--kind", "object", "-o", "grown.o"], stderr=messages)
        _, status, usage = os.wait4(child.pid, 0)
    text = open("messages.txt").read()
    if os.waitstatus_to_exitcode(status) != code or says not in text:
        sys.exit(f"{file}: expects exit code {code} and '{says}', got {os.waitstatus_to_exitcode(status)}: {text}")
    return usage.ru_utime + usage.ru_stime


def compare(what, source, small, large, most):
    """True when the large model takes at most `most` times the small one's time."""
    files = [graph(source, small), graph(source, large)]
    for _ in range(TRIES):
        empty, a, b = seconds(EMPTY), seconds(files[0]), seconds(files[1])
        # Below a tenth of a second there is nothing to compare.
        ratio = max(b - empty, 0.1) / max(a - empty, 0.1)
        print(f"{what}: {a:.2f} s and {b:.2f} s ({empty:.2f} s of them for nothing): {ratio:.1f}x, limit {most}x", flush=True)
        if ratio <= most:
            return True
    return False


def refused(what, source, options):
    file = graph(source, options)
    took = seconds(file, 1, "E1020")
    print(f"{what}: refused after {took:.2f} s", flush=True)
    return took <= 1


resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    EMPTY = graph(GROWTH, {"ops": 1})
    # Four times the ops may take four times as long, and half of that more for what grows a little faster (sorting) and
    # for noise; ten times the bytes ten times and a fifth; a size alone nothing, and twice for noise.
    kinds = ["elementwise", "distinct constants", "softmaxes", "layers", "one value's readers", "parameters",
             "transposes", "pieces"]
    good = [compare(f"500 and 2,000 ops, {name}", GROWTH, {"kind": kind, "ops": 500}, {"kind": kind, "ops": 2000}, 6)
            for kind, name in enumerate(kinds[:3], 1)]
    good += [compare(f"125 and 500 ops, {name}", GROWTH, {"kind": kind, "ops": 125}, {"kind": kind, "ops": 500}, 6)
             for kind, name in enumerate(kinds, 1) if kind > 3]
    good += [compare("a training step of 50 and 200 layers", GROWTH, {"train": 2, "kind": 4, "ops": 50},
                     {"train": 2, "kind": 4, "ops": 200}, 6),
             compare("a training step of 125 and 500 ops", GROWTH, {"train": 2, "ops": 125}, {"train": 2, "ops": 500}, 6),
             compare("constants of 300,000 and 3,000,000 elements", GROWTH, {"constant": 300000}, {"constant": 3000000}, 12),
             compare("images of 64x64 and 4,096x4,096 pixels", GROWTH, {"image": 64}, {"image": 4096}, 2),
             compare("batches of 64 and 2^30", MLP, {"batch": 64}, {"batch": 1 << 30}, 2),
             refused("a batch of 99999999999", MLP, {"batch": 99999999999})]
    os.chdir("/")
sys.exit(not all(good))
