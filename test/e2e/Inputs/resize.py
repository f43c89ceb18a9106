"""usage: resize.py make F.npy       images with a NaN, an infinity and ordinary numbers
          resize.py check F.npy      reads cells.npy, larger.npy, smaller.npy, framed.npy beside it and compares them, pixel by pixel,
                                     with loops over the pixels that each result sees"""
import math, struct, sys

N, C, H, W = 2, 3, 11, 7

def write(path, shape, values):
    text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + ", ".join(map(str, shape)) + ",), }"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    head = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()
    open(path, "wb").write(head + struct.pack(f"<{len(values)}f", *values))

def read(path):
    data = open(path, "rb").read()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    return struct.unpack(f"<{(len(data) - start) // 4}f", data[start:])

def cells(to, size):
    for i in range(to):
        begin, end = i * size // to, -(-(i + 1) * size // to)
        yield {j: 1 / (end - begin) for j in range(begin, end)}

def pixels(to, size):
    for i in range(to):
        at = min(max((i + 0.5) * size / to - 0.5, 0.0), size - 1.0)
        low = int(at)
        yield {j: w for j, w in ((low, 1 - (at - low)), (low + 1, at - low)) if w > 0}

if sys.argv[1] == "make":
    values = [(i * 37 % 256) / 256 for i in range(N * C * H * W)]
    values[3 * W + 2] = math.nan                 # image 0, channel 0
    values[(2 * H + 10) * W + 6] = math.inf      # image 0, channel 2, the last corner
    write(sys.argv[2], (N, C, H, W), values)
    sys.exit()

x = read(sys.argv[2])
for name, height, width, weights in (("cells", 4, 5, cells), ("larger", 13, 20, pixels), ("smaller", 5, 3, pixels)):
    got = iter(read(name + ".npy"))
    bad = 0
    for image in range(N * C):
        for rows in weights(height, H):
            for columns in weights(width, W):
                want = sum(r * c * x[(image * H + i) * W + j] for i, r in rows.items() for j, c in columns.items())
                value = next(got)
                if math.isfinite(want):
                    assert abs(value - want) < 1e-6, (name, image, value, want)
                else:
                    bad += 1
                    assert not math.isfinite(value) and math.isnan(value) == math.isnan(want), (name, image, value, want)
    assert next(got, None) is None and 0 < bad < 40, (name, bad)
    print(name, "agrees;", bad, "are not finite")

got = iter(read("framed.npy"))
for n in range(N):
    for c in range(C + 1):
        for i in range(-1, H + 3):
            for j in range(-2, W):
                inside = c < C and 0 <= i < H and 0 <= j
                want = x[((n * C + c) * H + i) * W + j] if inside else 0.25
                value = next(got)
                assert value == want or (math.isnan(value) and math.isnan(want)), (n, c, i, j, value, want)
assert next(got, None) is None
