"""The third part of options.py's cases: arithmetic, order statistics, axes, products and distances, interpolation, margins.
`case` is options.py's."""
import itertools
import math

import torch
import torch.nn.functional as F

REDUCTIONS = ["none", "mean", "sum", "batchmean"]


def arithmetic(case):
    # Quarters of small whole numbers: equal ones, zeros, exact quotients.
    quarters = lambda k: (k.double() - 7) / 4
    pairs = {"fmod": torch.fmod, "remainder": torch.remainder, "floor_divide": torch.floor_divide, "maximum": torch.maximum,
             "minimum": torch.minimum, "fmax": torch.fmax, "fmin": torch.fmin, "copysign": torch.copysign, "heaviside": torch.heaviside,
             "hypot": torch.hypot, "logaddexp": torch.logaddexp}
    for name, function in pairs.items():
        apart = lambda x: x.detach() if name in ("floor_divide", "heaviside") else x  # these have no derivative there
        yield case(name, lambda x, y: function(apart(x), y.detach() if name == "copysign" else apart(y)), (3, 5), (5,))
    for name, function in {"remainder": torch.remainder, "fmod": torch.fmod, "floor_divide": torch.floor_divide}.items():
        yield case(name + " of counts", lambda k: function(k - 7, 3), labels=((40,), 15), by_number=3)
        yield case(name + " of counts", lambda k: function(k - 7, -4), labels=((40,), 15), by_number=-4)
    # Where the two are equal each has half of the gradient.
    for name in ("maximum", "minimum", "fmax", "fmin", "logaddexp"):
        yield case(name + " of equals", lambda x, k: pairs[name](x + (quarters(k) - x).detach(), quarters(k)), (30,), labels=((30,), 15), bends=True)
    for name in ("xlogy", "heaviside"):
        function = {"xlogy": torch.xlogy, "heaviside": torch.heaviside}[name]
        apart = lambda x: x.detach() if name == "heaviside" else x
        yield case(name + " at zero", lambda x, y, k: function((k.double() - 1).where(k.double() - 1 != 0, apart(x) * 0), apart(y.abs())),
                   (30,), (30,), labels=((30,), 3), bends=True)
    yield case("xlogy", lambda x, y: torch.xlogy(x, y.abs()), (3, 5), (5,))
    for name, function in {"frac": torch.frac, "deg2rad": torch.deg2rad, "rad2deg": torch.rad2deg}.items():
        yield case(name, function, (3, 5))
    yield case("sinc", torch.sinc, (3, 5))
    yield case("sinc at zero", lambda x, k: torch.sinc(x * 0 + k.double() - 1), (30,), labels=((30,), 3), bends=True)
    yield from scattered(case)
    for eps in [0.0, 0.3, 0.5, 0.7, -0.1]:
        ours = "an eps that leaves nothing" if eps >= 0.5 or eps < 0 else None
        yield case("logit", lambda x: torch.logit(x.sigmoid(), eps or None), (3, 5), eps=eps, ours=ours)
    yield case("lerp", torch.lerp, (3, 5), (3, 5), (3, 5))
    for value in [1.0, -0.5]:
        yield case("addcmul", lambda x, a, b: torch.addcmul(x, a, b, value=value), (3, 5), (3, 5), (3, 1), value_of=value)
        yield case("addcdiv", lambda x, a, b: torch.addcdiv(x, a, b, value=value), (3, 5), (3, 5), (3, 1), value_of=value)
    yield case("masked_fill", lambda x, y: x.masked_fill(y.detach() > 0, 0.75), (3, 5), (5,))
    holes = lambda k: torch.tensor([math.nan, math.inf, -math.inf, 1.0])[k]
    yield case("nan_to_num", lambda x, k: torch.nan_to_num(x + holes(k), 0.5, 3.0, -2.0), (30,), labels=((30,), 4), bends=True)
    yield case("logical_xor", lambda x, y: torch.logical_xor(x.detach() > 0, y.detach() > 0).double(), (3, 5), (5,))


def scattered(case):
    for shape, at, axis in [((5,), (9,), 0), ((4, 6), (4, 13), 1), ((4, 6), (3, 5), 0), ((3, 5, 2), (2, 7, 2), -2), ((4, 6), (5, 6), 1),
                            ((4, 6), (4,), 0), ((4, 6), (4, 6), 2)]:
        # Of equal indices PyTorch leaves the last as well, one thread at a time; its gradient there is none.
        yield case("scatter of repeats", lambda x, s, k: x.scatter(axis, k, s.detach()), shape, at, labels=(at, 4), axis=axis)
        yield case("scatter of an order", lambda x, s: x.scatter(axis, s.detach().argsort(axis), s), shape, shape, axis=axis)
    for shape, at, axis in [((5,), (3,), 0), ((4, 6), (7,), -1), ((5, 2, 3), (2,), 0), ((4, 6), (2, 2), 0), ((4, 6), (2,), 2)]:
        yield case("index_fill", lambda x, k: x.index_fill(axis, k, 0.75), shape, labels=(at, 4), axis=axis)
    for shape, size in [((5,), (5,)), ((4, 6), (30,)), ((4, 6), (2, 3, 4))]:
        yield case("masked_scatter", lambda x, s, k: x.masked_scatter(k > 0, s), shape, size, labels=(shape, 2))


def statistics(case, sampled):
    shapes = [((7,), None), ((7,), 0), ((3, 4), 1), ((2, 5, 3), 1), ((2, 5, 3), -3), ((3, 4), 2)]
    for (shape, axis), keep in itertools.product(shapes, [False, True]):
        if axis is not None:
            yield case("median", lambda x: torch.median(x, axis, keep)[0], shape, axis=axis, keepdims=keep)
            yield case("median indices", lambda x: torch.median(x, axis, keep)[1], shape, axis=axis, keepdims=keep)
    modes = ["linear", "lower", "higher", "nearest", "midpoint"]
    for (shape, axis), keep, q, mode in sampled(80, shapes, [False, True], [0.0, 0.3, 0.5, 1.0, 1.5], modes):
        yield case("quantile", lambda x: torch.quantile(x, q, axis, keep, interpolation=mode), shape, q=q, axis=axis, keepdims=keep,
                   whole=axis is None, mode=modes.index(mode))
    yield case("quantile of several", lambda x: torch.quantile(x, torch.tensor([0.25, 0.8]), 1), (3, 4), axis=1)
    yield case("median of all", torch.median, (3, 4))
    for shape, axis in [((4,), 0), ((3, 6), 1), ((3, 6), -2), ((2, 5, 3), 1), ((2, 3), 2)]:
        for name, function in {"cummax": torch.cummax, "cummin": torch.cummin}.items():
            yield case(name, lambda x: function(x, axis)[0], shape, axis=axis)
            yield case(name + " indices", lambda x: function(x, axis)[1], shape, axis=axis)
    for name, function in {"cummax": torch.cummax, "cummin": torch.cummin}.items():
        equal = lambda x, k: x + (k.double() - x).detach()
        yield case(name + " of equals", lambda x, k: function(equal(x, k), 1)[0], (3, 20), labels=((3, 20), 5), axis=1, bends=True)
        yield case(name + " indices of equals", lambda x, k: function(equal(x, k), 1)[1], (3, 20), labels=((3, 20), 5), axis=1, bends=True)
    for axes, keep in itertools.product([(0,), (1, -1)], [False, True]):
        for name, function in {"amax": torch.amax, "amin": torch.amin}.items():
            yield case(name, lambda x: function(x, axes, keep), (2, 3, 4), axes=axes, keepdims=keep)
        yield case("any", lambda k: k.any(axes, keep).double(), labels=((2, 3, 4), 2), axes=axes, keepdims=keep)
        yield case("all", lambda k: k.all(axes, keep).double(), labels=((2, 3, 4), 2), axes=axes, keepdims=keep)
    yield case("count_nonzero", lambda k: k.count_nonzero(1), labels=((2, 3, 4), 3), axes=(1,))


def axes(case):
    for shape in [(3,), (2, 4), (2, 3, 4)]:
        for a, b in itertools.product([0, 1, -1, 3], [0, -1, 2]):
            yield case("movedim", lambda x: torch.movedim(x, a, b), shape, axis=a, to=b)
            yield case("swapaxes", lambda x: torch.swapaxes(x, a, b), shape, axis=a, to=b)
        for index in [0, 1, -1, 5]:
            yield case("select", lambda x: torch.select(x, -1, index), shape, axis=-1, index=index)
        for start, length in [(0, 2), (-2, 1), (1, 3), (1, -1)]:
            yield case("narrow", lambda x: torch.narrow(x, -1, start, length), shape, axis=-1, start=start, length=length)
        for counts in [(2,), (2, 3), (1, 2, 2), (3, 1, 2, 1), (0, 1, 1)]:
            yield case("repeat", lambda x: x.repeat(counts), shape, counts=counts)
            yield case("tile", lambda x: torch.tile(x, counts), shape, counts=counts)
        for count, axis in itertools.product([0, 1, 3, -1], [0, -1]):
            yield case("repeat_interleave", lambda x: x.repeat_interleave(count, axis), shape, count=count, axis=axis)
        for n, axis in itertools.product([0, 1, 2, 5, -1], [0, -1]):
            yield case("diff", lambda x: torch.diff(x, n, axis), shape, n=n, axis=axis)
    for sizes in [(2, 3), (-1, 2), (3, 2, 1), (4, 2), (-1, 4)]:
        yield case("unflatten", lambda x: torch.unflatten(x, 1, sizes), (2, 6, 2), axis=1, sizes=sizes)
    for shape, sizes in itertools.product([(1,), (3, 1), (1, 4)], [(3, 4), (-1, 4), (2, 3, -1), (-1, -1, 4), (3, 5)]):
        yield case("expand", lambda x: x.expand(sizes), shape, sizes=sizes)
    for piece in range(3):
        yield case("unbind", lambda x: torch.unbind(x, 1)[piece], (2, 3, 2), axis=1, piece=piece)
        for xy in [False, True]:
            yield case("meshgrid", lambda a, b, c: torch.meshgrid(a, b, c, indexing="xy" if xy else "ij")[piece], (2,), (3,), (4,), xy=xy, piece=piece)
    for shape, offset in itertools.product([(4, 4), (3, 5), (5, 2)], [-6, -2, -1, 0, 1, 3]):
        yield case("diagonal", lambda x: torch.diagonal(x, offset), shape, offset=offset)
        yield case("diag", lambda x: torch.diag(x, offset), shape, offset=offset)
    yield case("diagonal of axes", lambda x: torch.diagonal(x, 1, 2, 0), (3, 2, 5), offset=1, first=2, second=0)
    yield case("diagonal of axes", lambda x: torch.diagonal(x, 1, 1, 1), (3, 2, 5), offset=1, first=1, second=1)
    for offset in [-2, 0, 1]:
        yield case("diag", lambda x: torch.diag(x, offset), (3,), offset=offset)
        yield case("diag_embed", lambda x: torch.diag_embed(x, offset), (2, 3), offset=offset)
    yield case("trace", torch.trace, (3, 4))
    for starts, limits, strides in [((0, 0), (4, 5), (1, 1)), ((1, 2), (3, 5), (1, 2)), ((-3, 0), (4, -1), (2, 1)), ((0, 3), (4, 3), (1, 1)), ((1, 0), (3, 2), (1, 1))]:
        cut = tuple(slice(*s) for s in zip(starts, limits, strides))
        def put(x, y):
            z = x.clone()
            z[cut] = y
            return z
        yield case("slice_scatter", put, (4, 5), tuple(torch.zeros(4, 5)[cut].shape), starts=starts, limits=limits,
                   strides=strides if strides != (1, 1) else None)
    for axis, index in [(0, 1), (-1, -2), (1, 9)]:
        yield case("select_scatter", lambda x, y: torch.select_scatter(x, y, axis, index), (3, 4), (4,) if axis == 0 else (3,), axis=axis, index=index)
    # One place each, so that the order does not matter.
    places = lambda k: (torch.arange(4)[None] + k[:, :1]) % 6
    yield case("scatter", lambda x, y, k: torch.scatter(x, 1, places(k), y), (3, 6), (3, 4), labels=((3, 4), 6))
    yield case("scatter of a number", lambda x, k: torch.scatter(x, 1, places(k), 2.5), (3, 6), labels=((3, 4), 6))
    yield case("scatter of nothing", lambda x, y, k: torch.scatter(x, 1, k, y), (3, 6), (3, 0), labels=((3, 0), 6))
    for r in [1, 2, 3]:
        yield case("pixel_shuffle", lambda x: F.pixel_shuffle(x, r), (2, 8, 3, 2), parts=r)
        yield case("pixel_unshuffle", lambda x: F.pixel_unshuffle(x, r), (2, 3, 4, 2), parts=r)
        yield case("channel_shuffle", lambda x: F.channel_shuffle(x, r), (2, 6, 2, 2), parts=r)
    for value in [0.0, 2.5]:
        yield case("full_like", lambda x: torch.full_like(x, value), (2, 3), value_of=value)
    yield case("logspace", lambda: torch.logspace(-1, 2, 7), begin=-1.0, end=2.0, count=7, value_of=10.0)
    yield case("logspace", lambda: torch.logspace(0, 5, 6, base=2), begin=0.0, end=5.0, count=6, value_of=2.0)
    yield case("cat", lambda x, y: torch.cat([x, y]), (2, 3), (4, 3))


def products(case):
    yield case("outer", torch.outer, (3,), (4,))
    yield case("outer", torch.outer, (3, 1), (4,))
    for a, b in [((4,), (4,)), ((2, 4), (3, 4)), ((2, 4), (4,)), ((), (3,)), ((2, 3), (2, 4))]:
        yield case("inner", torch.inner, a, b)
    for a, b, count in [((2, 3, 4), (3, 4, 5), 2), ((2, 3), (3, 4), 1), ((2, 3), (4, 5), 0), ((2, 3), (3, 2), 2), ((2, 3), (2, 3), 2), ((2,), (2,), 3)]:
        yield case("tensordot", lambda x, y: torch.tensordot(x, y, count), a, b, count=count)
    for a, b, axis in [((2, 3), (2, 3), -1), ((3, 4), (3, 1), 0), ((2, 4), (2, 4), -1)]:
        yield case("cross", lambda x, y: torch.linalg.cross(x, y, dim=axis), a, b, axis=axis)
    for beta, alpha in [(1.0, 1.0), (0.5, -2.0), (0.0, 1.0)]:
        yield case("addmm", lambda x, a, b: torch.addmm(x, a, b, beta=beta, alpha=alpha), (4,), (2, 3), (3, 4), beta=beta, alpha=alpha)
        yield case("baddbmm", lambda x, a, b: torch.baddbmm(x, a, b, beta=beta, alpha=alpha), (5, 2, 4), (5, 2, 3), (5, 3, 4), beta=beta, alpha=alpha)
    exact = dict(compute_mode="donot_use_mm_for_euclid_dist")
    for p in [0.0, 1.0, 2.0, 3.0, math.inf, -1.0]:
        infinite = int(math.isinf(p))
        options = dict(infinite=1) if infinite else dict(p=p)
        yield case("cdist", lambda x, y: torch.cdist(x, y, p, **exact), (2, 4, 3), (2, 5, 3), **options)
    yield case("cdist", lambda x, y: torch.cdist(x, y, **exact), (4, 3), (2, 5, 3))
    yield case("cdist", lambda x, y: torch.cdist(x, y, **exact), (4, 3), (5, 2))
    for p, keep in [(1.0, False), (2.0, True), (3.0, False)]:
        yield case("pairwise_distance", lambda x, y: F.pairwise_distance(x, y, p, keepdim=keep), (4, 3), (4, 3), p=p, keepdims=keep)
    for bias, lead in itertools.product([True, False], [(4,), (2, 3), ()]):
        operands = [(*lead, 3), (*lead, 2), (5, 3, 2)] + ([(5,)] if bias else [])
        yield case("bilinear" if bias else "bilinear without bias", lambda x, y, w, b=None: F.bilinear(x, y, w, b), *operands)


def resizing(case, sampled):
    modes = {1: ["nearest", "nearest-exact", "linear", "area"], 2: ["nearest", "nearest-exact", "bilinear", "bicubic", "area"],
             3: ["nearest", "nearest-exact", "trilinear", "area"]}
    numbers = {"nearest": 0, "nearest-exact": 1, "linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 3, "area": 4}
    shapes = {1: (1, 2, 5), 2: (1, 2, 3, 5), 3: (1, 1, 3, 2, 4)}
    sizes = {1: [(5,), (8,), (3,), (1,)], 2: [(3, 5), (6, 7), (2, 3), (1, 1), (4, 10)], 3: [(3, 2, 4), (5, 3, 2), (1, 4, 6)]}
    for rank in (1, 2, 3):
        for mode, size, corners in itertools.product(modes[rank], sizes[rank], [False, True]):
            weighs = numbers[mode] in (2, 3)
            if corners and not weighs and size != sizes[rank][0]:
                continue
            yield case("interpolate", lambda x: F.interpolate(x, size, mode=mode, align_corners=corners if weighs or corners else None), shapes[rank],
                       size=size, mode=numbers[mode], align_corners=corners)
        for mode, factor, again in itertools.product(modes[rank], [2.0, 1.7, 0.6], [False, True]):
            yield case("interpolate by a factor", lambda x: F.interpolate(x, scale_factor=factor, mode=mode, recompute_scale_factor=again or None),
                       shapes[rank], factor=factor, mode=numbers[mode], recompute=again)
    for size in [1, 3, 5, 7]:
        yield case("adaptive_avg_pool1d", lambda x: F.adaptive_avg_pool1d(x, size), (2, 2, 5), size_of=size)
        yield case("adaptive_max_pool1d", lambda x: F.adaptive_max_pool1d(x, size), (2, 2, 5), size_of=size)
    for size in [(1, 1, 1), (2, 3, 2), (3, 4, 2), (4, 2, 5)]:
        yield case("adaptive_avg_pool3d", lambda x: F.adaptive_avg_pool3d(x, size), (2, 1, 3, 4, 5), size=size)
        yield case("adaptive_max_pool3d", lambda x: F.adaptive_max_pool3d(x, size), (2, 1, 3, 4, 5), size=size)
    for shape, size in itertools.product([(2, 6, 3), (1, 4, 2, 3)], [1, 2, 5]):
        yield case("local_response_norm", lambda x: F.local_response_norm(x, size, 0.5, 0.6, 2.0), shape, size_of=size)
    yield case("local_response_norm", lambda x: F.local_response_norm(x, 2, 0.5, 0.6, 2.0), (0, 6, 3), size_of=2)
    for training in [True, False]:
        yield case("batch_norm without affine", lambda x, m, v: F.batch_norm(x, m.detach(), v.detach().abs() + 0.5, training=training), (4, 3, 2), (3,), (3,),
                   training=training)
        yield case("batch_norm without statistics", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), (4, 3, 2), (3,), (3,),
                   training=training)


def margins(case):
    signs = lambda k: k.double() * 2 - 1
    for number, reduction in enumerate(REDUCTIONS):
        for margin in [0.0, 0.75]:
            yield case("margin_ranking", lambda a, b, k: F.margin_ranking_loss(a, b, signs(k), margin, reduction=reduction), (3, 4), (3, 4),
                       labels=((3, 4), 2), margin=margin, reduction=number)
        yield case("soft_margin", lambda x, k: F.soft_margin_loss(x, signs(k), reduction=reduction), (3, 4), labels=((3, 4), 2), reduction=number)
        for power, weighted in itertools.product([1, 2, 3], [False, True]):
            yield case("multi_margin", lambda x, w, k: F.multi_margin_loss(x, k, power, 0.8, w.detach().abs() if weighted else None, reduction=reduction),
                       (4, 5), (5,), labels=((4,), 5), power=power, weighted=weighted, reduction=number)
        yield case("multi_margin", lambda x, w, k: F.multi_margin_loss(x, k, reduction=reduction, margin=0.8), (5,), (5,), labels=((), 5), power=1,
                   reduction=number)
        for weighted in [False, True]:
            yield case("multilabel_soft_margin", lambda x, w, k: F.multilabel_soft_margin_loss(x, k.double(), w.detach().abs() if weighted else None,
                                                                                               reduction=reduction), (3, 4), (4,),
                       labels=((3, 4), 2), weighted=weighted, reduction=number)
        for name, function in {"mse": F.mse_loss, "l1": F.l1_loss, "huber": F.huber_loss}.items():
            yield case(name + " weighted", lambda x, y, w: function(x, y, weight=w.abs(), reduction=reduction), (3, 4), (3, 4), (3, 4), reduction=number)
        # Steps and labels of each example follow from `k`; labels may repeat, and an example may have too few steps. Class 2 is blank.
        for zero in [False, True]:
            def ctc(x, k, reduction=reduction, zero=zero):
                x = x if zero else x.detach()  # its gradient is NaN where the loss is infinite, ours 0
                loss = F.ctc_loss(x.log_softmax(2), k[:, :4] + (k[:, :4] == 2), k[:, 4] + 1, k[:, 5], 2, reduction, zero)
                return torch.nan_to_num(loss, posinf=7.0)
            yield case("ctc", ctc, (6, 5, 4), labels=((5, 6), 4), zero=zero, reduction=number)
    yield case("mse weighted", lambda x, y, w: F.mse_loss(x, y, weight=w), (3, 4), (3, 4), (4,), reduction=1)
    for axis in [0, -1, 2]:
        yield case("softmin", lambda x: F.softmin(x, axis), (3, 4), axis=axis)


def rest(case, sampled):
    for part in (arithmetic, axes, products, margins):
        yield from part(case)
    yield from statistics(case, sampled)
    yield from resizing(case, sampled)
