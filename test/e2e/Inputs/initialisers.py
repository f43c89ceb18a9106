"""usage: initialisers.py FILE PLAIN TOLERANCE   first weights of initialisers.cpp, and the normal numbers that orthogonal ones are made of"""
import array, math, sys

from stfile import read


def numbers(path):
    return {name: (shape, array.array({"F32": "f", "F64": "d"}[dtype], data).tolist()) for name, (dtype, shape, data) in read(path).items()}


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


weights, plain, tolerance = numbers(sys.argv[1]), numbers(sys.argv[2]), float(sys.argv[3])
for name, gain in (("wide", 1), ("tall", 1), ("filters", 1.5), ("other", 1)):
    shape, values = weights[name]
    columns = len(values) // shape[0]
    rows = lambda v: [v[r * columns:(r + 1) * columns] for r in range(shape[0])]
    vectors, drawn = rows(values), rows(plain[name][1])
    if shape[0] > columns:
        vectors, drawn = list(zip(*vectors)), list(zip(*drawn))
    for i, a in enumerate(vectors):
        for k, b in enumerate(vectors):
            assert abs(dot(a, b) - (gain * gain if i == k else 0)) < tolerance, (name, i, k, dot(a, b))
            if k < i:  # Q of the QR decomposition: no vector has a part of those before it
                assert abs(dot(drawn[k], a)) < 4 * tolerance, (name, i, k)  # which are up to four times as long
        assert dot(drawn[i], a) > 0, (name, i)
assert weights["wide"][1] != weights["other"][1]

cut = weights["cut"][1]
assert min(cut) >= .2 and max(cut) <= 1 and max(cut) > .95 and len(set(cut)) > 19000
pdf, cdf = lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi), lambda z: math.erfc(-z / math.sqrt(2)) / 2
mass = cdf(2.5) - cdf(-1.5)
mean = .5 + .2 * (pdf(-1.5) - pdf(2.5)) / mass
variance = .04 * (1 + (-1.5 * pdf(-1.5) - 2.5 * pdf(2.5)) / mass - ((pdf(-1.5) - pdf(2.5)) / mass) ** 2)
got = sum(cut) / len(cut)
assert abs(got - mean) < 5 * math.sqrt(variance / len(cut)), (got, mean)
spread = sum((x - got) ** 2 for x in cut) / len(cut)
assert abs(spread / variance - 1) < 5 * math.sqrt(1.5 / len(cut)), (spread, variance)  # five deviations at a kurtosis of 2.5
assert all(2.5 <= x <= 2.6 for x in weights["tail"][1])


def interpolation(k):  # the standard filter of fully convolutional nets: Long, Shelhamer, Darrell, 2015
    factor = (k + 1) // 2
    middle = factor - 1 if k % 2 == 1 else factor - .5
    return [1 - abs(i - middle) / factor for i in range(k)]


for name in ("up2", "up3", "depthwise"):
    (a, b, h, w), values = weights[name]
    want = [(y * x if b == 1 or i == j else 0) for i in range(a) for j in range(b) for y in interpolation(h) for x in interpolation(w)]
    assert all(abs(x - y) <= 2**-24 for x, y in zip(values, want)), name
