"""usage: accuracy.py SOFTMAX.jsonl MLP.jsonl   the thresholds of five epochs on the built-in data"""
import json, sys

def final(path):
    rows = [json.loads(line) for line in open(path)]
    return [r["accuracy"] for r in rows if r["event"] == "epoch" and r["split"] == "test"][-1]

softmax, mlp = final(sys.argv[1]), final(sys.argv[2])
print(f"softmax {softmax:.4f}, mlp {mlp:.4f}")
assert 0.80 <= softmax <= 0.93, f"softmax expects .80 to .93, got {softmax}"
assert mlp >= softmax + 0.03, f"mlp expects {softmax + .03} or more, got {mlp}"
