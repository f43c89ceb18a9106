"""usage: mean.py LEAST LOG.jsonl...   the mean of the last test accuracies must be LEAST or more"""
import json, sys

def last(path):
    rows = [json.loads(line) for line in open(path)]
    return [r["accuracy"] for r in rows if r["event"] == "epoch" and r["split"] == "test"][-1]

seeds = [last(path) for path in sys.argv[2:]]
mean = sum(seeds) / len(seeds)
print(f"mean {mean:.4f} of {seeds}")
assert mean >= float(sys.argv[1]), f"expected a mean accuracy of {sys.argv[1]} or more, got {mean:.4f}"
