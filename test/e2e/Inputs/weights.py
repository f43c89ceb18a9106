"""usage: weights.py MLP SOFTMAX   loads good and bad safetensors files, made in the current folder; prints what went wrong"""
import json, os, re, struct, subprocess, sys

from checks import end, expect
from stfile import join, pack, split, unpack

mlp, softmax = sys.argv[1], sys.argv[2]


def run(program, *flags):
    return subprocess.run([program, "--quiet", *flags], capture_output=True, text=True, timeout=60)


assert run(mlp, "--steps", "5", "--save", "good.safetensors", "--checkpoint", "good.st").returncode == 0
assert run(softmax, "--steps", "5", "--checkpoint", "softmax.st", "--save", "softmax.safetensors").returncode == 0
data = open("good.safetensors", "rb").read()
header, body = split(data)
tensors = unpack(data)
expect(set(tensors) == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}, f"PyTorch's four names, got {list(tensors)}")
expect(tensors["fc1.weight"][:2] == ("F32", [256, 784]), f"fc1.weight as f32[256,784], got {tensors['fc1.weight'][:2]}")

# Another order of tensors and another writer's header are the same weights.
open("other.safetensors", "wb").write(pack(dict(reversed(tensors.items()))))
r = run(mlp, "--steps", "0", "--init", "other.safetensors", "--save", "again.safetensors")
expect(r.returncode == 0 and open("again.safetensors", "rb").read() == data, f"any order of tensors to load, got {r.stderr}")


def without(*names):
    return {k: v for k, v in tensors.items() if k not in names}


def edit(change):
    text = json.loads(json.dumps(header))
    change(text)
    return join(text, body)


def twice():
    text = json.dumps(header)
    at = text.index('"fc1.bias"')
    text = (text[:at] + '"fc2.bias": ' + json.dumps(header["fc2.bias"]) + ", " + text[at:]).encode()
    return struct.pack("<Q", len(text)) + text + body


cases = [  # name, file, what is said (all of it)
    ("missing", pack(without("fc1.bias")), ["- .*fc1.bias", "E2203", "--init-partial takes a subset"]),
    ("extra", pack(tensors | {"fc3.bias": ("F32", [2], b"\0" * 8)}), [r"\+ .*fc3.bias", "E2203"]),
    ("shape", pack(tensors | {"fc2.weight": ("F32", [256, 10], tensors["fc2.weight"][2])}), ["fc2.weight.*10,256", "256,10", "E2203"]),
    ("type", pack(tensors | {"fc2.bias": ("I64", [10], b"\0" * 80)}), ["fc2.bias", "(?i)i64", "E2203"]),
    ("all-at-once", pack(without("fc1.bias") | {"fc2.bias": ("F32", [11], b"\0" * 44), "x": ("F32", [1], b"\0" * 4)}),
     ["fc1.bias", "fc2.bias", r"\+ .*x", "E2203"]),
    ("other-model", open("softmax.safetensors", "rb").read(), ["fc1.weight", "fc2.bias", "fc.weight", "E2203"]),
    ("twice", twice(), ["E220[12]"]),
    ("overlap", edit(lambda h: h["fc2.bias"].update(data_offsets=[0, 40])), ["E2202"]),
    ("outside", edit(lambda h: h["fc2.bias"].update(data_offsets=[1 << 40, (1 << 40) + 40])), ["E2202"]),
    ("backwards", edit(lambda h: h["fc2.bias"].update(data_offsets=h["fc2.bias"]["data_offsets"][::-1])), ["E220[12]"]),
    ("negative", edit(lambda h: h["fc2.bias"].update(shape=[-10])), ["E220[12]"]),
    ("overflow", edit(lambda h: h["fc2.bias"].update(shape=[1 << 33, 1 << 33])), ["E220[12]"]),
    ("gap", join(header, body + b"\0" * 4), ["E2202"]),
    ("cut", data[:-1], ["E2202"]),
    ("header-cut", data[:100], ["E2201"]),
    ("empty", b"", ["E2201"]),
    ("short", data[:7], ["E2201"]),
    ("absurd", b"\xff" * 7 + b"\x7f" + data[8:], ["E2201"]),
    ("no-json", data[:8] + b"x" + data[9:], ["E2201"]),
    ("deep", struct.pack("<Q", 100000) + b"[" * 100000, ["E2201"]),
    ("wrong-kind", b"\x93NUMPY" + b"\0" * 200, ["E2201"]),
]
for name, contents, wanted in cases:
    open("bad.safetensors", "wb").write(contents)
    r = run(mlp, "--steps", "0", "--init", "bad.safetensors", "--save", "none.safetensors")
    expect(r.returncode == 1, f"{name}: exit code 1, got {r.returncode}: {r.stderr}")
    expect("error: " in r.stderr and "bad.safetensors" in r.stderr, f"{name}: an error that names the file, got: {r.stderr}")
    for pattern in wanted:
        expect(re.search(pattern, r.stderr), f"{name}: /{pattern}/ in: {r.stderr}")
    expect(name == "missing" or "--init-partial" not in r.stderr, f"{name}: no advice that does not help: {r.stderr}")
    expect(not os.path.exists("none.safetensors"), f"{name}: no file from a run that failed")

r = run(mlp, "--steps", "0", "--init", "missing.safetensors")
expect(r.returncode == 1 and "E2101" in r.stderr, f"a missing file to be exit 1, got {r.returncode}: {r.stderr}")
# A subset only with --init-partial; what is no weight is no subset.
open("part.safetensors", "wb").write(pack(without("fc2.weight", "fc2.bias")))
expect(run(mlp, "--steps", "0", "--init", "part.safetensors").returncode == 1, "a subset to be refused")
r = run(mlp, "--steps", "0", "--init", "part.safetensors", "--init-partial", "--save", "mixed.safetensors")
expect(r.returncode == 0, f"a subset with --init-partial to load, got {r.stderr}")
mixed = unpack(open("mixed.safetensors", "rb").read()) if r.returncode == 0 else tensors
expect(mixed["fc1.weight"] == tensors["fc1.weight"] and mixed["fc2.weight"] != tensors["fc2.weight"], "the subset alone to be loaded")

# Checkpoints: damaged ones and those of another model stop a resumed run, and stay as they are.
good = open("good.st", "rb").read()
checkpoints = {"cut": good[:-1], "header": good[:50], "weights-only": data, "other": open("softmax.st", "rb").read(), "empty": b""}
for name, contents in checkpoints.items():
    open("c.st", "wb").write(contents)
    r = run(mlp, "--steps", "9", "--checkpoint", "c.st", "--resume")
    expect(r.returncode == 1 and re.search("error: .*E220[1-4]", r.stderr, re.S), f"checkpoint {name}: exit code 1, got {r.returncode}: {r.stderr}")
    expect(open("c.st", "rb").read() == contents, f"checkpoint {name}: to stay as it is")
r = run(mlp, "--steps", "9", "--checkpoint", "none.st", "--resume")
expect(r.returncode == 1 and "none.st" in r.stderr, f"--resume without a checkpoint to be exit 1, got {r.returncode}: {r.stderr}")
end(f"{len(cases)} bad weight files, {len(checkpoints)} bad checkpoints")
