"""usage: budget.py COUNTS STEPS   line i of COUNTS: heap calls and page faults up to the log line of step i + 1"""
import sys

rows = [tuple(map(int, line.split())) for line in open(sys.argv[1])]
steps = int(sys.argv[2])
assert len(rows) == steps, f"expected a line for each of {steps} steps, got {len(rows)}"
assert rows[0][0] > 0 and rows[0][1] > 0, "expected the start to be counted, got nothing"
# A step's line is written when it ends, so the costs of step i lie between lines i - 1 and i.
heap = [(i + 1, b[0] - a[0]) for i, (a, b) in enumerate(zip(rows, rows[1:]), 1) if b[0] != a[0]]
faults = [(i + 1, b[1] - a[1]) for i, (a, b) in enumerate(zip(rows, rows[1:]), 1) if i + 1 > 3 and b[1] != a[1]]
print(f"heap calls after step 1: {heap or 'none'}; page faults after step 3: {faults or 'none'}")
assert not heap, "expected no heap calls after the first step"
assert not faults, "expected no page faults after the third step"
