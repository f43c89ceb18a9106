"""usage: derivatives.py LIBRARY.so WEIGHTS   derivatives that the library gives are differences of what it predicts"""
import ctypes, math, random, sys

from clibrary import Library

library = Library(sys.argv[1], "derivatives")
model = ctypes.c_void_p()
library.done("open", None, ctypes.byref(model))
library.done("load", model, sys.argv[2].encode())
pixels, classes = ctypes.c_float * 784, ctypes.c_float * 10
draw = random.Random(1)
x = [draw.random() for _ in range(784)]
v = [draw.uniform(-1, 1) for _ in range(784)]
directions = [classes(*(float(i == c) for i in range(10))) for c in range(10)]
direction = directions[3]


def score(step, direction=direction):
    result = ctypes.c_float()
    library.done("score", model, pixels(*(a + step * b for a, b in zip(x, v))), direction, ctypes.byref(result))
    return result.value


def explain(step):
    results = pixels(), ctypes.c_float(), pixels(), (ctypes.c_float * 7840)()
    library.done("explain", model, pixels(*(a + step * b for a, b in zip(x, v))), direction, pixels(*v), results[0],
                 ctypes.byref(results[1]), results[2], results[3])
    return results


def dot(a, b):
    return sum(p * q for p, q in zip(a, b))


saliency, along, bent, rows = explain(0)
# A difference is off by a sixth of the third derivative times h^2 (together .5 h^2 = 5e-5 here), and by the rounding of scores,
# some 1e-7, over h.
h = 1e-2
slope = (score(h) - score(-h)) / (2 * h)
assert abs(slope) > 1e-3, slope  # it has learnt to look at the image
assert abs(along.value - slope) < 2e-4 * (1 + abs(slope)), (along.value, slope)
exact = 30 * 2**-24 * (1 + abs(slope))  # some thirty roundings of f32 stand one behind the other
assert abs(dot(saliency, v) - along.value) < exact, (dot(saliency, v), along.value)
up, down = explain(h)[0], explain(-h)[0]
change = [(a - b) / (2 * h) for a, b in zip(up, down)]
size = dot(change, change)**.5
assert size > 1e-3, size
assert dot([a - b for a, b in zip(bent, change)], [a - b for a, b in zip(bent, change)])**.5 < 1e-3 * size
# log_softmax's own derivative, written out: the chosen row of the logits less their mean by probability.
difference = dot(rows[3 * 784:4 * 784], v) - along.value
others = [dot(rows[c * 784:(c + 1) * 784], v) for c in range(10)]
mean = sum(math.exp(score(0, direction)) * other for direction, other in zip(directions, others))
assert abs(difference - mean) < exact, (difference, mean)
library.close(model)
