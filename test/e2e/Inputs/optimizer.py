"""usage: optimizer.py LOG WIDE   the logs of 200 steps of optimizer.cpp and of its f64 build: the rate is warm-up and cosine, the loss falls, both go the same way"""
import json, math, sys

narrow, wide = ([e for e in map(json.loads, open(path)) if e["event"] == "step"] for path in sys.argv[1:])
for t, event in enumerate(narrow):  # a handful of operations in f32
    want = .005 * t / 20 if t < 20 else .005 * (1 + math.cos(math.pi * (t - 20) / 180)) / 2
    assert abs(event["lr"] - want) <= 5 * 2**-24 * want, (t, event["lr"], want)
losses = [[e["loss"] for e in log] for log in (narrow, wide)]
assert losses[0][-1] < .5 * losses[0][0], (losses[0][0], losses[0][-1])
# the same numbers in f32 and f64 part slowly: at the start a step rounds to about 1e-7, and 20 do to 2e-6
for a, b in zip(losses[0][:20], losses[1][:20]):
    assert abs(a - b) < 2e-6 * b, (a, b)
