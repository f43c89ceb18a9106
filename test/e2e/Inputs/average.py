"""usage: average.py FILE OUT   the averaged weights of FILE under the names of the weights; they differ from these
       average.py --same LOG LOG   both evaluations gave the same numbers"""
import json, sys

from stfile import pack, read


def numbers(path):
    event = [e for e in map(json.loads, open(path)) if e["event"] == "epoch"][-1]
    return event["loss"], event["accuracy"]


if sys.argv[1] == "--same":
    assert numbers(sys.argv[2]) == numbers(sys.argv[3]), (numbers(sys.argv[2]), numbers(sys.argv[3]))
    sys.exit()
weights = read(sys.argv[1])
averaged = {name[4:]: value for name, value in weights.items() if name.startswith("ema.")}
assert set(averaged) == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}
for name, (_, _, value) in averaged.items():
    assert value != weights[name][2], name
open(sys.argv[2], "wb").write(pack(averaged))
