#!/usr/bin/env python3
"""Writes derivatives.golden: PyTorch's f64 values of the programs of test/numeric/derivatives/Models.cpp.

    venv/bin/python test/numeric/goldens/derivatives.py     (PyTorch and NumPy; see make.py)

One JSON object a line: program, output, shape and all elements. Inputs are uniform in [-1, 1), by the formula (make.py's
`mixed`) that test/numeric/derivatives/Derivatives.cpp shares: the tag is 7000 and the sum of the bytes of the name.
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from make import mixed
from torch.autograd import grad
from torch.func import jacrev, jvp

torch.set_default_dtype(torch.float64)


def values(name, *shape):
    count = 1
    for size in shape:
        count *= size
    u = torch.from_numpy((mixed(7000 + sum(name.encode()), count) >> 40).astype("float64") / 2.0**24)
    return (2.0 * u - 1.0).reshape(shape).requires_grad_()


def taken(y, *xs, **options):
    return grad(y, xs, create_graph=True, **options)


def inputs():
    x, w, v = values("x", 2, 3), values("w", 3, 4), values("v", 2, 4)
    h = x @ w
    y = torch.tanh(h)
    g = taken(y, x, w, h, grad_outputs=v)
    penalty = (g[0] * g[0]).sum()
    still = (y * taken(y.sum(), h)[0].detach()).sum()
    return dict(x=g[0], w=g[1], h=g[2], penalty_w=taken(penalty, w)[0], penalty_v=taken(penalty, v)[0],
                still=taken(still, x)[0])


def between():
    x = values("x", 6)
    u, v = torch.exp(x), torch.exp(x)
    m = x.reshape(2, 3)
    back = m.reshape(3, 2)
    both = taken((u * x).sum(), x, u)
    t = (torch.sin(x) * x).sum()
    for _ in range(3):
        t = taken(t, x)[0].sum()
    return dict(u=taken((u * u * v).sum(), u)[0], m=taken((back**3).sum(), m)[0], both_x=both[0], both_u=both[1], third=t)


def net(t, a, b):
    return torch.tanh(t @ a) @ b


def pinn():
    t, a, b = values("t", 5, 1), values("a", 1, 8), values("b", 8, 1)
    u = net(t, a, b)
    du = taken(u.sum(), t)[0]
    residual = taken(du.sum(), t)[0] + u
    loss = (residual * residual).mean()
    g = taken(loss, a, b)
    return dict(loss=loss, a=g[0], b=g[1])


def curvature():
    t, a, b = values("t", 5, 1), values("a", 1, 8), values("b", 8, 1)
    va, vb = values("va", 1, 8), values("vb", 8, 1)
    _, h = torch.autograd.functional.hvp(lambda a, b: (net(t, a, b)**3).mean(), (a, b), (va.detach(), vb.detach()))
    hessian = torch.func.hessian(lambda b: (net(t, a, b)**3).mean())(b)
    return dict(a=h[0], b=h[1], again_a=h[0], again_b=h[1], hessian=hessian)


def forward():
    x, w, tx, tw = values("x", 2, 2, 6, 6), values("w", 3, 2, 3, 3), values("tx", 2, 2, 6, 6), values("tw", 3, 2, 3, 3)
    c = (x * x).mean().detach()

    def f(x, w):
        y = F.conv2d(x, w, padding=1)
        p = F.max_pool2d(F.relu(y), 2)
        return (F.log_softmax(p.reshape(2, 27), -1) * c, F.avg_pool2d(y, 3, 3), torch.sort(y.reshape(216))[0],
                y.amax((2, 3)))
    ys, ts = jvp(f, (x.detach(), w.detach()), (tx.detach(), tw.detach()))
    names = ["softmax", "average", "sort", "max"]
    return {**dict(zip(names, ys)), **dict(zip(["t_" + name for name in names], ts))}


def jacobians():
    x, w, m = values("x", 1, 1, 4, 4).detach(), values("w", 2, 1, 3, 3).detach(), values("m", 16, 3).detach()
    k = values("k", 1, 3).detach()
    ids = torch.from_numpy((mixed(7000 + sum(b"ids"), 4) % 16).astype("int64")).reshape(2, 2)

    def pooled(x, w):
        return F.max_pool2d(torch.tanh(F.conv2d(x, w, padding=1)), 2)

    def z(x):
        return torch.tanh(x.reshape(1, 16) @ m) @ m.T
    return dict(image=jacrev(pooled, 0)(x, w), filter=jacrev(pooled, 1)(x, w), rows=jacrev(lambda x: (z(x)**2).sum(0))(x),
                columns=jacrev(lambda k: torch.tanh(k) @ m.T)(k), wide=jacrev(lambda x: z(x)**2)(x),
                slices=jacrev(lambda m: (m[ids]**2).sum(2))(m),
                sorted=jacrev(lambda m: (torch.sort(m.reshape(48))[0]**2)[:4])(m))


class Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.floor(x * 4) / 4

    @staticmethod
    def backward(ctx, dy):
        return dy


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, k):
        ctx.save_for_backward(a, b, k)
        return a * a * a, a * b

    @staticmethod
    def backward(ctx, d0, d1):
        a, b, k = ctx.saved_tensors
        return d0 * 3 * a * a * k.detach() + d1 * b, d1 * a, None


def custom():
    x, w, k = values("x", 5), values("w", 5), values("k")
    r = Straight.apply(x)
    ys = Cube.apply(x, w, k)
    loss = ys[0].sum() + (ys[1] * ys[1]).sum()
    g = taken(loss, x, w)
    return dict(rounded=r, straight=taken((r * r * w).sum(), x)[0], x=g[0], w=g[1], xx=taken((g[0] * w).sum(), x)[0],
                first=taken((Cube.apply(x, w, k)[0] * w).sum(), x)[0],
                moved=3 * x * x * k * w)  # the transpose of backward, by hand


def run(x, w, steps):
    for _ in range(steps):
        x = torch.sin(x * w) + x
    return x


def loops():
    x, w, t = values("x", 3), values("w", 3), values("t", 3)
    results = {}
    for most in (3, 6):  # the condition holds four times
        y = run(x, w, min(most, 4))
        g = taken((y * y).sum(), x, w)
        results.update({f"y{most}": y, f"x{most}": g[0], f"w{most}": g[1],
                        f"second{most}": taken((g[1] * t).sum(), x)[0]})
    results["moved"] = jvp(lambda x, w: run(x, w, 4), (x.detach(), w.detach()), (t.detach(), t.detach()))[1]
    return results


def unrolled():
    p, rate, x, t = values("p", 3), values("rate"), values("x", 4, 3), values("t", 3)

    def train(p, rate):
        losses = []
        for s in x.detach():
            y = torch.tanh(p * s)
            losses.append((y * s).sum())
            g = (1 - y * y) * s * s
            p = p - (g * rate if s.sum() > 0 else torch.exp(g) * rate * rate)
        return p, torch.stack(losses)
    last, losses = train(p, rate)
    loss = (last * last).sum() + losses.sum()
    g = taken(loss, p, rate)
    moved = jvp(lambda p, rate: train(p, rate)[0], (p.detach(), rate.detach()), (t.detach(), rate.detach()))[1]
    return dict(loss=loss, p=g[0], rate=g[1], moved=moved, jacobian=jacrev(lambda p: train(p, rate.detach())[0])(p.detach()))


def main():
    lines = []
    for program in (inputs, between, pinn, curvature, forward, jacobians, custom, loops, unrolled):
        for name, value in program().items():
            lines.append(json.dumps(dict(program=program.__name__, output=name, shape=list(value.shape),
                                         values=value.detach().reshape(-1).tolist())))
    path = pathlib.Path(__file__).with_suffix(".golden")
    path.write_text("\n".join(lines) + "\n")
    print(f"{path.name}: {len(lines)} outputs, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
