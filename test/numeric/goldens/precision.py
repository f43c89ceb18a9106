#!/usr/bin/env python3
"""Writes precision.golden: how far the gradients of PyTorch's f32 are from those of its f64, at the first step.

    venv/bin/python test/numeric/goldens/precision.py        (the venv of make.py)

Over the nets of convnets.py and nets.py and four more with batch norm, from several first values. The f64 numbers are
those of parity/Precision.cpp to 1e-9, so that one norm says whether both speak of the same gradient. Lines:
"MODEL SEED PARAMETER NORM ERROR", the error as a norm relative to max(norm, 1 % of the largest gradient's).
"""
import copy
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

import convnets
import nets
from nets import NormConv

SEEDS = 3


class Dense(nn.Module):
    def __init__(self, before):
        super().__init__()
        self.norm1, self.a = nn.BatchNorm2d(before), nn.Conv2d(before, 12, 1, bias=False)
        self.norm2, self.b = nn.BatchNorm2d(12), nn.Conv2d(12, 6, 3, padding=1, bias=False)

    def forward(self, x):
        y = self.a(torch.relu(self.norm1(x)))
        return torch.cat([x, self.b(torch.relu(self.norm2(y)))], 1)


class Transition(nn.Module):
    def __init__(self, before):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(before), nn.Conv2d(before, before // 2, 1, bias=False)

    def forward(self, x):
        return F.avg_pool2d(self.conv(torch.relu(self.norm(x))), 2)


class DenseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 12, 3, padding=1, bias=False)
        self.a1, self.a2, self.a3, self.narrow = Dense(12), Dense(18), Dense(24), Transition(30)
        self.b1, self.b2, self.b3 = Dense(15), Dense(21), Dense(27)
        self.last, self.head = nn.BatchNorm2d(33), nn.Linear(33, 10)

    def forward(self, x):
        x = self.narrow(self.a3(self.a2(self.a1(self.stem(x)))))
        x = self.b3(self.b2(self.b1(x)))
        return self.head(torch.relu(self.last(x)).mean((2, 3)))


class Inverted(nn.Module):
    def __init__(self, before, filters, stride):
        super().__init__()
        wide, self.residual = 4 * before, stride == 1 and filters == before
        NormConv.add(self, "expand", before, wide)
        NormConv.add(self, "depth", wide, wide, 3, stride=stride, padding=1, groups=wide)
        NormConv.add(self, "project", wide, filters)

    def forward(self, x):
        y = F.relu6(NormConv.run(self, "expand", x))
        y = NormConv.run(self, "project", F.relu6(NormConv.run(self, "depth", y)))
        return x + y if self.residual else y


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        NormConv.add(self, "stem", 3, 8, 3, padding=1)
        self.a, self.b = Inverted(8, 12, 2), Inverted(12, 12, 1)
        self.c, self.d = Inverted(12, 16, 2), Inverted(16, 16, 1)
        NormConv.add(self, "last", 16, 32)
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        x = self.d(self.c(self.b(self.a(F.relu6(NormConv.run(self, "stem", x))))))
        return self.head(F.relu6(NormConv.run(self, "last", x)).mean((2, 3)))


class SeBlock(nn.Module):
    def __init__(self, before, filters, stride):
        super().__init__()
        middle = filters // 2
        NormConv.add(self, "a", before, middle)
        NormConv.add(self, "b", middle, middle, 3, stride=stride, padding=1, groups=4)
        NormConv.add(self, "c", middle, filters)
        self.squeeze, self.excite = nn.Conv2d(filters, filters // 4, 1), nn.Conv2d(filters // 4, filters, 1)
        self.plain = stride == 1 and before == filters
        if not self.plain:
            NormConv.add(self, "shortcut", before, filters, stride=stride)

    def forward(self, x):
        y = torch.relu(NormConv.run(self, "b", torch.relu(NormConv.run(self, "a", x))))
        y = NormConv.run(self, "c", y)
        y = y * torch.sigmoid(self.excite(torch.relu(self.squeeze(y.mean((2, 3), keepdim=True)))))
        return torch.relu((x if self.plain else NormConv.run(self, "shortcut", x)) + y)


class SeResNeXt(nn.Module):
    def __init__(self):
        super().__init__()
        NormConv.add(self, "stem", 3, 16, 3, padding=1)
        self.a, self.b, self.c, self.d = SeBlock(16, 32, 1), SeBlock(32, 32, 1), SeBlock(32, 48, 2), SeBlock(48, 48, 1)
        self.head = nn.Linear(48, 10)

    def forward(self, x):
        x = torch.relu(NormConv.run(self, "stem", x))
        return self.head(self.d(self.c(self.b(self.a(x)))).mean((2, 3)))


class ShuffleUnit(nn.Module):
    def __init__(self, before, filters, stride):
        super().__init__()
        self.stride = stride
        NormConv.add(self, "a", before, 12, groups=3)
        NormConv.add(self, "b", 12, 12, 3, stride=stride, padding=1, groups=12)
        NormConv.add(self, "c", 12, filters if stride == 1 else filters - before, groups=3)

    def forward(self, x):
        y = torch.relu(NormConv.run(self, "a", x)).unflatten(1, (3, -1)).transpose(1, 2).flatten(1, 2)
        y = NormConv.run(self, "c", NormConv.run(self, "b", y))
        return torch.relu(x + y if self.stride == 1 else torch.cat([F.avg_pool2d(x, 3, 2, 1), y], 1))


class ShuffleNet(nn.Module):
    def __init__(self):
        super().__init__()
        NormConv.add(self, "stem", 3, 12, 3, padding=1)
        self.a, self.b = ShuffleUnit(12, 24, 2), ShuffleUnit(24, 24, 1)
        self.c, self.d = ShuffleUnit(24, 48, 2), ShuffleUnit(48, 48, 1)
        self.head = nn.Linear(48, 10)

    def forward(self, x):
        x = torch.relu(NormConv.run(self, "stem", x))
        return self.head(self.d(self.c(self.b(self.a(x)))).mean((2, 3)))


# name: model, shape of an image, batch
MODELS = {name: model[:3] for name, model in (convnets.MODELS | nets.MODELS).items()}
MODELS |= {name: (model, (3, 16, 16), 8) for name, model in
           (("densenet", DenseNet), ("mobilenet", MobileNet), ("seresnext", SeResNeXt), ("shufflenet", ShuffleNet))}


def gradients(model, x, y):
    loss = model.loss(x, y) if hasattr(model, "loss") else F.cross_entropy(model(x), y)
    loss.backward()
    return {name: value.grad.double() for name, value in sorted(model.named_parameters())}


def lines(name, make, shape, batch):
    for seed in range(SEEDS):
        wide = make().double()
        with torch.no_grad():
            for number, (key, value) in enumerate(sorted(wide.named_parameters())):
                value.copy_(convnets.start(10 + number, key, tuple(value.shape), seed))
        narrow = copy.deepcopy(wide).float()
        x, y = convnets.images(0, (batch, *shape), seed), convnets.labels(0, batch, seed)
        exact, rounded = gradients(wide, x, y), gradients(narrow, x.float(), y)
        largest = max(value.norm().item() for value in exact.values())
        for key, value in exact.items():
            norm = value.norm().item()
            error = (rounded[key] - value).norm().item() / max(norm, 0.01 * largest)
            yield f"{name} {seed} {key} {norm:.12g} {error:.3g}"


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    file = pathlib.Path(__file__).resolve().parent / "precision.golden"
    file.write_text("\n".join(line for name, model in MODELS.items() for line in lines(name, *model)) + "\n")
    print(f"{file.name} written with torch {torch.__version__}")


if __name__ == "__main__":
    main()
