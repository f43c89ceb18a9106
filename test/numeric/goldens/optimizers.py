#!/usr/bin/env python3
"""Writes optimizers.golden: ten steps of every optimizer and samples of every schedule.

    venv/bin/python test/numeric/goldens/optimizers.py     (PyTorch and NumPy; see make.py)

Lines "optimizer NAME PARAMETER VALUE…" (after ten steps of a small perceptron in f64), the same of "average" and "schedule NAME VALUE…" (at
steps 0, 7, 14, … 994). torch.optim and torch.optim.lr_scheduler where they have it; LAMB, LARS and Lion from their
papers; schedules that PyTorch lacks stand in test/numeric/optimizers/Schedules.cpp alone, as closed forms. The cases are those of
test/numeric/optimizers/Models.cpp, by name ('_' for ' ').
"""
import pathlib

import numpy
import torch
from torch.optim import lr_scheduler, swa_utils

from make import mixed

torch.set_default_dtype(torch.float64)
STEPS = 10


def values(tag, shape):
    """Uniform in [-2, 2), multiples of 2^-22."""
    u = (mixed(tag, int(numpy.prod(shape))) >> numpy.uint64(40)).astype(numpy.float64) / 2.0**24
    return torch.from_numpy((4.0 * u - 2.0).reshape(shape))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = torch.nn.Linear(5, 3), torch.nn.Linear(3, 2)
        with torch.no_grad():
            for tag, parameter in enumerate(self.parameters()):  # a.weight a.bias b.weight b.bias
                parameter.copy_(values(7000 + tag, parameter.shape) / 2)

    def loss(self, step):
        x, target = values(7100 + step, (4, 5)), values(7200 + step, (4, 2))
        return ((self.b(torch.tanh(self.a(x))) - target) ** 2).mean()


class Paper(torch.optim.Optimizer):
    """An optimizer that PyTorch lacks: `rule` gives a parameter's new value from p, g, its states and t."""

    def __init__(self, parameters, rule, **options):
        super().__init__(parameters, {})
        self.rule, self.options = rule, options

    @torch.no_grad()
    def step(self):
        for p in self.param_groups[0]["params"]:
            state = self.state[p]
            if not state:
                state.update(t=0, m=numpy.zeros(p.shape), v=numpy.zeros(p.shape))
            state["t"] += 1
            p.copy_(torch.from_numpy(self.rule(p.numpy().copy(), p.grad.numpy().copy(), state, **self.options)))


def ratio(above, below):
    return above / below if above > 0 and below > 0 else 1.0


def lamb(p, g, s, lr=0.001, betas=(0.9, 0.999), eps=1e-6, decay=0.0):
    """You et al., 2020, algorithm 2."""
    b1, b2 = betas
    s["m"], s["v"] = b1 * s["m"] + (1 - b1) * g, b2 * s["v"] + (1 - b2) * g**2
    r = s["m"] / (1 - b1 ** s["t"]) / (numpy.sqrt(s["v"] / (1 - b2 ** s["t"])) + eps) + decay * p
    return p - lr * ratio(numpy.linalg.norm(p), numpy.linalg.norm(r)) * r


def lars(p, g, s, lr=0.1, momentum=0.9, decay=0.0, trust=0.001):
    """You, Gitman, Ginsburg, 2017, algorithm 1."""
    weight, gradient = numpy.linalg.norm(p), numpy.linalg.norm(g)
    local = trust * weight / (gradient + decay * weight) if weight > 0 and gradient > 0 else 1.0
    s["m"] = momentum * s["m"] + lr * local * (g + decay * p)
    return p - s["m"]


def lion(p, g, s, lr=1e-4, betas=(0.9, 0.99), decay=0.0):
    """Chen et al., 2023, program 1."""
    update = numpy.sign(betas[0] * s["m"] + (1 - betas[0]) * g)
    s["m"] = betas[1] * s["m"] + (1 - betas[1]) * g
    return p - lr * (update + decay * p)


def named(net, *names):
    return [dict(net.named_parameters())[name] for name in names]


def everything(make, before=lambda net: None):
    """Ten steps; `make` gives optimizers, `before` acts on gradients."""

    def run():
        net = Net()
        made = make(net)
        made, schedules = made if isinstance(made, tuple) else (made, [])
        for step in range(STEPS):
            net.zero_grad()
            net.loss(step).backward()
            before(net)
            for optimizer in made:
                optimizer.step()
            for schedule in schedules:
                schedule.step()
        return net

    return run


def torchs(kind, **options):
    return lambda net: [kind(net.parameters(), **options)]


def paper(rule, **options):
    return lambda net: [Paper(net.parameters(), rule, **options)]


def clip_norm(most, *names):
    return lambda net: torch.nn.utils.clip_grad_norm_(named(net, *names) if names else net.parameters(), most)


def clip_each(most, *names):
    def clip(net):
        for parameter in named(net, *names) if names else net.parameters():
            torch.nn.utils.clip_grad_norm_([parameter], most)
    return clip


def clip_value(most):
    return lambda net: torch.nn.utils.clip_grad_value_(net.parameters(), most)


def both(*functions):
    return lambda net: [function(net) for function in functions]


def penalty(rate):
    def add(net):
        for p in net.parameters():
            p.grad += rate * torch.sign(p.detach())

    return add


def freeze(net):
    for p in named(net, "a.weight", "a.bias"):
        p.grad = None


def warm_cosine(net):
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.1)

    def factor(t):
        if t < 4:
            return t / 4
        return (0.01 + (0.1 - 0.01) * (1 + numpy.cos(numpy.pi * (t - 4) / 8)) / 2) / 0.1

    return [optimizer], [lr_scheduler.LambdaLR(optimizer, factor)]


A, B, optim = ("a.weight", "a.bias"), ("b.weight", "b.bias"), torch.optim
OPTIMIZERS = {
    "sgd": everything(torchs(optim.SGD, lr=0.2)),
    "sgd momentum decay": everything(torchs(optim.SGD, lr=0.1, momentum=0.9, weight_decay=0.05)),
    "sgd nesterov": everything(torchs(optim.SGD, lr=0.1, momentum=0.8, nesterov=True)),
    "sgd dampening": everything(torchs(optim.SGD, lr=0.1, momentum=0.9, dampening=0.3)),
    "sgd maximize": everything(torchs(optim.SGD, lr=0.01, weight_decay=0.1, maximize=True)),
    "sgd l1": everything(torchs(optim.SGD, lr=0.1), penalty(0.02)),
    "sgd clip_norm": everything(torchs(optim.SGD, lr=0.3), clip_norm(0.25)),
    "sgd clip_value": everything(torchs(optim.SGD, lr=0.3), clip_value(0.02)),
    "sgd clip_each": everything(torchs(optim.SGD, lr=0.3), clip_each(0.1)),
    "sgd clip all": everything(torchs(optim.SGD, lr=0.3), both(clip_value(0.1), both(both(clip_each(0.12, *A), clip_each(0.05, *B)), clip_norm(0.15)))),
    "sgd clip both": everything(torchs(optim.SGD, lr=0.3, momentum=0.5), both(clip_value(0.1), clip_norm(0.2))),
    "adagrad": everything(torchs(optim.Adagrad, lr=0.1)),
    "adagrad options": everything(
        torchs(optim.Adagrad, lr=0.1, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.3, eps=1e-3)),
    "rmsprop": everything(torchs(optim.RMSprop)),
    "rmsprop options": everything(
        torchs(optim.RMSprop, lr=0.02, alpha=0.9, eps=1e-4, weight_decay=0.1, momentum=0.7, centered=True)),
    "adadelta": everything(torchs(optim.Adadelta)),
    "adadelta options": everything(
        torchs(optim.Adadelta, lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.1, maximize=True)),
    "adam": everything(torchs(optim.Adam)),
    "adam options": everything(
        torchs(optim.Adam, lr=0.05, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1, amsgrad=True)),
    "adamw": everything(torchs(optim.AdamW)),
    "adamw options": everything(
        torchs(optim.AdamW, lr=0.05, betas=(0.7, 0.9), weight_decay=0.2, amsgrad=True, maximize=True)),
    "adamax": everything(torchs(optim.Adamax)),
    "adamax options": everything(torchs(optim.Adamax, lr=0.05, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1)),
    "nadam": everything(torchs(optim.NAdam)),
    "nadam options": everything(
        torchs(optim.NAdam, lr=0.05, betas=(0.8, 0.95), weight_decay=0.1, momentum_decay=0.05)),
    "nadam decoupled": everything(torchs(optim.NAdam, weight_decay=0.1, decoupled_weight_decay=True)),
    "lamb": everything(paper(lamb, lr=0.02)),
    "lamb options": everything(paper(lamb, lr=0.05, betas=(0.8, 0.95), eps=1e-3, decay=0.1)),
    "lars": everything(paper(lars, lr=0.5)),
    "lars options": everything(paper(lars, lr=0.5, momentum=0.0, decay=0.1, trust=0.02)),
    "lion": everything(paper(lion, lr=0.01)),
    "lion options": everything(paper(lion, lr=0.02, betas=(0.8, 0.9), decay=0.3)),
    "groups": everything(lambda net: [optim.AdamW([
        {"params": named(net, "a.weight")},
        {"params": named(net, "a.bias", "b.bias"), "weight_decay": 0.0},
        {"params": named(net, "b.weight"), "lr": 0.1, "betas": (0.5, 0.9)}], lr=0.05, weight_decay=0.2)]),
    "groups own": everything(lambda net: [
        optim.Adam(named(net, *A), lr=0.05, weight_decay=0.1),
        optim.SGD(named(net, *B), lr=0.1, momentum=0.9)], clip_norm(0.2, *A)),
    "groups clip": everything(torchs(optim.SGD, lr=0.3), both(clip_norm(0.2, *A), clip_norm(0.05, *B))),
    "groups nadam": everything(lambda net: [
        optim.NAdam(named(net, *A), betas=(0.5, 0.9)), optim.NAdam(named(net, *B), lr=0.05)]),
    "frozen": everything(torchs(optim.Adam, lr=0.05), both(freeze, clip_norm(0.2, *B))),
    "schedule": everything(warm_cosine, clip_norm(0.3)),
}

s = lr_scheduler
SCHEDULES = {
    "step_schedule": lambda o: s.StepLR(o(0.5), 100, 0.5),
    "multi_step": lambda o: s.MultiStepLR(o(0.3), [30, 80, 400], 0.2),
    "exponential": lambda o: s.ExponentialLR(o(0.3), 0.995),
    "polynomial": lambda o: s.PolynomialLR(o(0.3), 700, 2),
    "linear": lambda o: s.LinearLR(o(0.3), 0.2, 0.9, 333),
    "linear default": lambda o: s.LinearLR(o(0.3)),
    "cosine": lambda o: s.CosineAnnealingLR(o(0.3), 400, 0.01),
    "cosine_restarts": lambda o: s.CosineAnnealingWarmRestarts(o(0.3), 90, eta_min=0.01),
    "cosine_restarts growing": lambda o: s.CosineAnnealingWarmRestarts(o(0.3), 30, 2),
    "cosine_restarts tripled": lambda o: s.CosineAnnealingWarmRestarts(o(0.3), 10, 3),
    "cyclic": lambda o: s.CyclicLR(o(0.1), 0.1, 0.5, 40),
    "cyclic halved": lambda o: s.CyclicLR(o(0.1), 0.1, 0.5, 40, 60, mode="triangular2"),
    "cyclic range": lambda o: s.CyclicLR(o(0.1), 0.1, 0.5, 40, mode="exp_range", gamma=0.99),
    "one_cycle": lambda o: s.OneCycleLR(o(0.5), 0.5, 1000),
    "one_cycle three": lambda o: s.OneCycleLR(o(0.5), 0.5, 1000, pct_start=0.4, three_phase=True),
}


def rates(make):
    made = []

    def optimizer(rate):
        made.append(torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate, momentum=0.9))
        return made[0]

    schedule, result = make(optimizer), []
    for step in range(1000):
        result.append(made[0].param_groups[0]["lr"])
        made[0].step()
        if step < 999:
            schedule.step()
    return result


def average(due, **options):
    """Ten steps of SGD; the averaged weights are told of those after which `due` says so."""
    net = Net()
    averaged = swa_utils.AveragedModel(net, **options)
    optimizer = optim.SGD(net.parameters(), lr=0.2)
    for step in range(STEPS):
        net.zero_grad()
        net.loss(step).backward()
        optimizer.step()
        if due(step):
            averaged.update_parameters(net)
    return averaged.module if any(map(due, range(STEPS))) else net


AVERAGES = {
    "ema": lambda: average(lambda t: True, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.8)),
    "swa": lambda: average(lambda t: t >= 3 and t % 2 == 1),
    "swa all": lambda: average(lambda t: True),
    "swa later": lambda: average(lambda t: False),  # the weights themselves
}


def main():
    lines = []
    runs = [("optimizer", name, run) for name, run in OPTIMIZERS.items()]
    for kind, name, run in runs + [("average", name, run) for name, run in AVERAGES.items()]:
        for parameter, value in run().named_parameters():
            numbers = " ".join(repr(float(v)) for v in value.detach().flatten())
            lines.append(f"{kind} {name.replace(' ', '_')} {parameter} {numbers}")
    for name, make in SCHEDULES.items():
        numbers = " ".join(repr(float(rate)) for rate in rates(make)[::7])
        lines.append(f"schedule {name.replace(' ', '_')} {numbers}")
    (pathlib.Path(__file__).parent / "optimizers.golden").write_text("\n".join(lines) + "\n")


main()
