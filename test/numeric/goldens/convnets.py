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


def enlarge(x, size):
    return nn.functional.interpolate(x, (size, size), mode="bilinear", align_corners=False)


class AlexNet(nn.Module):
    def __init__(self, width=16, size=67, places=1, dropout=0.0):  # places of the last image
        super().__init__()
        self.dropout, self.size, channels = nn.Dropout(dropout), size, [1] + [c // width for c in (96, 256, 384, 384, 256)]
        windows = [(11, 4, 1), (5, 1, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1)]
        for number, window in enumerate(windows):
            setattr(self, f"conv{number + 1}", nn.Conv2d(channels[number], channels[number + 1], *window))
        units = 4096 // width
        self.fc1, self.fc2, self.fc3 = nn.Linear(channels[-1] * places, units), nn.Linear(units, units), nn.Linear(units, 10)

    def forward(self, x):
        x = enlarge(x, self.size)
        for number in range(1, 6):
            x = torch.relu(getattr(self, f"conv{number}")(x))
            x = nn.functional.max_pool2d(x, 3, 2) if number in (1, 2, 5) else x
        x = self.dropout(torch.relu(self.fc1(x.flatten(1))))
        return self.fc3(self.dropout(torch.relu(self.fc2(x))))


class Vgg11(nn.Module):
    def __init__(self, width=16, size=32, places=1):
        super().__init__()
        self.size, before = size, 1
        for number, (count, channels) in enumerate(((1, 64), (1, 128), (2, 256), (2, 512), (2, 512))):
            block = nn.Module()
            for i in range(count):
                setattr(block, f"conv{i + 1}", nn.Conv2d(before, channels // width, 3, padding=1))
                before = channels // width
            setattr(self, f"block{number + 1}", block)
        units = 4096 // width
        self.fc1, self.fc2, self.fc3 = nn.Linear(before * places, units), nn.Linear(units, units), nn.Linear(units, 10)

    def forward(self, x):
        x = enlarge(x, self.size)
        for number in range(5):
            for conv in getattr(self, f"block{number + 1}").children():
                x = torch.relu(conv(x))
            x = nn.functional.max_pool2d(x, 2)
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x.flatten(1))))))


class Nin(nn.Module):
    def __init__(self, width=16, size=67, dropout=0.0):
        super().__init__()
        self.dropout, self.size, before = nn.Dropout(dropout), size, 1
        for number, (c, *window) in enumerate(((96 // width, 11, 4, 0), (256 // width, 5, 1, 2), (384 // width, 3, 1, 1), (10, 3, 1, 1))):
            block = nn.Module()
            block.conv1, block.conv2, block.conv3 = nn.Conv2d(before, c, *window), nn.Conv2d(c, c, 1), nn.Conv2d(c, c, 1)
            setattr(self, f"block{number + 1}", block)
            before = c

    def forward(self, x):
        x = enlarge(x, self.size)
        for number in range(4):
            for conv in getattr(self, f"block{number + 1}").children():
                x = torch.relu(conv(x))
            x = nn.functional.max_pool2d(x, 3, 2) if number < 3 else x
            x = self.dropout(x) if number == 2 else x
        return x.mean((2, 3))


class Inception(nn.Module):
    def __init__(self, before, one, three, five, pooled, width):
        super().__init__()

        def conv(before, after, window=1):
            return nn.Conv2d(before, after // width, window, padding=window // 2)

        self.one, self.pooled = conv(before, one), conv(before, pooled)
        self.three = nn.ModuleList([conv(before, three[0]), conv(three[0] // width, three[1], 3)])
        self.five = nn.ModuleList([conv(before, five[0]), conv(five[0] // width, five[1], 5)])
        self.channels = sum(c // width for c in (one, three[1], five[1], pooled))

    def forward(self, x):
        def path(convs, x):
            return torch.relu(convs[1](torch.relu(convs[0](x))))

        pooled = nn.functional.max_pool2d(x, 3, 1, 1)
        return torch.cat([torch.relu(self.one(x)), path(self.three, x), path(self.five, x), torch.relu(self.pooled(pooled))], 1)


class GoogLeNet(nn.Module):
    BLOCKS = {"3a": (64, (96, 128), (16, 32), 32), "3b": (128, (128, 192), (32, 96), 64), "4a": (192, (96, 208), (16, 48), 64),
              "4b": (160, (112, 224), (24, 64), 64), "4c": (128, (128, 256), (24, 64), 64), "4d": (112, (144, 288), (32, 64), 64),
              "4e": (256, (160, 320), (32, 128), 128), "5a": (256, (160, 320), (32, 128), 128), "5b": (384, (192, 384), (48, 128), 128)}

    def __init__(self, width=8, size=32):
        super().__init__()
        self.size = size
        c = 64 // width
        self.stem = nn.ModuleList([nn.Conv2d(1, c, 7, 2, 3), nn.Conv2d(c, c, 1), nn.Conv2d(c, 192 // width, 3, padding=1)])
        before = 192 // width
        for name, paths in self.BLOCKS.items():
            block = Inception(before, *paths, width)
            self.add_module(name, block)
            before = block.channels
        self.fc = nn.Linear(before, 10)

    def forward(self, x):
        def halve(x):
            return nn.functional.max_pool2d(x, 3, 2, 1)

        x = halve(torch.relu(self.stem[0](enlarge(x, self.size))))
        x = halve(torch.relu(self.stem[2](torch.relu(self.stem[1](x)))))
        for name in self.BLOCKS:
            x = getattr(self, name)(x)
            x = halve(x) if name in ("3b", "4e") else x
        return self.fc(x.mean((2, 3)))


class NormedConv(nn.Module):
    """A convolution of what batch norm and ReLU leave."""

    def __init__(self, before, after, window):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(before), nn.Conv2d(before, after, window, padding=window // 2)

    def forward(self, x):
        return self.conv(torch.relu(self.norm(x)))


class DenseNet(nn.Module):
    def __init__(self, width=8, size=32):
        super().__init__()
        growth = 32 // width
        self.size, c = size, 2 * growth
        self.stem, self.last = nn.Module(), nn.Module()
        self.stem.conv, self.stem.norm = nn.Conv2d(1, c, 7, 2, 3), nn.BatchNorm2d(c)
        for block in range(1, 5):
            layers = nn.Module()
            for i in range(1, 5):
                setattr(layers, f"layer{i}", NormedConv(c, growth, 3))
                c += growth
            setattr(self, f"block{block}", layers)
            if block < 4:
                setattr(self, f"transition{block}", NormedConv(c, c // 2, 1))
                c //= 2
        self.last.norm, self.fc = nn.BatchNorm2d(c), nn.Linear(c, 10)

    def forward(self, x):
        x = torch.relu(self.stem.norm(self.stem.conv(enlarge(x, self.size))))
        x = nn.functional.max_pool2d(x, 3, 2, 1)
        for block in range(1, 5):
            for layer in getattr(self, f"block{block}").children():
                x = torch.cat([x, layer(x)], 1)
            if block < 4:
                x = nn.functional.avg_pool2d(getattr(self, f"transition{block}")(x), 2)
        return self.fc(torch.relu(self.last.norm(x)).mean((2, 3)))


# name: model, shape of an image, batch, learning rate, momentum
MODELS = {
    "lenet": (lambda: LeNet(nn.ReLU, nn.MaxPool2d, False), (1, 28, 28), 64, 0.05, 0.9),
    "lenet-sigmoid": (lambda: LeNet(nn.Sigmoid, nn.AvgPool2d, False), (1, 28, 28), 64, 0.9, 0),
    "lenet-bn": (lambda: LeNet(nn.Sigmoid, nn.AvgPool2d, True), (1, 28, 28), 64, 1.0, 0),
    "cifar-cnn": (CifarCnn, (3, 32, 32), 4, 0.001, 0.9),
    "resnet18": (ResNet18, (1, 28, 28), 32, 0.05, 0),
    "alexnet": (AlexNet, (1, 28, 28), 16, 0.01, 0),
    "vgg11": (Vgg11, (1, 28, 28), 16, 0.05, 0),
    "nin": (Nin, (1, 28, 28), 16, 0.1, 0),
    "googlenet": (GoogLeNet, (1, 28, 28), 16, 0.1, 0),
    "densenet": (DenseNet, (1, 28, 28), 16, 0.1, 0),
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


def images(step, shape, seed=0, place=0):
    """byte / 255 rounded to f32; two thirds of the pixels are 0. `place`: which input of numbers of the step it is."""
    count = int(numpy.prod(shape))
    z = mixed(1000 + place + SEED * seed, count, step * count)
    byte = numpy.where((z >> numpy.uint64(8)) % numpy.uint64(3) == 0, z & numpy.uint64(255), numpy.uint64(0))
    pixels = (byte.astype(numpy.float64) / 255.0).astype(numpy.float32)
    return torch.from_numpy(pixels.astype(numpy.float64).reshape(shape))


def labels(step, shape, seed=0, place=0, classes=10):
    """Below 10, or the classes of the input if that is less. `place`: which input of indices of the step it is."""
    count = int(numpy.prod(shape))
    z = mixed(2000 + place + SEED * seed, count, step * count)
    return torch.from_numpy((z % numpy.uint64(min(10, classes))).astype(numpy.int64).reshape(shape))


def line(kind, step, name, tensor, digits):
    flat = tensor.detach().reshape(-1)
    places = (mixed(3000, 64) % numpy.uint64(flat.numel())).astype(numpy.int64)
    values = [flat.norm().item()] + [flat[int(i)].item() for i in places]
    return " ".join([kind, str(step), name] + [f"{v:.{digits}g}" for v in values])


def steps(model, loss_at, optimizer, schedule=None):
    """Lines of 20 steps of `model`, f64, whose loss at a step is loss_at(model, step)."""
    named = dict(sorted(model.named_parameters()))
    with torch.no_grad():
        for tag, (key, value) in enumerate(named.items()):
            value.copy_(start(10 + tag, key, tuple(value.shape)))
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_at(model, step)
        loss.backward()
        yield f"loss {step} {loss.item()!r}"
        if step in STATED:
            for key, value in named.items():
                if value.grad is not None:  # else it is frozen
                    yield line("gradient", step, key, value.grad, 7)
        optimizer.step()
        if schedule:
            schedule.step()
    for key, value in sorted(model.state_dict().items()):
        if not key.endswith("num_batches_tracked"):
            yield line("weight", STEPS, key, value, 12)


def trajectory(make, shape, batch, rate, momentum):
    def loss_at(model, step):
        x, y = images(step, (batch, *shape)), labels(step, batch)
        return model.loss(x, y) if hasattr(model, "loss") else nn.functional.cross_entropy(model(x), y)

    model = make().double()
    return steps(model, loss_at, torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum))


def write(name, lines):
    path = pathlib.Path(__file__).resolve().parent / f"{name}.golden"
    path.write_text("\n".join(lines) + "\n")
    print(f"{name}.golden written with torch {torch.__version__}")


def main(models):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    for name in sys.argv[1:] or models:
        write(name, trajectory(*models[name]))


if __name__ == "__main__":
    main(MODELS)
