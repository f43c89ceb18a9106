#!/usr/bin/env python3
"""Writes the goldens of the convolutional examples: PyTorch's f64 trajectory of 20 steps of their own recipes.

    venv/bin/python test/numeric/goldens/convnets.py [MODEL…]        (the venv of make.py)

The models are written down here a second time, for PyTorch, with the same names. Inputs and weights come from make.py's
formula, which test/numeric/parity/Examples.cpp shares. Lines: "loss STEP VALUE", "gradient STEP NAME NORM SAMPLE..." at
four steps, "weight 20 NAME NORM SAMPLE..." behind the last, running statistics among the weights.
"""
import math
import pathlib
import sys

import numpy
import torch
from torch import nn

from make import STATED, STEPS, mixed


class LeNet(nn.Module):
    """The three of the LeNet family: an activation, a pooling, batch norm or none."""

    def __init__(self, activation, pool, norm):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
        self.bn1, self.bn2 = (nn.BatchNorm2d(6), nn.BatchNorm2d(16)) if norm else (nn.Identity(), nn.Identity())
        self.bn3, self.bn4 = (nn.BatchNorm1d(120), nn.BatchNorm1d(84)) if norm else (nn.Identity(), nn.Identity())
        self.act, self.pool = activation(), pool(2)

    def forward(self, x):
        x = self.pool(self.act(self.bn1(self.conv1(x))))
        x = self.pool(self.act(self.bn2(self.conv2(x)))).flatten(1)
        return self.fc3(self.act(self.bn4(self.fc2(self.act(self.bn3(self.fc1(x)))))))


class CifarCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 16, 5), nn.Conv2d(16, 36, 3)
        self.fc1, self.fc2 = nn.Linear(1296, 128), nn.Linear(128, 10)

    def forward(self, x):
        pool = nn.functional.max_pool2d
        x = pool(torch.relu(self.conv1((x - 0.5) / 0.5)), 2)
        x = pool(torch.relu(self.conv2(x)), 2).flatten(1)
        return self.fc2(torch.relu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, before, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        if stride != 1 or before != channels:
            self.downsample = nn.Sequential(nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class ResNet18(nn.Module):
    """torchvision's resnet18 for one channel, of a quarter of the width, on images made 32x32."""

    def __init__(self, width=4, size=32, classes=10):
        super().__init__()
        self.size, c = size, 64 // width
        self.conv1, self.bn1 = nn.Conv2d(1, c, 7, 2, 3, bias=False), nn.BatchNorm2d(c)
        for number in range(4):
            before, channels = c * 2 ** max(number - 1, 0), c * 2**number
            first = Block(before, channels, 1 if number == 0 else 2)
            setattr(self, f"layer{number + 1}", nn.Sequential(first, Block(channels, channels, 1)))
        self.fc = nn.Linear(8 * c, classes)

    def forward(self, x):
        if x.shape[-1] != self.size:
            x = nn.functional.interpolate(x, (self.size, self.size), mode="bilinear", align_corners=False)
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


# name: model, shape of an image, batch, learning rate, momentum
MODELS = {
    "lenet": (lambda: LeNet(nn.ReLU, nn.MaxPool2d, False), (1, 28, 28), 64, 0.05, 0.9),
    "lenet-sigmoid": (lambda: LeNet(nn.Sigmoid, nn.AvgPool2d, False), (1, 28, 28), 64, 0.9, 0),
    "lenet-bn": (lambda: LeNet(nn.Sigmoid, nn.AvgPool2d, True), (1, 28, 28), 64, 1.0, 0),
    "cifar-cnn": (CifarCnn, (3, 32, 32), 4, 0.001, 0.9),
    "resnet18": (ResNet18, (1, 28, 28), 32, 0.05, 0),
}


SEED = 1000000  # streams of another seed are so far away


def start(tag, name, shape, seed=0):
    """Uniform numbers u in [-1, 1): near Xavier's bound for matrices and windows, 1 + u/4 for a norm's weight, u/16 else."""
    count = int(numpy.prod(shape))
    u = 2.0 * (mixed(tag + SEED * seed, count) >> numpy.uint64(40)).astype(numpy.float64) / 2.0**24 - 1.0
    if len(shape) > 1:
        window = math.prod(shape[2:])
        u *= 2.0 ** round(math.log2(math.sqrt(6.0 / ((shape[0] + shape[1]) * window))))
    elif name.endswith("weight"):
        u = 1.0 + u / 4.0
    else:
        u /= 16.0
    return torch.from_numpy(u.reshape(shape))


def images(step, shape, seed=0):
    """byte / 255 rounded to f32; two thirds of the pixels are 0."""
    count = int(numpy.prod(shape))
    z = mixed(1000 + SEED * seed, count, step * count)
    byte = numpy.where((z >> numpy.uint64(8)) % numpy.uint64(3) == 0, z & numpy.uint64(255), numpy.uint64(0))
    pixels = (byte.astype(numpy.float64) / 255.0).astype(numpy.float32)
    return torch.from_numpy(pixels.astype(numpy.float64).reshape(shape))


def labels(step, batch, seed=0):
    return torch.from_numpy((mixed(2000 + SEED * seed, batch, step * batch) % numpy.uint64(10)).astype(numpy.int64))


def line(kind, step, name, tensor, digits):
    flat = tensor.detach().reshape(-1)
    places = (mixed(3000, 64) % numpy.uint64(flat.numel())).astype(numpy.int64)
    values = [flat.norm().item()] + [flat[int(i)].item() for i in places]
    return " ".join([kind, str(step), name] + [f"{v:.{digits}g}" for v in values])


def trajectory(make, shape, batch, rate, momentum):
    model = make().double()
    named = dict(sorted(model.named_parameters()))
    with torch.no_grad():
        for tag, (key, value) in enumerate(named.items()):
            value.copy_(start(10 + tag, key, tuple(value.shape)))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)
    for step in range(STEPS):
        optimizer.zero_grad()
        x, y = images(step, (batch, *shape)), labels(step, batch)
        loss = model.loss(x, y) if hasattr(model, "loss") else nn.functional.cross_entropy(model(x), y)
        loss.backward()
        yield f"loss {step} {loss.item()!r}"
        if step in STATED:
            for key, value in named.items():
                yield line("gradient", step, key, value.grad, 7)
        optimizer.step()
    for key, value in sorted(model.state_dict().items()):
        if not key.endswith("num_batches_tracked"):
            yield line("weight", STEPS, key, value, 12)


def main(models):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    folder = pathlib.Path(__file__).resolve().parent
    for name in sys.argv[1:] or models:
        (folder / f"{name}.golden").write_text("\n".join(trajectory(*models[name])) + "\n")
        print(f"{name}.golden written with torch {torch.__version__}")


if __name__ == "__main__":
    main(MODELS)
