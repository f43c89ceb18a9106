#!/usr/bin/env python3
"""Writes the goldens of examples/fcn, ssd-tiny and style-transfer: PyTorch's f64 trajectories of 20 steps of their own recipes.

    venv/bin/python test/numeric/goldens/scenes.py [MODEL…]        (the venv of make.py)

The models are written down here a second time, for PyTorch, with the same names; inputs, weights and lines are those of
convnets.py.
"""
import sys

import torch
from torch import nn
from torch.nn import functional

import convnets
from convnets import Block, images, labels


class Fcn(nn.Module):
    def __init__(self, width=1, classes=4):
        super().__init__()
        c = 64 // width
        self.conv1, self.bn1 = nn.Conv2d(3, c, 7, 2, 3, bias=False), nn.BatchNorm2d(c)
        for number in range(4):
            before, channels = c * 2 ** max(number - 1, 0), c * 2**number
            first = Block(before, channels, 1 if number == 0 else 2)
            setattr(self, f"layer{number + 1}", nn.Sequential(first, Block(channels, channels, 1)))
        self.final_conv = nn.Conv2d(8 * c, classes, 1)
        self.transpose_conv = nn.ConvTranspose2d(classes, classes, 64, 32, 16)

    def forward(self, x):
        x = functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.transpose_conv(self.final_conv(x))


class Halve(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(before, after, 3, padding=1), nn.Conv2d(after, after, 3, padding=1)
        self.norm1, self.norm2 = nn.BatchNorm2d(after), nn.BatchNorm2d(after)

    def forward(self, x):
        x = torch.relu(self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x))))))
        return functional.max_pool2d(x, 2)


class Ssd(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.classes, before = classes, 3
        for i, channels in enumerate((16, 32, 64)):
            self.add_module(f"base{i}", Halve(before, channels))
            before = channels
        for scale in range(5):
            if 0 < scale < 4:
                self.add_module(f"block{scale}", Halve(before, 128))
                before = 128
            self.add_module(f"class{scale}", nn.Conv2d(before, 4 * classes, 3, padding=1))
            self.add_module(f"box{scale}", nn.Conv2d(before, 16, 3, padding=1))

    def forward(self, x):
        found, moves = [], []
        for i in range(3):
            x = getattr(self, f"base{i}")(x)
        for scale in range(5):
            if scale == 4:
                x = functional.adaptive_max_pool2d(x, 1)
            elif scale > 0:
                x = getattr(self, f"block{scale}")(x)
            for head, numbers, into in (("class", self.classes, found), ("box", 4, moves)):
                into.append(getattr(self, f"{head}{scale}")(x).permute(0, 2, 3, 1).reshape(len(x), -1, numbers))
        return torch.cat(found, 1), torch.cat(moves, 1)

    def loss(self, image, classes, offsets):
        found, moves = self(image)
        shown = (classes > 0).double()[:, :, None]
        return functional.cross_entropy(found.flatten(0, 1), classes.flatten()) + ((moves - offsets) * shown).abs().mean()


class Style(nn.Module):
    """A picture, and VGG-19's features up to layer 28, which stay as they are."""

    def __init__(self, size, width):
        super().__init__()
        self.image, layers, before = nn.Parameter(torch.zeros(1, 3, size, size)), [], 3
        for channels, count in ((64, 2), (128, 2), (256, 4), (512, 4), (512, 1)):
            for _ in range(count):
                layers += [nn.Conv2d(before, channels // width, 3, padding=1), nn.ReLU()]
                before = channels // width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers[:29])
        self.features.requires_grad_(False)

    def found(self, x):
        result = {}
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in (0, 5, 10, 19, 25, 28):
                result[number] = x.clone()
        return result

    def loss(self, content, style):
        def gram(x):
            rows = x.flatten(0, 1).flatten(1)
            return rows @ rows.T / x.numel()

        mine, shown, said = self.found(self.image), self.found(content), self.found(style)
        l1, x = functional.l1_loss, self.image
        how = sum(functional.mse_loss(gram(mine[i]), gram(said[i])) for i in (0, 5, 10, 19, 28))
        smooth = (l1(x[:, :, 1:], x[:, :, :-1]) + l1(x[:, :, :, 1:], x[:, :, :, :-1])) / 2
        return functional.mse_loss(mine[25], shown[25]) + 1000 * how + 10 * smooth


def fcn():
    def loss_at(model, step):
        return functional.cross_entropy(model(images(step, (4, 3, 64, 64))), labels(step, (4, 64, 64), classes=4))

    model = Fcn(width=16).double()
    return convnets.steps(model, loss_at, torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9))


def ssd():
    def loss_at(model, step):
        return model.loss(images(step, (2, 3, 64, 64)), labels(step, (2, 344), classes=3), images(step, (2, 344, 4), place=1))

    model = Ssd().double()
    return convnets.steps(model, loss_at, torch.optim.SGD(model.parameters(), lr=0.2, weight_decay=5e-4))


def style():
    def loss_at(model, step):
        return model.loss(images(step, (1, 3, 32, 32)), images(step, (1, 3, 32, 32), place=1))

    model = Style(32, 16).double()
    return convnets.steps(model, loss_at, torch.optim.Adam([model.image], lr=0.05))


MODELS = {"fcn": fcn, "ssd-tiny": ssd, "style-transfer": style}

if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    for name in sys.argv[1:] or MODELS:
        convnets.write(name, MODELS[name]())
