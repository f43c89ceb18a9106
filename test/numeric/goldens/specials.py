#!/usr/bin/env python3
"""Writes specials.golden: what PyTorch makes of NaN, infinities, zeros of both signs, and numbers at the ends of the range.

    venv/bin/python test/numeric/goldens/specials.py     (PyTorch; see make.py)

One JSON object a line: a function of one or two operands by our name, its element type, the operands, the values, and the
gradients of the sum of the values; numbers as C reads them. test/numeric/specials/Specials.cpp runs the same.
"""
import itertools
import json
import math
import pathlib

import torch
import torch.nn.functional as F

# hard_sigmoid is written out: PyTorch's own has a sixth of f32.
ONE = {
    "abs": torch.abs, "sign": torch.sign, "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "tanh": torch.tanh,
    "sigmoid": torch.sigmoid, "relu": F.relu, "floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "trunc": torch.trunc,
    "sin": torch.sin, "cos": torch.cos, "tan": torch.tan, "sinh": torch.sinh, "cosh": torch.cosh, "asin": torch.asin, "acos": torch.acos,
    "atan": torch.atan, "asinh": torch.asinh, "acosh": torch.acosh, "atanh": torch.atanh, "log1p": torch.log1p, "expm1": torch.expm1,
    "erf": torch.erf, "erfc": torch.erfc, "softplus": F.softplus, "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "exp2": torch.exp2, "log2": torch.log2, "log10": torch.log10, "clamp": lambda x: x.clamp(-1, 3), "hardtanh": F.hardtanh,
    "relu6": F.relu6, "leaky_relu": F.leaky_relu, "elu": F.elu, "celu": F.celu, "selu": F.selu, "silu": F.silu, "mish": F.mish,
    "hard_sigmoid": lambda x: F.relu6(x + 3) / 6, "hard_swish": F.hardswish, "softsign": F.softsign, "log_sigmoid": F.logsigmoid,
    "tanhshrink": F.tanhshrink, "softshrink": F.softshrink, "hardshrink": F.hardshrink, "threshold": lambda x: F.threshold(x, 0.5, 7.0),
    "square": torch.square, "reciprocal": torch.reciprocal, "frac": torch.frac, "sinc": torch.sinc, "logit": torch.logit,
    "nan_to_num": torch.nan_to_num,
}
TWO = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow, "fmod": torch.fmod, "atan2": torch.atan2,
    "maximum": torch.maximum, "minimum": torch.minimum, "fmax": torch.fmax, "fmin": torch.fmin, "remainder": torch.remainder,
    "floor_divide": torch.floor_divide, "copysign": torch.copysign, "hypot": torch.hypot, "logaddexp": torch.logaddexp, "xlogy": torch.xlogy,
}
LARGE = {torch.float32: [2.0**127, 1e-40], torch.float64: [2.0**1023, 1e-310]}


def points(dtype):
    signed = [math.inf, 0.0, 0.5, 1.0, 3.0, 4.5, 30.0, 100.0, 800.0] + LARGE[dtype]
    return [math.nan] + [s * x for x in signed for s in (1, -1)]


def text(tensor):
    digits = ".9g" if tensor.dtype == torch.float32 else ".17g"
    return " ".join(format(x, digits) for x in tensor.tolist())


def line(name, function, dtype, *operands):
    operands = [torch.tensor(x, dtype=dtype).requires_grad_() for x in operands]
    record = {"op": name, "type": "f32" if dtype == torch.float32 else "f64", "operands": [text(x.detach()) for x in operands]}
    try:
        value = function(*operands)
    except NotImplementedError:
        raise SystemExit(f"{name}: PyTorch has none")
    record["value"] = text(value.detach())
    if value.requires_grad:
        try:
            grads = torch.autograd.grad(value.sum(), operands, allow_unused=True)
            record["gradients"] = [None if g is None else text(g) for g in grads]
        except RuntimeError:  # no derivative there
            pass
    return json.dumps(record)


def main():
    lines = []
    for dtype in (torch.float32, torch.float64):
        at = points(dtype)
        lines += [line(name, function, dtype, at) for name, function in ONE.items()]
        pairs = list(itertools.product([math.nan, math.inf, -math.inf, 0.0, -0.0, 0.5, 1.0, -1.0, 3.0, -3.0], repeat=2))
        lines += [line(name, function, dtype, [x for x, _ in pairs], [y for _, y in pairs]) for name, function in TWO.items()]
    path = pathlib.Path(__file__).with_suffix(".golden")
    path.write_text("\n".join(lines) + "\n")
    print(f"{path.name}: {len(lines)} functions")


if __name__ == "__main__":
    main()
