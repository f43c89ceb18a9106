"""usage: folded.py WEIGHTS.safetensors IMAGES.raw LOGITS.raw   lenet-bn's prediction against plain Python

The net is computed here in doubles, with batch norm as its own step after each layer, by the running statistics. The
logits given (f32) must be as these within 1e-5 of the largest."""
import array, json, math, struct, sys

blob = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", blob[:8])[0]
tensors = {}
for name, entry in json.loads(blob[8:8 + size]).items():
    if name != "__metadata__" and entry["dtype"] == "F32":
        first, last = entry["data_offsets"]
        tensors[name] = array.array("f", blob[8 + size + first:8 + size + last])
images = array.array("f", open(sys.argv[2], "rb").read())
logits = array.array("f", open(sys.argv[3], "rb").read())
assert len(images) // 784 == len(logits) // 10 > 0 and any(abs(m) > 1e-3 for m in tensors["bn1.running_mean"])


def normed(name, channel, x):
    gamma, beta, mean, var = (tensors[f"{name}.{t}"][channel] for t in ("weight", "bias", "running_mean", "running_var"))
    return 1 / (1 + math.exp(-((x - mean) / math.sqrt(var + 1e-5) * gamma + beta)))


def conv(name, norm, planes, padding):
    height, width, inside = len(planes[0]), len(planes[0][0]), len(planes)
    w, b, out = tensors[name + ".weight"], tensors[name + ".bias"], []
    for o in range(len(b)):
        plane = []
        for y in range(height + 2 * padding - 4):
            row = []
            for x in range(width + 2 * padding - 4):
                total = b[o]
                for c in range(inside):
                    for ky in range(5):
                        sy = y + ky - padding
                        if 0 <= sy < height:
                            for kx in range(5):
                                sx = x + kx - padding
                                if 0 <= sx < width:
                                    total += w[((o * inside + c) * 5 + ky) * 5 + kx] * planes[c][sy][sx]
                row.append(normed(norm, o, total))
            plane.append(row)
        out.append([[(plane[y][x] + plane[y][x + 1] + plane[y + 1][x] + plane[y + 1][x + 1]) / 4
                     for x in range(0, len(plane[0]), 2)] for y in range(0, len(plane), 2)])
    return out


def linear(name, x):
    w, b = tensors[name + ".weight"], tensors[name + ".bias"]
    return [b[o] + sum(w[o * len(x) + i] * v for i, v in enumerate(x)) for o in range(len(b))]


worst = 0
for n in range(len(images) // 784):
    planes = [[list(images[n * 784 + y * 28:n * 784 + y * 28 + 28]) for y in range(28)]]
    planes = conv("conv2", "bn2", conv("conv1", "bn1", planes, 2), 0)
    x = [v for plane in planes for row in plane for v in row]
    for layer, norm in (("fc1", "bn3"), ("fc2", "bn4")):
        x = [normed(norm, i, v) for i, v in enumerate(linear(layer, x))]
    want = linear("fc3", x)
    most = max(map(abs, want))
    worst = max(worst, *(abs(g - v) / most for g, v in zip(logits[n * 10:n * 10 + 10], want)))
print(f"{len(images) // 784} images, largest error {worst:.2e} of the largest logit")
assert worst <= 1e-5
