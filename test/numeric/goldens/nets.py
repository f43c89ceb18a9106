#!/usr/bin/env python3
"""Writes the goldens of parity/nets: small nets that together use what the examples do not.

    venv/bin/python test/numeric/goldens/nets.py [MODEL…]        (the venv of make.py)

As convnets.py, which brings the trajectory and its lines; a model with a method `loss` has its own.
"""
import torch
from torch import nn
from torch.nn import functional as F

import convnets


class NormConv(nn.Module):
    """What norm_conv of grouped.cpp is: two children of the parent, so that names are those of the DSL."""

    @staticmethod
    def add(parent, name, before, filters, kernel=1, **options):
        setattr(parent, name, nn.Conv2d(before, filters, kernel, bias=False, **options))
        setattr(parent, name + "_norm", nn.BatchNorm2d(filters))

    @staticmethod
    def run(parent, name, x):
        return getattr(parent, name + "_norm")(getattr(parent, name)(x))


class GroupedBlock(nn.Module):
    def __init__(self, before, middle, out, groups, first, second):
        super().__init__()
        NormConv.add(self, "a", before, middle, stride=first)
        NormConv.add(self, "b", middle, middle, 3, stride=second, padding=1, groups=groups)
        NormConv.add(self, "c", middle, out)
        NormConv.add(self, "shortcut", before, out, stride=first * second)

    def forward(self, x):
        y = torch.relu(NormConv.run(self, "a", x))
        y = NormConv.run(self, "c", torch.relu(NormConv.run(self, "b", y)))
        return torch.relu(y + NormConv.run(self, "shortcut", x))


class Grouped(nn.Module):
    def __init__(self):
        super().__init__()
        NormConv.add(self, "stem", 3, 12, 3, padding=1)
        self.even, self.uneven = GroupedBlock(12, 16, 20, 2, 1, 2), GroupedBlock(20, 9, 18, 3, 2, 1)
        NormConv.add(self, "depthwise", 18, 18, 5, padding=2, groups=18)
        self.squeeze, self.excite = nn.Conv2d(18, 4, 1), nn.Conv2d(4, 18, 1)
        NormConv.add(self, "last", 18, 24)
        self.head = nn.Linear(24, 10)

    def forward(self, x):
        x = self.uneven(self.even(F.silu(NormConv.run(self, "stem", x))))
        x = F.silu(NormConv.run(self, "depthwise", x))
        x = x * torch.sigmoid(self.excite(F.silu(self.squeeze(x.mean((2, 3), keepdim=True)))))
        return self.head(F.relu6(NormConv.run(self, "last", x)).mean((2, 3)))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        for name, before, filters in (("down1", 3, 6), ("down2", 6, 9), ("middle", 9, 12), ("up2", 21, 9), ("up1", 15, 6)):
            setattr(self, name, nn.Conv2d(before, filters, 3, padding=1))
            setattr(self, name + "_norm", nn.BatchNorm2d(filters))
        self.classes = nn.Conv2d(6, 4, 1)

    def forward(self, x):
        def stage(name, x):
            return torch.relu(NormConv.run(self, name, x))

        def joined(skip, x):
            return torch.cat([skip, F.interpolate(x, skip.shape[2:], mode="bilinear", align_corners=False)], 1)

        a = stage("down1", x)
        b = stage("down2", F.max_pool2d(a, 2))
        b = stage("up2", joined(b, stage("middle", F.max_pool2d(b, 2))))
        return self.classes(stage("up1", joined(a, b)))

    def loss(self, x, _):
        return F.cross_entropy(self(x), (x.mean(1) * 5).clamp(max=3).long())


class Sequence(nn.Module):
    STATES = 14

    def __init__(self):
        super().__init__()
        size = self.STATES
        self.input, self.hidden = nn.Linear(12, 3 * size), nn.Linear(size, 3 * size)
        self.norm1, self.norm2 = nn.LayerNorm(size), nn.LayerNorm(size)
        self.query, self.key, self.value, self.out = (nn.Linear(size, size) for _ in range(4))
        self.wide, self.narrow = nn.Linear(size, 2 * size), nn.Linear(2 * size, size)
        self.head = nn.Linear(size, 10)

    def gru(self, x):
        h, states = x.new_zeros(len(x), self.STATES), []
        for t in range(5):
            a, b = self.input(x[:, 0, t]).chunk(3, 1), self.hidden(h).chunk(3, 1)
            r, z = torch.sigmoid(a[0] + b[0]), torch.sigmoid(a[1] + b[1])
            h = (1 - z) * torch.tanh(a[2] + r * b[2]) + z * h
            states.append(h)
        return torch.stack(states, 1)

    def attention(self, x):
        q, k, v = (f(x).unflatten(2, (2, -1)).transpose(1, 2) for f in (self.query, self.key, self.value))
        return self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))

    def forward(self, x):
        x = self.gru(x)
        x = x + self.attention(self.norm1(x))
        x = x + self.narrow(F.gelu(self.wide(self.norm2(x)), approximate="tanh"))
        return self.head(x.mean(1))


class Attention(nn.Module):
    STATES = 24

    def __init__(self):
        super().__init__()
        setattr(self, "in", nn.Linear(12, self.STATES))
        for name in ("self", "cross"):
            for part in ("query", "key", "value", "out"):
                setattr(self, f"{name}_{part}", nn.Linear(self.STATES, self.STATES))
        self.head = nn.Linear(self.STATES, 10)

    def attend(self, name, x, source, **options):
        def heads(part, x):
            return getattr(self, f"{name}_{part}")(x).unflatten(2, (4, -1)).transpose(1, 2)

        y = F.scaled_dot_product_attention(heads("query", x), heads("key", source), heads("value", source), **options)
        return getattr(self, name + "_out")(y.transpose(1, 2).flatten(2))

    def forward(self, image):
        rows = image[:, 0]
        x = getattr(self, "in")(rows)
        x = x + self.attend("self", x, x, is_causal=True)
        bright = ((rows.mean(-1) > 0.17) & (rows.mean((1, 2)) > 0.167)[:, None])[:, None, None]
        y = x[:, :60] + self.attend("cross", x[:, :60], x, attn_mask=bright, scale=0.5)
        return self.head(torch.tanh(y).mean(1))


class Rnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.both, self.top = nn.RNN(12, 14, bidirectional=True), nn.RNN(28, 14)
        self.head = nn.Linear(42, 10)

    def forward(self, x):
        states, (_, back) = self.both(x[:, 0].transpose(0, 1))
        states, (last,) = self.top(states)
        return self.head(torch.cat([last, back, states.mean(0)], 1))


class Gates(nn.Module):
    def __init__(self):
        super().__init__()
        self.deep, self.middle = nn.LSTM(12, 14, 2, bidirectional=True), nn.GRU(28, 14, 4)
        self.top, self.head = nn.RNN(14, 14, nonlinearity="relu"), nn.Linear(42, 10)

    def forward(self, x):
        x, (h, c) = self.deep(x[:, 0].transpose(0, 1))
        x, last = self.middle(x, torch.tanh(c) + h)
        x, end = self.top(x)
        return self.head(torch.cat([end.mean(0), x.mean(0), last.mean(0)], 1))


class Loops(nn.Module):
    def __init__(self):
        super().__init__()
        setattr(self, "in", nn.Linear(1, 8))
        self.hidden, self.row = nn.Linear(8, 8, bias=False), nn.Linear(8, 8)
        self.plain, self.bent = nn.Linear(8, 10), nn.Linear(8, 10)
        self.register_buffer("seen", torch.zeros(8))
        self.register_buffer("steps", torch.zeros(()))

    def read(self, x):
        h, before, rows = x.new_zeros(len(x), 8), self.seen.clone(), []
        for row in reversed(x[:, 0].unbind(1)):
            for pixel in row.unbind(1):
                h = torch.tanh(getattr(self, "in")(pixel[:, None]) + self.hidden(h))
                self.steps += 1
            self.seen.copy_(self.seen * 0.9 + h.detach().mean(0) * 0.1)
            rows.append(torch.tanh(self.row(h)))
        return h - before + torch.stack(rows).mean(0)

    def forward(self, x):
        h, bright = self.read(x), x.max()
        while bright > 0.1:
            bright = bright * 0.5
        logits = self.plain(h) if x.mean() > 0.17 else torch.tanh(self.bent(h)) * 2
        untaken = sum(value.sum() for value in self.parameters())  # a gradient of 0, not none
        return logits * (1 + bright) + 0 * untaken


class Windows(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(5, 7, (3, 5), padding=(2, 1), dilation=(2, 1))
        self.conv2 = nn.Conv2d(7, 9, (4, 2))
        self.conv3 = nn.Conv2d(9, 11, 3, stride=(1, 2), dilation=(1, 2))
        self.features, self.classes, self.means = nn.Linear(88, 21), nn.Linear(21, 10), nn.Linear(21, 5)

    def trunk(self, x):
        x = F.max_pool2d(torch.relu(self.conv1(x)), (3, 2), 2, (1, 0), ceil_mode=True)
        x = torch.relu(self.conv2(F.pad(x, (0, 1, 1, 2))))
        x = F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False)
        x = torch.relu(self.conv3(F.pad(x, (0, 3, 1, 2))))
        cells = F.adaptive_avg_pool2d(x, (3, 2)).flatten(1)
        return self.features(torch.cat([cells, x.amax((2, 3)), x.mean((2, 3))], 1))

    def loss(self, x, labels):
        f, g = self.trunk(x), self.trunk(x[:, :, :21, :17])
        huber = F.huber_loss(self.means(torch.tanh(g)), x.mean((2, 3)), delta=0.3)
        return F.cross_entropy(self.classes(torch.relu(f)), labels) + 0.5 * huber + 0.1 * F.mse_loss(f, g)


class Embedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places, self.tied = nn.Embedding(17, 7), nn.Embedding(24, 7), nn.Embedding(17, 7)
        self.head = nn.Linear(17, 10)

    def forward(self, x):
        ids = (x.flatten(1) * 16 + 0.25).int()
        h = self.words(ids) + self.places(torch.arange(24))
        return self.head(torch.tanh(h * self.tied(ids)).mean(1) @ self.tied.weight.T)


class Ranks(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.head = nn.Linear(24, 19), nn.Linear(24, 9), nn.Linear(24, 10)

    def forward(self, x):
        x = x.flatten(1)
        a, b = torch.tanh(self.a(x)), torch.tanh(self.b(x))
        behind = a.flip(1).cumsum(1).flip(1) - a
        best = (a.cumsum(1) + behind * 0.5).topk(6, 1).values
        return self.head(torch.cat([best, b.sort(0, descending=True).values, (b + 1).cumprod(1)], 1))


# name: model, shape of an image, batch, learning rate, momentum
MODELS = {
    "grouped": (Grouped, (3, 19, 17), 5, 0.05, 0),
    "unet": (UNet, (3, 21, 15), 2, 0.05, 0.9),
    "sequence": (Sequence, (1, 5, 12), 7, 0.2, 0),
    "attention": (Attention, (1, 70, 12), 3, 0.2, 0),
    "rnn": (Rnn, (1, 6, 12), 7, 0.05, 0.9),
    "gates": (Gates, (1, 6, 12), 7, 0.2, 0.9),
    "loops": (Loops, (1, 4, 6), 5, 0.1, 0.9),
    "embedding": (Embedding, (1, 4, 6), 7, 0.5, 0),
    "ranks": (Ranks, (1, 4, 6), 7, 0.1, 0),
    "windows": (Windows, (5, 23, 19), 3, 0.1, 0),
}

if __name__ == "__main__":
    convnets.main(MODELS)
