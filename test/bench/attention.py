#!/usr/bin/env python3
"""Training steps of one layer of attention: streamed, with its scores stored, and PyTorch's, in turn.

    python3 test/bench/attention.py [--threads N] [--rounds R] [--python PEERS_PYTHON] [LENGTH…]

Batch 4, 4 heads, 64 numbers a head, f32 (test/driver/Inputs/attention.cpp). Prints the quickest step of all rounds in
milliseconds, and how many times as long the others take as the streamed one. PyTorch runs what
scaled_dot_product_attention chooses for itself, causal or not.
"""
import argparse
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODEL = os.path.join(ROOT, "test", "driver", "Inputs", "attention.cpp")
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


def ours(length: int, threads: int, **options: int) -> float:
    sizes = dict(batch=BATCH, heads=HEADS, depth=DEPTH, length=length, **options)
    command = ["sinter", "bench", MODEL, "--threads", str(threads), "--entry", "train_step", "--set",
               ",".join(f"{name}={value}" for name, value in sizes.items())]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"the whole entry\s+([\d.]+)", text)[1]) / 1e3


def peer(python: str, length: int, threads: int, causal: int) -> float:
    command = [python, "-c", PEER, str(length), str(threads), str(causal)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python")
    parser.add_argument("lengths", nargs="*", type=int, default=[256, 1024])
    args = parser.parse_args()
    for length in args.lengths or [256, 1024]:
        runs = {"streamed": lambda: ours(length, args.threads), "stored": lambda: ours(length, args.threads, plain=1)}
        if args.python:
            runs["PyTorch"] = lambda: peer(args.python, length, args.threads, 0)
        runs["streamed, causal"] = lambda: ours(length, args.threads, causal=1)
        if args.python:
            runs["PyTorch, causal"] = lambda: peer(args.python, length, args.threads, 1)
        best = {name: min(run() for _ in range(args.rounds)) for name, run in runs.items()}
        print(f"length {length}, {args.threads} threads: " +
              ", ".join(f"{name} {time:.2f} ms ({time / best['streamed']:.2f}x)" for name, time in best.items()))
        sys.stdout.flush()
    return 0


sys.exit(main())
