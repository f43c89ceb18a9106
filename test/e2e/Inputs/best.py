"""usage: best.py LOG.jsonl METRIC PATIENCE [EVAL.jsonl] < OUTPUT   checks where a run stopped and what it said was best"""
import json, re, sys

log, metric, patience = sys.argv[1], sys.argv[2], int(sys.argv[3])
tests = [e for e in map(json.loads, open(log)) if e["event"] == "epoch" and e["split"] == "test"]
values = [e[metric] for e in tests]
said = re.search(r"best test \S+ (\S+) after epoch (\d+)", sys.stdin.read())
best = values.index(max(values))
assert len(values) - 1 - best == patience, (values, best)
# four decimals are said: half of the last one, and what a double rounds
assert int(said[2]) == tests[best]["epoch"] and abs(float(said[1]) - values[best]) < 5.1e-5, (said[0], values)
if len(sys.argv) > 4:
    evaluated = [e for e in map(json.loads, open(sys.argv[4])) if e["event"] == "epoch"][-1][metric]
    assert evaluated == values[best], (evaluated, values)
