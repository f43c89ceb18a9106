"""usage: accumulate.py WHOLE PARTS TOLERANCE     weights, states and losses of two runs, FILE.ck and FILE.jsonl, agree
          accumulate.py --updates FILE.ck COUNT   how often batch norm has updated its running statistics"""
import json, struct, sys

from stfile import read


def numbers(tensor):
    kind, _, data = tensor
    return struct.unpack(f"<{len(data) // 8}{'d' if kind == 'F64' else 'q'}", data)


def close(a, b, what):
    size = max(map(abs, a), default=0)
    worst = max((abs(x - y) for x, y in zip(a, b)), default=0)
    assert worst <= tolerance * (1 + size), (what, worst, size)


if sys.argv[1] == "--updates":
    assert numbers(read(sys.argv[2])["bn.num_batches_tracked"]) == (int(sys.argv[3]),)
    sys.exit()

tolerance = float(sys.argv[3])
whole, parts = (read(name + ".ck") for name in sys.argv[1:3])
assert whole.keys() == parts.keys() and any(name.startswith("optimizer/") for name in whole)
for name, tensor in whole.items():
    if tensor[0] == "F64":
        close(numbers(tensor), numbers(parts[name]), name)
    elif tensor[0] != "F32":
        assert tensor == parts[name], name
logs = [[json.loads(line) for line in open(name + ".jsonl")] for name in sys.argv[1:3]]
assert len(logs[0]) == len(logs[1]) > 20
for a, b in zip(*logs):
    assert a.keys() == b.keys()
    for key in a.keys() - {"ms", "wait_ms", "seconds"}:
        if isinstance(a[key], float):
            close([a[key]], [b[key]], key)
        else:
            assert a[key] == b[key], key
