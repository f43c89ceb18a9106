"""usage: forms.py LIBRARY.so   trains test/passes/Inputs/forms.mlir and predicts, each step against plain Python

The forms: scaled = w * s, across = its transpose, size = sum of w * w (always fresh), bend = tanh of a frozen weight (made
after loading, as is its exponential, which the step asks for itself), raised = exp of scaled (made before a prediction)."""
import ctypes, math, random, struct, sys

from clibrary import Library
from stfile import pack

ROWS, INPUTS, OUTPUTS = 7, 13, 33
RATE, STEPS = 0.05, 4
draw = random.Random(3)


def matrix(rows, columns, low, high):
    single = lambda: struct.unpack("f", struct.pack("f", draw.uniform(low, high)))[0]
    return [[single() for _ in range(columns)] for _ in range(rows)]


def transposed(x):
    return [list(column) for column in zip(*x)]


def product(x, y):
    columns = transposed(y)
    return [[math.fsum(a * b for a, b in zip(row, column)) for column in columns] for row in x]


def each(function, *matrices):
    return [[function(*values) for values in zip(*rows)] for rows in zip(*matrices)]


w, s, frozen = matrix(OUTPUTS, INPUTS, -0.3, 0.3), matrix(OUTPUTS, 1, 0.5, 1.5), matrix(1, INPUTS, -0.2, 0.2)
wide = lambda column: [row * INPUTS for row in column]

# A safetensors file of the three weights; forms are in no file.
tensors = {"w": ([OUTPUTS, INPUTS], w), "s": ([OUTPUTS, 1], s), "frozen": ([INPUTS], frozen)}
flattened = lambda rows: [value for row in rows for value in row]
packed = {name: ("F32", shape, struct.pack(f"{len(flattened(values))}f", *flattened(values))) for name, (shape, values) in tensors.items()}
open("forms.safetensors", "wb").write(pack(packed))


library = Library(sys.argv[1], "forms")
done = library.done
model = ctypes.c_void_p()


def floats(x):
    return (ctypes.c_float * (len(x) * len(x[0])))(*(value for row in x for value in row))


def expect(got, want, what):  # f32: sums of 33 terms, 6e-8 each, a few steps deep
    flat = flattened(want)
    largest = max(abs(value) for value in flat)
    worst = max(abs(a - b) for a, b in zip(got, flat))
    assert len(got) == len(flat) and worst <= 1e-5 * largest, (what, worst, largest)


def predict(when):
    x, z = matrix(ROWS, INPUTS, -1, 1), (ctypes.c_float * (ROWS * INPUTS))()
    done("predict", model, floats(x), z)
    scaled = each(lambda a, b: a * b, w, wide(s))
    expect(z, product(product(x, transposed(scaled)), each(math.exp, scaled)), f"prediction {when}")


done("open", None, ctypes.byref(model))
done("load", model, b"forms.safetensors")
predict("after loading")
for step in range(STEPS):
    x, t = matrix(ROWS, INPUTS, -0.2, 0.2), matrix(ROWS, OUTPUTS, -0.5, 0.5)
    loss = ctypes.c_double()
    done("train_step", model, floats(x), floats(t), ctypes.byref(loss))
    scaled = each(lambda a, b: a * b, w, wide(s))
    bent = each(lambda a, b: a + math.tanh(b), x, frozen * ROWS)
    warm = each(lambda a, b: a * math.exp(b), x, frozen * ROWS)
    twice = each(lambda a, b: a + b, product(bent, transposed(scaled)), product(warm, transposed(scaled)))
    error = each(lambda a, b: a - b, twice, t)
    squares = lambda m: math.fsum(value * value for row in m for value in row)
    expect([loss.value], [[squares(error) + squares(w)]], f"loss of step {step}")
    # The gradient ends at what the step reads: at scaled, as the first product reads it.
    slope = each(lambda a: 2 * a, product(transposed(error), bent))
    slope_s = [[math.fsum(row)] for row in each(lambda a, b: a * b, slope, w)]
    w = each(lambda a, b, c: a - RATE * b * c, w, slope, wide(s))
    s = each(lambda a, b: a - RATE * b, s, slope_s)
    if step != 1:  # two steps without a prediction in between, too
        predict(f"after step {step}")
library.close(model)
print("forms: training and prediction agree with Python")
