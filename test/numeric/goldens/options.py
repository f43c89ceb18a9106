#!/usr/bin/env python3
"""Writes options.golden: what PyTorch makes of the options of every op, refusals included.

    venv/bin/python test/numeric/goldens/options.py     (PyTorch and NumPy; see make.py)

One JSON object a line, an op with its operands' types and its options by our names. Either `refused`, or the result's
shape, the sum of the result times weights, and for each float operand the sum of its gradient times weights (none: null); operands
and weights come from a formula (make.py's `mixed`) that test/numeric/options/Options.cpp shares. A case that we refuse
on purpose where PyTorch does not says why in `ours`.
"""
import itertools
import json
import pathlib
import random

import torch
import torch.nn.functional as F
from make import mixed
from options_more import more
from options_rest import rest

torch.set_default_dtype(torch.float64)
choose = random.Random(1)


def values(tag, shape):
    """Uniform in [-2, 2), multiples of 2^-22."""
    count = int(torch.tensor(shape).prod()) if shape else 1
    u = torch.from_numpy((mixed(tag, count) >> 40).astype("float64") / 2.0**24)
    return (4.0 * u - 2.0).reshape(shape)


def indices(tag, shape, limit):
    count = int(torch.tensor(shape).prod()) if shape else 1
    return torch.from_numpy((mixed(tag, count) % limit).astype("int64")).reshape(shape)


def sampled(count, *lists):
    every = list(itertools.product(*lists))
    return choose.sample(every, min(count, len(every)))


def case(op, function, *shapes, ours=None, labels=None, **options):
    """Runs `function` on f64 operands of `shapes` (and i32 `labels` = (shape, limit)); gives the line."""
    record = {"op": op, "operands": [list(shape) for shape in shapes]}
    if labels:
        record["labels"], record["limit"] = list(labels[0]), labels[1]
    record |= {name: value for name, value in options.items() if value is not None}
    operands = [values(5000 + i, shape).requires_grad_() for i, shape in enumerate(shapes)]
    rest = [indices(5100, *labels)] if labels else []
    try:
        result = function(*operands, *rest)
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError):
        return record | {"refused": True}
    if ours:
        return record | {"refused": True, "ours": ours}
    record["shape"] = list(result.shape)
    weights = values(6000, result.shape)
    total = (result * weights).sum()
    record["value"] = total.item()
    if result.is_floating_point() and result.requires_grad:
        total.backward()
        record["gradients"] = [
            None if x.grad is None else (x.grad * values(6100 + i, x.shape)).sum().item() for i, x in enumerate(operands)
        ]
    return record


def pools():
    images = [(1, 1, 2, 2), (2, 2, 5, 7), (1, 2, 6, 3), (1, 1, 1, 4), (1, 1, 9, 8)]
    windows = [(1, 1), (2, 2), (3, 3), (2, 3), (5, 4)]
    for shape, window, stride, padding, ceil in sampled(170, images, windows, [None, (1, 1), (2, 2), (3, 2)],
                                                       [(0, 0), (1, 1), (1, 0), (2, 2)], [False, True]):
        options = dict(window=window, stride=stride, padding=padding, ceil=ceil)
        yield case("max_pool2d", lambda x: F.max_pool2d(x, window, stride, padding, ceil_mode=ceil), shape, **options)
        for include in (True, False):
            yield case("avg_pool2d", lambda x: F.avg_pool2d(x, window, stride, padding, ceil, include), shape,
                       count_include_pad=include, **options)
    for shape, size in sampled(24, images, [(1, 1), (2, 2), (3, 4), (9, 8), (0, 2)]):
        ours = "a size of 0" if 0 in size else None
        yield case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, size), shape, size=size, ours=ours)
        yield case("resize_bilinear", lambda x: F.interpolate(x, size, mode="bilinear"), shape, size=size)
    yield case("global_avg_pool2d", lambda x: x.mean((2, 3), keepdim=True), images[1])


def activations():
    at = torch.tensor([-6, -3, -1, -0.5, 0, 0.5, 1, 3, 6])
    functions = {"relu6": F.relu6, "hardtanh": F.hardtanh, "leaky_relu": F.leaky_relu, "elu": F.elu, "celu": F.celu, "selu": F.selu,
                 "silu": F.silu, "mish": F.mish, "hard_swish": F.hardswish, "softsign": F.softsign,
                 "log_sigmoid": F.logsigmoid, "tanhshrink": F.tanhshrink, "softshrink": F.softshrink, "hardshrink": F.hardshrink,
                 "clamp": lambda x: x.clamp(-1, 3), "clamp_min": lambda x: x.clamp_min(0.5), "clamp_max": lambda x: x.clamp_max(0.5),
                 "threshold": lambda x: F.threshold(x, 0.5, 7.0), "relu": F.relu, "softplus": F.softplus,
                 "hard_sigmoid": lambda x: F.relu6(x + 3) / 6}  # hardsigmoid's gradient has a sixth of f32
    for name, function in functions.items():
        yield case(name, lambda x: function(x + (at - x).detach()), (9,), bends=True)
    for shape, axis in itertools.product([(4,), (3, 2), (2, 6, 3), (5,)], [0, 1, -1, 3]):
        yield case("glu", lambda x: F.glu(x, axis), shape, axis=axis)
    for shape, count in itertools.product([(4,), (3, 2), (2, 3, 4)], [1, 2, 3]):
        yield case("prelu", F.prelu, shape, (count,), count=count)


def convolutions():
    for (n, c, h, w), filters, kernel, stride, padding, dilation, groups in sampled(
            120, [(1, 1, 4, 5), (2, 4, 6, 5), (1, 6, 3, 8)], [2, 6], [(1, 1), (2, 2), (3, 3), (1, 4)], [(1, 1), (2, 1), (2, 3)],
            [(0, 0), (1, 1), (1, 2), "same"], [(1, 1), (2, 1), (2, 2)], [1, 2, 3]):
        # The filter is right; what is refused are the options.
        shape = (filters, max(c // groups, 1), *kernel)
        yield case("conv2d", lambda x, f: F.conv2d(x, f, None, stride, padding, dilation, groups), (n, c, h, w), shape,
                   stride=stride, padding=None if padding == "same" else padding, same=padding == "same",
                   dilation=dilation, groups=groups)


def products():
    shapes = [(3, 4), (4, 3), (2, 3, 4), (2, 4, 3), (1, 4, 5), (5, 1, 3, 4), (4,), (0, 4)]
    for a, b, ta, tb in sampled(90, shapes, shapes, [False, True], [False, True]):
        vectors = "vectors: reshape says which side they stand on" if min(len(a), len(b)) < 2 else None
        if vectors and (ta or tb):
            continue
        turn = lambda x, t: x.transpose(-1, -2) if t else x
        yield case("matmul", lambda x, y: torch.matmul(turn(x, ta), turn(y, tb)), a, b, transpose_a=ta, transpose_b=tb,
                   ours=vectors)
    for shape, bias, axis in itertools.product([(4,), (3, 4), (2, 3, 4), (2, 1, 3, 4)], [True, False], [0, -1]):
        ours = "axis 0 takes a matrix" if axis == 0 and len(shape) != 2 else None
        operands = [shape, (5, 4)] + ([(5,)] if bias else [])
        yield case("linear", lambda x, w, b=None: F.linear(x, w, b), *operands, bias=bias, axis=axis, ours=ours)


def reductions():
    functions = {"sum": torch.sum, "mean": torch.mean, "reduce_max": torch.amax, "reduce_min": torch.amin}
    for (name, function), shape, axes, keep in itertools.product(
            functions.items(), [(3,), (2, 5), (2, 3, 4)], [(0,), (-1,), (0, 1), (1, -1), (2, 0), (0, 0)], [False, True]):
        yield case(name, lambda x: function(x, dim=axes, keepdim=keep), shape, axes=axes, keepdims=keep)
    for shape, axis in itertools.product([(3,), (2, 5), (2, 3, 4)], [0, 1, -1, -3, 3]):
        yield case("argmax", lambda x: torch.argmax(x, axis), shape, axis=axis)
        yield case("softmax", lambda x: F.softmax(x, axis), shape, axis=axis)
        yield case("log_softmax", lambda x: F.log_softmax(x, axis), shape, axis=axis)


def rows():
    for shape, axis, reverse in itertools.product([(3,), (2, 5), (2, 3, 4)], [0, 1, -1, -3], [False, True]):
        turn = lambda x: x.flip(axis) if reverse else x
        yield case("cumsum", lambda x: turn(torch.cumsum(turn(x), axis)), shape, axis=axis, reverse=reverse)
        yield case("cumprod", lambda x: turn(torch.cumprod(turn(x), axis)), shape, axis=axis, reverse=reverse)
        yield case("sort", lambda x: torch.sort(x, dim=axis, descending=reverse, stable=True)[0], shape, axis=axis, descending=reverse)
        yield case("argsort", lambda x: torch.argsort(x, dim=axis, descending=reverse, stable=True), shape, axis=axis,
                   descending=reverse)
        for k in (-1, 0, 1, 3, 5):
            yield case("topk", lambda x: torch.topk(x, k, axis, largest=reverse)[0], shape, axis=axis, k=k, largest=reverse)
    for shape, at, axis in itertools.product([(3,), (2, 5), (2, 3, 4)], [(3,), (4,), (2, 7), (3, 5), (2, 3, 1), (1, 2, 9)],
                                             [0, 1, -1]):
        size = shape[axis] if -len(shape) <= axis < len(shape) else 1
        yield case("gather", lambda x, i: torch.gather(x, axis, i), shape, labels=(at, size), axis=axis)


def shapes():
    for shape, axis in itertools.product([(3,), (2, 5), (2, 3, 4), (2, 1, 3, 2)], [0, 1, 2, -1, -4]):
        yield case("flatten", lambda x: torch.flatten(x, axis), shape, axis=axis)
        yield case("concat", lambda x, y: torch.cat([x, y], axis), shape, shape, axis=axis)
    for shape, perm in itertools.product([(3,), (2, 5), (2, 3, 4)], [(0,), (1, 0), (-1, 0), (2, 0, 1), (0, -1, 1), (0, 0)]):
        yield case("transpose", lambda x: x.permute(perm), shape, perm=perm)
    for shape, to in itertools.product([(6,), (2, 3), (1, 3, 2)], [(6,), (-1,), (3, -1), (4, -1), (-1, -1), (2, 3, 1), (5,)]):
        yield case("reshape", lambda x: x.reshape(to), shape, shape_to=to)
    for shape, to in itertools.product([(1,), (3,), (2, 1), (1, 3)], [(3,), (2, 3), (4, 2, 3), (1,), (3, 2)]):
        yield case("broadcast_to", lambda x: torch.broadcast_to(x, to), shape, shape_to=to)
    for starts, limits, strides in itertools.product([(0, 0), (1, 2), (-3, -4)], [(4, 5), (-1, 4), (3, -1)], [(1, 1), (2, 3), (0, 1)]):
        yield case("slice", lambda x: x[tuple(slice(*s) for s in zip(starts, limits, strides))], (4, 5), starts=starts,
                   limits=limits, strides=strides)
    for low, high, value in itertools.product([(0, 0), (1, 0), (2, 1)], [(0, 0), (0, 3)], [0.0, 1.5]):
        yield case("pad", lambda x: F.pad(x, (low[1], high[1], low[0], high[0]), value=value), (2, 3), low=low, high=high,
                   value_of=value)


def layers():
    for shape, train, eps, momentum in itertools.product([(4, 3), (1, 3), (2, 3, 2, 2), (1, 2, 1, 1), (1, 2, 1, 2), (2, 2, 2), (1, 2, 2, 3, 2)],
                                                        [True, False], [1e-5, 0.01], [0.1]):
        channels = (shape[1],)

        def norm(x, weight, bias, mean, variance):
            return F.batch_norm(x, mean.detach(), variance.abs().detach() + 0.5, weight, bias, train, momentum, eps)
        yield case("batch_norm", norm, shape, channels, channels, channels, channels, training=train, eps=eps)
    for shape in [(4, 3), (5, 1), (2, 3, 4), (2, 2, 3, 5)]:
        yield case("softmax_cross_entropy", lambda x, y: F.cross_entropy(x.movedim(-1, 1), y, reduction="none"), shape,
                   labels=(shape[:-1], shape[-1]))
    for a, b in [((3,), (3,)), ((2, 3), (2, 3)), ((2, 1), (2,)), ((4, 1), (4, 3))]:
        ours = "shapes that only broadcast" if a != b else None
        yield case("mse", lambda x, y: F.mse_loss(x, y), a, b, ours=ours)


def main():
    torch.manual_seed(0)
    records = [r for part in (activations, pools, convolutions, products, reductions, rows, shapes, layers) for r in part()] + list(more(case, sampled)) + list(rest(case, sampled))
    lines, seen = [], set()
    for record in records:
        text = json.dumps(record)
        if text not in seen:
            seen.add(text)
            lines.append(text)
    path = pathlib.Path(__file__).with_suffix(".golden")
    path.write_text("\n".join(lines) + "\n")
    print(f"{path.name}: {len(lines)} cases, {sum('refused' in line for line in lines)} refused")


if __name__ == "__main__":
    main()
