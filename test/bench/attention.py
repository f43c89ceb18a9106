#!/usr/bin/env python3
"""Training steps of one layer of attention: streamed, with its scores stored, and PyTorch's, in turn.

    python3 test/bench/attention.py [--threads N] [--rounds R] [--python PEERS_PYTHON] [LENGTH…]

Batch 4, 4 heads, 64 numbers a head, f32 (test/driver/Inputs/attention.cpp). Prints a row a length, causal or not: the
quickest step of all rounds in milliseconds, and how many times as long the others take as the streamed one. Scores that are
stored are never causal. PyTorch (skipped with a message where PEERS_PYTHON lacks it) runs what scaled_dot_product_attention
chooses for itself.
"""
import argparse
import os
import platform
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODEL = os.path.join(ROOT, "test", "driver", "Inputs", "attention.cpp")
SINTER = os.environ.get("SINTER", os.path.join(ROOT, "build/release/bin/sinter"))
BATCH, HEADS, DEPTH = 4, 4, 64
PEER = """
import sys, time, torch
from torch.nn import functional as F
length, threads, causal = map(int, sys.argv[1:])
torch.set_num_threads(threads)
b, h, d = %d, %d, %d
x, y = torch.rand(b, length, 16), torch.arange(b)
w = [torch.randn(h * d, 16).mul_(0.2).requires_grad_() for _ in range(3)] + [torch.randn(16, h * d).mul_(0.05).requires_grad_()]
def step():
    q, k, v = (F.linear(x, m).view(b, length, h, d).transpose(1, 2) for m in w[:3])
    z = F.scaled_dot_product_attention(q, k, v, is_causal=bool(causal)).transpose(1, 2).reshape(b, length, h * d)
    F.cross_entropy(F.linear(z, w[3]).mean(1), y).backward()
    with torch.no_grad():
        for m in w:
            m -= 0.1 * m.grad
            m.grad = None
best = 1e9
for _ in range(20):
    start = time.perf_counter()
    step()
    best = min(best, time.perf_counter() - start)
print(best * 1e3)
""" % (BATCH, HEADS, DEPTH)


def output(command: list[str], threads: int) -> str:
    """What `command` prints; it has as many processors as threads, as its rivals have."""
    cpus = set(sorted(os.sched_getaffinity(0))[:threads])
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, cpus)).stdout


def ours(length: int, threads: int, **options: int) -> float:
    sizes = dict(batch=BATCH, heads=HEADS, depth=DEPTH, length=length, **options)
    text = output([SINTER, "bench", MODEL, "--threads", str(threads), "--entry", "train_step", "--set",
                   ",".join(f"{name}={value}" for name, value in sizes.items())], threads)
    return float(re.search(r"the whole entry\s+([\d.]+)", text)[1]) / 1e3  # it prints microseconds


def peer(python: str, length: int, threads: int, causal: bool) -> float:
    return float(output([python, "-c", PEER, str(length), str(threads), str(int(causal))], threads))


def contenders(length: int, threads: int, causal: bool, python: str | None) -> dict:
    """Name of each contender, the streamed one first, and what runs it once."""
    runs = {"streamed": lambda: ours(length, threads, causal=int(causal))}
    if not causal:
        runs["stored"] = lambda: ours(length, threads, plain=1)
    if python:
        runs["PyTorch"] = lambda: peer(python, length, threads, causal)
    return runs


def find_peer(python: str) -> str | None:
    """`python` if it has PyTorch, else none and a message."""
    probe = subprocess.run([python, "-c", "import torch"], capture_output=True, text=True)
    if probe.returncode == 0:
        return python
    print(f"skipped PyTorch: {probe.stderr.strip().splitlines()[-1]}", file=sys.stderr)
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default=os.environ.get("PEERS_PYTHON", sys.executable))
    parser.add_argument("lengths", nargs="*", type=int, default=[256, 1024])
    args = parser.parse_args()
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    print(f"machine: {cpu}, {len(os.sched_getaffinity(0))} cpus")
    python = find_peer(args.python)
    for length in args.lengths:
        for causal in (False, True):
            runs = contenders(length, args.threads, causal, python)
            best = dict.fromkeys(runs, float("inf"))
            for _ in range(args.rounds):
                for name, run in runs.items():
                    best[name] = min(best[name], run())
            print(f"length {length}{', causal' if causal else ''}, {args.threads}t: " +
                  ", ".join(f"{name} {time:.2f} ms ({time / best['streamed']:.2f}x)" for name, time in best.items()), flush=True)


main()
