"""usage: average.py FILE OUT   the averaged weights of FILE under the names of the weights; they differ from these
       average.py --input F.npy   an input for predict
       average.py --same LOG LOG   both evaluations gave the same numbers"""
import json, struct, sys


def numbers(path):
    event = [e for e in map(json.loads, open(path)) if e["event"] == "epoch"][-1]
    return event["loss"], event["accuracy"]


if sys.argv[1] == "--same":
    assert numbers(sys.argv[2]) == numbers(sys.argv[3]), (numbers(sys.argv[2]), numbers(sys.argv[3]))
    sys.exit()
if sys.argv[1] == "--input":
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 28, 28), }"
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    pixels = struct.pack("<784f", *(i % 7 / 7 for i in range(784)))
    open(sys.argv[2], "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pixels)
    sys.exit()
data = open(sys.argv[1], "rb").read()
length = struct.unpack("<Q", data[:8])[0]
header, data = json.loads(data[8:8 + length]), data[8 + length:]
averaged = {name[4:]: entry for name, entry in header.items() if name.startswith("ema.")}
assert set(averaged) == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}
out, bytes_ = {}, b""
for name, entry in averaged.items():
    value = data[slice(*entry["data_offsets"])]
    assert value != data[slice(*header[name]["data_offsets"])], name
    out[name] = entry | {"data_offsets": [len(bytes_), len(bytes_) + len(value)]}
    bytes_ += value
text = json.dumps(out).encode()
open(sys.argv[2], "wb").write(struct.pack("<Q", len(text)) + text + bytes_)
