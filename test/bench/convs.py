#!/usr/bin/env python3
"""3x3 convolutions of ResNet-18 in three directions against oneDNN, interleaved call by call in one process.

    python3 test/bench/convs.py [--sizes 96,224] [--threads 1,2] [--rounds 9] [--only 512@3]

Prints one row a shape and direction: milliseconds of both, how many times faster Sinter is, and GFLOP/s and the share of the
multiply-add peak measured in the same run (products with padding are not counted). Images of 96x96 come in batches of 64 (the
defaults of examples/resnet18), of 224x224 in batches of 8. Needs oneDNN's headers and library, which are no part of what
building Sinter needs (Debian: apt-get install libdnnl-dev); without them it says so and stops.
"""
import argparse
import os
import platform
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("SINTER_BUILD", os.path.join(ROOT, "build/release"))


def shapes(size: int, batch: int):
    """(examples, channels, size, filters, stride) of every different 3x3 convolution; the first stage sees a quarter of the size."""
    channels, size = 64, size // 4
    yield batch, channels, size, channels, 1
    while channels < 512:
        yield batch, channels, size, 2 * channels, 2
        channels, size = 2 * channels, size // 2
        yield batch, channels, size, channels, 1


def title(shape) -> str:
    batch, channels, size, filters, stride = shape
    return f"{channels}{'>' + str(filters) + ' s2' if stride == 2 else ''}@{size} n{batch}"


def compile_driver(folder: str) -> str | None:
    """The object of convs.cpp, or None without oneDNN."""
    driver = os.path.join(folder, "convs.o")
    probe = subprocess.run(["g++", "-std=c++20", "-E", "-x", "c++", "-", "-o", os.devnull], input="#include <dnnl.hpp>\n", text=True,
                           stderr=subprocess.DEVNULL)
    if probe.returncode:
        print("skipped: expects oneDNN's headers (Debian: apt-get install libdnnl-dev), got none", file=sys.stderr)
        return None
    subprocess.run(["g++", "-std=c++20", "-O3", "-march=native", "-I", os.path.join(ROOT, "runtime/include"), "-c",
                    os.path.join(HERE, "convs.cpp"), "-o", driver], check=True)
    return driver


def build(shape, driver: str, folder: str) -> str:
    batch, channels, size, filters, stride = shape
    model, program = os.path.join(folder, "model.o"), os.path.join(folder, "convs")
    options = {"examples": batch, "channels": channels, "size": size, "filters": filters, "stride": stride}
    subprocess.run([os.path.join(BUILD, "bin/sinter"), "build", os.path.join(HERE, "conv3x3.cpp"), "--kind", "object", "-o", model]
                   + [word for name, value in options.items() for word in ("--set", f"{name}={value}")], check=True)
    subprocess.run(["g++", driver, model, os.path.join(BUILD, "lib/libsinter_runtime.a"), "-ldnnl", "-lpthread", "-lm", "-o", program],
                   check=True)
    return program


def measure(program: str, shape, threads: int, rounds: int) -> None:
    cpus = set(sorted(os.sched_getaffinity(0))[:threads])
    # libgomp's threads spin for milliseconds on the processors of Sinter's: let them wait as long as Sinter's do.
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), GOMP_SPINCOUNT="20000")
    output = subprocess.run([program, *map(str, shape), str(threads), str(rounds)], stdout=subprocess.PIPE, text=True, check=True, env=env,
                            preexec_fn=lambda: os.sched_setaffinity(0, cpus)).stdout
    for line in output.splitlines():
        direction, *numbers = line.split()
        ours, theirs, gflop, peak = map(float, numbers)
        rates = [f"{gflop / ms * 1e3:6.1f} ({gflop / ms * 1e3 / peak * 100:3.0f}%)" for ms in (ours, theirs)]
        print(f"{title(shape):<18} {direction:<8} {threads} {ours:9.3f} {theirs:9.3f} {theirs / ours:6.2f}x  {rates[0]}  {rates[1]}  {peak:6.1f}",
              flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="96,224")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="", help="only shapes whose title contains this")
    args = parser.parse_args()
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    with tempfile.TemporaryDirectory() as folder:
        driver = compile_driver(folder)
        if not driver:
            return
        print(f"machine: {cpu}, {len(os.sched_getaffinity(0))} cpus")
        print(f"{'layer':<18} {'':<8} t {'Sinter ms':>9} {'oneDNN ms':>9} {'ratio':>7}  {'GFLOP/s':>13}  {'GFLOP/s':>13}  {'peak':>6}")
        for size in map(int, args.sizes.split(",")):
            for shape in shapes(size, 64 if size < 200 else 8):
                if args.only not in title(shape):
                    continue
                program = build(shape, driver, folder)
                for threads in map(int, args.threads.split(",")):
                    measure(program, shape, threads, args.rounds)


main()
