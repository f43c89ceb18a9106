"""usage: arrays.py make DIR                       train-x.npy f8[400,2], train-y.npy f4[400,1], test ones of 100
          arrays.py pack DIR                       both into train.npz, test.npz, as numpy.savez_compressed does
          arrays.py check F.safetensors TOLERANCE W0 W1 B     whether linear.weight and linear.bias are as near to these"""
import os, random, struct, sys, zipfile

from stfile import read


def write(path, kind, shape, values):
    text = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % ({"d": "<f8", "f": "<f4"}[kind], shape)
    text += " " * (-(len(text) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + struct.pack(f"<{len(values)}{kind}", *values))


if sys.argv[1] == "make":
    draw = random.Random(1)
    for split, count in (("train", 400), ("test", 100)):
        x = [[draw.gauss(0, 1), draw.gauss(0, 1)] for _ in range(count)]
        write(os.path.join(sys.argv[2], split + "-x.npy"), "d", (count, 2), [v for row in x for v in row])
        write(os.path.join(sys.argv[2], split + "-y.npy"), "f", (count, 1), [2 - a + b / 2 for a, b in x])
elif sys.argv[1] == "pack":
    for split in ("train", "test"):
        with zipfile.ZipFile(os.path.join(sys.argv[2], split + ".npz"), "w", zipfile.ZIP_DEFLATED) as packed:
            for field in "xy":
                path = os.path.join(sys.argv[2], f"{split}-{field}.npy")
                with packed.open(field + ".npy", "w", force_zip64=True) as member:
                    member.write(open(path, "rb").read())
                os.remove(path)
else:
    weights = read(sys.argv[2])
    got = struct.unpack("<3f", weights["linear.weight"][2] + weights["linear.bias"][2])
    tolerance, *want = map(float, sys.argv[3:])
    assert all(abs(g - w) < tolerance for g, w in zip(got, want)), (got, want)
