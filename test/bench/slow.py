#!/usr/bin/env python3
"""Lists the contractions of training steps that run below a share of the machine's peak and are not bound by memory.

    python3 test/bench/slow.py [--threads N] [--below PERCENT] [MODEL.cpp…]

Without models: all examples, and the nets of test/bench/nets and test/numeric/parity/nets. A kernel counts as bound by memory when it moves
bytes at half the best rate of its run, or when the peak divided by its products a byte is more than that rate. Of each
other one the schedule is told: what is on the lanes, the tile, and what speaks against it.
"""
import argparse
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SINTER = ROOT / "build/release/bin/sinter"
LANES = 16  # f32 in the widest vectors


def models():
    folders = "examples/*", "test/bench/nets", "test/numeric/parity/nets"
    return [model for folder in folders for model in sorted(ROOT.glob(f"{folder}/*.cpp"))]


def run(*words):
    return subprocess.run([SINTER, *map(str, words)], check=True, capture_output=True, text=True).stdout


def contractions(model):
    """A kernel's number and name -> its dims, how many are parallel, and its schedule."""
    found = {}
    for line in run("emit", model, "--stage", "planned", "--entry", "train_step", "--elide").splitlines():
        match = re.search(r'kernel\.contract "([^"]+)" number (\d+) dims \[([^\]]*)\] parallel (\d+)', line)
        schedule = re.search(r"schedule #kernel.cpu_schedule<lanes = (-?\d+), rows = (-?\d+), mr = (\d+), nr = (\d+)", line)
        if match and schedule:
            dims = [int(size) for size in match[3].split(",")]
            found[f"{int(match[2]):02}_{match[1]}"] = dims, int(match[4]), [int(number) for number in schedule.groups()]
    if not found:
        raise SystemExit(f"{model}: no contraction found in its planned stage")
    return found


def measured(model, threads):
    """Rows of `sinter bench`: name, microseconds, GFLOP/s, GB/s, percent of peak, line."""
    row = re.compile(r"^(\S+) +([\d.]+) +([\d.]+) +([\d.]+) +(\d+)%  (\S+)$")
    text = run("bench", model, "--threads", threads, "--entry", "train_step")
    return [(m[1], *map(float, m.groups()[1:5]), m[6]) for m in map(row.match, text.splitlines()) if m]


def reason(dims, parallel, schedule):
    lanes, rows, mr, nr = schedule
    if lanes < 0:
        return "sums along the lanes"
    if dims[lanes] < LANES:
        return f"dim {lanes} on the lanes has {dims[lanes]} of {LANES}"
    if dims[lanes] % nr and dims[lanes] < 4 * nr:
        return f"dim {lanes} of {dims[lanes]} leaves lanes of its tiles of {nr} empty"
    if rows < 0 or mr < 4:
        return f"a tile of {mr} rows hides no latency"
    terms = 1
    for size in dims[parallel:]:
        terms *= size
    if terms < 64:
        return f"sums of {terms} products are short beside their epilogue"
    return "tile and lanes look right: layout of the operands, or the machine was busy"


def report(model, threads, below):
    known, rows = contractions(model), measured(model, threads)
    whole, fastest = sum(row[1] for row in rows), max((row[3] for row in rows), default=0)
    for name, us, gflops, gbytes, share, line in rows:
        key = re.sub(r"^train_step(_b\d+)?_", "", name)
        if key not in known or share >= below or gflops == 0:
            continue
        peak = 100 * gflops / max(share, 0.5)
        if gbytes >= fastest / 2 or peak * gbytes / gflops > fastest:
            continue
        dims, parallel, schedule = known[key]
        print(f"{pathlib.Path(model).stem:14} {name:44} {us / whole:5.1%} of the step {gflops:7.1f} GFLOP/s {share:3.0f}%"
              f"  {dims} parallel {parallel} lanes {schedule[0]} tile {schedule[2]}x{schedule[3]}: "
              f"{reason(dims, parallel, schedule)}  {line}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--below", type=float, default=25, help="percent of peak")
    options = parser.parse_args()
    for model in options.models or models():
        report(model, options.threads, options.below)


if __name__ == "__main__":
    main()
