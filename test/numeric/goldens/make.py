#!/usr/bin/env python3
"""Writes mlp.golden and softmax.golden: PyTorch's f64 trajectory of 20 SGD steps.

Inputs and weights come from a formula (mixed counters) that test/numeric/parity/Parity.cpp shares, so only losses,
norms and 64 sampled elements a tensor are stored. Run with PyTorch and NumPy installed:

    python3 -m venv venv && venv/bin/pip install torch numpy && venv/bin/python test/numeric/goldens/make.py

Lines: "loss STEP VALUE" and "weight|gradient STEP NAME NORM SAMPLE...". Weights are those before the step.
"""
import pathlib

import numpy
import torch

STEPS, BATCH, RATE = 20, 64, 0.1
STATED = (0, 5, 10, 19)
MODELS = {"softmax": [("fc", 784, 10)], "mlp": [("fc1", 784, 256), ("fc2", 256, 10)]}


def mixed(tag, count, start=0):
    """splitmix64 of counters start … start + count of stream `tag`, as uint64."""
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(tag) * numpy.uint64(0xD1B54A32D192ED03)
        z = z + (numpy.arange(start, start + count, dtype=numpy.uint64) + numpy.uint64(1)) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return z ^ (z >> numpy.uint64(31))


def weights(tag, shape):
    """Uniform in [-1/16, 1/16), multiples of 2^-27: exact in f32."""
    u = (mixed(tag, int(numpy.prod(shape))) >> numpy.uint64(40)).astype(numpy.float64) / 2.0**24
    return torch.from_numpy(((2.0 * u - 1.0) / 16.0).reshape(shape))


def images(step):
    """byte / 255 rounded to f32; two thirds of the pixels are 0, as in pictures of clothes."""
    z = mixed(1000, BATCH * 784, step * BATCH * 784)
    byte = numpy.where((z >> numpy.uint64(8)) % numpy.uint64(3) == 0, z & numpy.uint64(255), numpy.uint64(0))
    pixels = (byte.astype(numpy.float64) / 255.0).astype(numpy.float32)
    return torch.from_numpy(pixels.astype(numpy.float64).reshape(BATCH, 784))


def labels(step):
    return torch.from_numpy((mixed(2000, BATCH, step * BATCH) % numpy.uint64(10)).astype(numpy.int64))


def line(kind, step, name, tensor):
    flat = tensor.detach().reshape(-1)
    places = (mixed(3000, 64) % numpy.uint64(flat.numel())).astype(numpy.int64)
    values = [flat.norm().item()] + [flat[int(i)].item() for i in places]
    return " ".join([kind, str(step), name] + [repr(v) for v in values])


def trajectory(model):
    parameters = {}
    for number, (layer, fan_in, fan_out) in enumerate(MODELS[model]):
        parameters[f"{layer}.weight"] = weights(10 + 2 * number, (fan_out, fan_in)).requires_grad_()
        parameters[f"{layer}.bias"] = weights(11 + 2 * number, (fan_out,)).requires_grad_()
    for step in range(STEPS):
        x = images(step)
        for number, (layer, _, _) in enumerate(MODELS[model]):
            x = torch.relu(x) if number else x
            x = torch.nn.functional.linear(x, parameters[f"{layer}.weight"], parameters[f"{layer}.bias"])
        loss = torch.nn.functional.cross_entropy(x, labels(step))
        gradients = torch.autograd.grad(loss, list(parameters.values()))
        yield f"loss {step} {loss.item()!r}"
        for (name, value), gradient in zip(parameters.items(), gradients):
            if step in STATED:
                yield line("weight", step, name, value)
                yield line("gradient", step, name, gradient)
            with torch.no_grad():
                value -= RATE * gradient
    for name, value in parameters.items():
        yield line("weight", STEPS, name, value)


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    folder = pathlib.Path(__file__).resolve().parent
    for model in MODELS:
        (folder / f"{model}.golden").write_text("\n".join(trajectory(model)) + "\n")
        print(f"{model}.golden written with torch {torch.__version__}")


if __name__ == "__main__":
    main()
