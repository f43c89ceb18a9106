"""The second half of options.py's cases: losses, statistics, norms, rearranging, products of any axes, convolutions and
pooling with other axes, attention. `case` is options.py's; reductions are numbered as sinter::Reduction."""
import itertools
import math

import torch
import torch.nn.functional as F

REDUCTIONS = ["none", "mean", "sum", "batchmean"]


def losses(case):
    pairs = {"mse": F.mse_loss, "l1": F.l1_loss}
    for (name, function), (number, reduction) in itertools.product(pairs.items(), enumerate(REDUCTIONS)):
        yield case(name, lambda x, y: function(x, y, reduction=reduction), (3, 4), (3, 4), reduction=number)
    for size, reduction in itertools.product([0.5, 1.0, 3.0, 0.0, -1.0], range(3)):
        name = REDUCTIONS[reduction]
        yield case("huber", lambda x, y: F.huber_loss(x, y, reduction=name, delta=size), (3, 4), (3, 4), reduction=reduction, delta=size)
        yield case("smooth_l1", lambda x, y: F.smooth_l1_loss(x, y, reduction=name, beta=size), (3, 4), (3, 4), reduction=reduction,
                   beta=size)
    for weighted, positive, reduction in itertools.product([False, True], [False, True], range(3)):
        def bce(x, y, w, p):
            return F.binary_cross_entropy_with_logits(x, y.sigmoid(), w.detach().abs() if weighted else None, reduction=REDUCTIONS[reduction],
                                                      pos_weight=p.detach().abs() if positive else None)
        yield case("bce_with_logits", bce, (3, 4), (3, 4), (3, 4), (4,), reduction=reduction, weighted=weighted, positive=positive)
    yield from likelihoods(case)
    for logarithms, (number, reduction) in itertools.product([False, True], enumerate(REDUCTIONS)):
        def kl(x, y):
            target = F.log_softmax(y, -1) if logarithms else F.softmax(y, -1)
            return F.kl_div(F.log_softmax(x, -1), target, reduction=reduction, log_target=logarithms)
        yield case("kl_div", kl, (3, 4), (3, 4), reduction=number, log_target=logarithms)
    yield from class_losses(case)
    yield from vector_losses(case)


def likelihoods(case):
    for number, reduction in enumerate(REDUCTIONS):
        for weighted in [False, True]:
            yield case("bce", lambda x, y, w: F.binary_cross_entropy(x.sigmoid(), y.sigmoid(), w.detach().abs() if weighted else None,
                                                                     reduction=reduction), (3, 4), (3, 4), (3, 4), reduction=number, weighted=weighted)
        for margin in [1.0, 0.3]:
            yield case("hinge_embedding", lambda x, y: F.hinge_embedding_loss(x, y.to(x.dtype) - 1, margin, reduction=reduction), (3, 4),
                       labels=((3, 4), 3), margin=margin, reduction=number)
        for full in [False, True]:
            yield case("gaussian_nll", lambda x, y, v: F.gaussian_nll_loss(x, y, v * v, full=full, reduction=reduction), (3, 4), (3, 4), (3, 4),
                       full=full, reduction=number)
        # Where eps counts, PyTorch's gradient of the variance is not the derivative: of variances 0, 1 and 2.
        yield case("gaussian_nll of counts", lambda x, y, k: F.gaussian_nll_loss(x, y, k.to(x.dtype), eps=0.5, reduction=reduction), (3, 4), (3, 4),
                   labels=((3, 4), 3), eps=0.5, reduction=number)
        for full, logarithm in itertools.product([False, True], repeat=2):
            yield case("poisson_nll", lambda x, y: F.poisson_nll_loss(x if logarithm else x.abs(), y * y, logarithm, full, reduction=reduction),
                       (3, 4), (3, 4), full=full, log_input=logarithm, reduction=number)
    # At its bounds the value alone is compared: PyTorch's gradient is another on purpose.
    yield case("bce at its bounds", lambda x, y: F.binary_cross_entropy((x > 1) + 0.5 * ((x >= -1) & (x <= 1)), y.detach().sigmoid()), (3, 4), (3, 4))


def class_losses(case):
    for shape, weighted, smoothing, ignored, reduction in itertools.product([(5,), (4, 5), (2, 3, 4), (2, 3, 2, 2)], [False, True], [0.0, 0.1],
                                                                            [-100, 1], range(3)):
        classes = shape[1] if len(shape) > 1 else shape[0]
        rows = shape[:1] + shape[2:] if len(shape) > 1 else ()
        options = dict(weighted=weighted, ignore_index=ignored, reduction=reduction, labels=(rows, classes))
        def weight(w):
            return w.detach().abs() + 0.1 if weighted else None
        yield case("cross_entropy", lambda x, w, y: F.cross_entropy(x, y, weight(w), ignore_index=ignored, reduction=REDUCTIONS[reduction],
                                                                    label_smoothing=smoothing), shape, (classes,), smoothing=smoothing, **options)
        if smoothing == 0:
            yield case("nll", lambda x, w, y: F.nll_loss(x, y, weight(w), ignore_index=ignored, reduction=REDUCTIONS[reduction]), shape,
                       (classes,), **options)
        if ignored == -100:
            yield case("cross_entropy of probabilities", lambda x, t, w: F.cross_entropy(x, F.softmax(t, 1 if len(shape) > 1 else 0), weight(w),
                                                                                      reduction=REDUCTIONS[reduction], label_smoothing=smoothing),
                       shape, shape, (classes,), smoothing=smoothing, weighted=weighted, reduction=reduction)
    for shape, axis in itertools.product([(4,), (3, 4), (2, 3, 4)], [0, -1, 1]):
        yield case("masked_softmax", lambda x, m: torch.nan_to_num(F.softmax(x.masked_fill(m == 0, -math.inf), axis)), shape,
                   labels=(shape, 2), axis=axis)


def vector_losses(case):
    for margin, reduction in itertools.product([0.0, 0.3], range(3)):
        yield case("cosine_embedding", lambda a, b, y: F.cosine_embedding_loss(a, b, 2 * y - 1, margin, reduction=REDUCTIONS[reduction]),
                   (5, 3), (5, 3), labels=((5,), 2), margin=margin, reduction=reduction)
    yield case("cosine_embedding", lambda a, b, y: F.cosine_embedding_loss(a, b, 2 * y - 1), (3,), (3,), labels=((), 2), margin=0.0, reduction=1)
    for p, swap, reduction in itertools.product([1.0, 2.0, 3.0], [False, True], range(3)):
        yield case("triplet_margin", lambda a, b, c: F.triplet_margin_loss(a, b, c, 1.5, p, swap=swap, reduction=REDUCTIONS[reduction]),
                   (4, 3), (4, 3), (4, 3), margin=1.5, p=p, swap=swap, reduction=reduction)
    for shape, axis in itertools.product([(4, 3), (2, 3, 4)], [0, 1, -1, 2]):
        yield case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, axis), shape, shape, axis=axis)
        yield case("normalize", lambda x: F.normalize(x, 3.0, axis), shape, axis=axis, p=3.0)


def statistics(case):
    for shape, axes, keep in itertools.product([(3,), (2, 5), (2, 3, 4)], [(0,), (-1,), (0, 1), (1, -1), (0, 0)], [False, True]):
        for correction in (0.0, 1.0, 2.0):
            count = math.prod(shape[a] for a in set(axes)) if all(-len(shape) <= a < len(shape) for a in axes) else 9
            ours = "not more elements than the correction" if count <= correction else None
            options = dict(axes=axes, keepdims=keep, correction=correction, ours=ours)
            yield case("var", lambda x: torch.var(x, axes, correction=correction, keepdim=keep), shape, **options)
            yield case("stddev", lambda x: torch.std(x, axes, correction=correction, keepdim=keep), shape, **options)
        yield case("logsumexp", lambda x: torch.logsumexp(x, axes, keep), shape, axes=axes, keepdims=keep)
        for p in (0.0, 0.5, 1.0, 2.0, 3.5, -1.0):
            yield case("norm", lambda x: torch.linalg.vector_norm(x, p, axes, keep), shape, axes=axes, keepdims=keep, p=p)
        for sign in (1, -1):
            yield case("norm", lambda x: torch.linalg.vector_norm(x, sign * math.inf, axes, keep), shape, axes=axes, keepdims=keep, infinite=sign)
    for shape, axis in itertools.product([(3,), (2, 5), (2, 3, 4)], [0, 1, -1, -3, 3]):
        yield case("argmin", lambda x: torch.argmin(x, axis), shape, axis=axis)


def norms(case):
    for shape, axes, eps in itertools.product([(4,), (3, 4), (2, 3, 4)], [1, 2], [1e-5, 0.1]):
        last = shape[-axes:] if axes <= len(shape) else (3, 4)
        yield case("layer_norm", lambda x, w, b: F.layer_norm(x, last, w, b, eps), shape, last, last, axes_of=axes, eps=eps)
        yield case("rms_norm", lambda x, w: F.rms_norm(x, last, w, eps), shape, last, axes_of=axes, eps=eps)
    yield case("rms_norm", lambda x, w: F.rms_norm(x, (4,), w), (3, 4), (4,), axes_of=1, eps=0.0)
    for shape, groups in itertools.product([(2, 6), (2, 6, 5), (2, 4, 3, 2), (1, 6, 2, 2, 3)], [1, 2, 3, 4]):
        # PyTorch refuses one value a group; so small is none here.
        yield case("group_norm", lambda x, w, b: F.group_norm(x, groups, w, b, 1e-3), shape, shape[1:2], shape[1:2], groups=groups, eps=1e-3)
    for shape in [(2, 3, 5), (2, 3, 4, 2), (1, 2, 2, 3, 2), (2, 3, 1), (2, 3)]:
        ours = "one axis: PyTorch takes it for an image without a batch" if len(shape) == 2 else None
        yield case("instance_norm", lambda x, w, b: F.instance_norm(x, None, None, w, b, eps=1e-3), shape, shape[1:2], shape[1:2], eps=1e-3, ours=ours)
    plain = {"layer_norm": lambda x: F.layer_norm(x, x.shape[-1:]), "rms_norm": lambda x: F.rms_norm(x, x.shape[-1:]),
             "group_norm": lambda x: F.group_norm(x, 2), "instance_norm": lambda x: F.instance_norm(x)}
    for name, function in plain.items():
        yield case(name + " without affine", function, (3, 4, 5))


def arrangements(case):
    modes = ["constant", "reflect", "replicate", "circular"]
    for (number, mode), low, high in itertools.product(enumerate(modes), [0, 1, 2, 4, 5], [0, 2, 4, 5]):
        if number == 0:
            continue
        yield case("pad mode", lambda x: F.pad(x, (low, high), mode=mode), (2, 3, 4), low=(0, 0, low), high=(0, 0, high), mode=number)
        yield case("pad mode", lambda x: F.pad(x, (low, high, high, low), mode=mode), (1, 2, 3, 5), low=(0, 0, high, low),
                   high=(0, 0, low, high), mode=number)
    for shape, axes in itertools.product([(3,), (2, 5), (2, 3, 4)], [(0,), (-1,), (0, 1), (1, -1), (0, 0)]):
        yield case("flip", lambda x: torch.flip(x, axes), shape, axes=axes)
    for shape, shifts, axes in itertools.product([(4,), (2, 5), (3, 0)], [(1,), (-2,), (7,), (1, 2)], [(0,), (-1,), (0, 1), (2,)]):
        if 0 in shape and 2 in axes:
            continue  # PyTorch does not look at the axes of what is empty
        yield case("roll", lambda x: torch.roll(x, shifts, axes), shape, shifts=shifts, axes=axes)
    for shape, axis in itertools.product([(), (3,), (2, 3)], [0, 1, 2, -1, -2, -4]):
        yield case("stack", lambda x, y: torch.stack([x, y], axis), shape, shape, axis=axis)
        yield case("unsqueeze", lambda x: torch.unsqueeze(x, axis), shape, axis=axis)
    for size, axis, piece in itertools.product([1, 2, 3, 7, 0], [0, 1, -1, 2], [0, 1, -1]):
        yield case("split", lambda x: torch.split(x, size, axis)[piece], (4, 5), size=size, axis=axis, piece=piece)
        yield case("chunk", lambda x: torch.chunk(x, size, axis)[piece], (4, 5), size=size, axis=axis, piece=piece)
    for sizes, piece in itertools.product([(1, 3), (4,), (0, 4), (2, 1), (5, -1)], [0, -1]):
        yield case("split sizes", lambda x: torch.split(x, sizes, 0)[piece], (4, 5), sizes=sizes, piece=piece)
    for shape, axis in itertools.product([(1, 3, 1), (2, 1), (1,)], [0, 1, -1, 3]):
        yield case("squeeze", lambda x: torch.squeeze(x, axis), shape, axis=axis)
    yield case("squeeze all", lambda x: torch.squeeze(x), (1, 3, 1, 2))
    for shape, diagonal in itertools.product([(3, 3), (2, 5), (2, 4, 3), (3,)], [-2, -1, 0, 1, 2]):
        yield case("tril", lambda x: torch.tril(x, diagonal), shape, diagonal=diagonal)
        yield case("triu", lambda x: torch.triu(x, diagonal), shape, diagonal=diagonal)
    yield from known(case)


def known(case):
    for start, limit, step in itertools.product([0, -3, 2], [5, -5, 2], [1, 2, -1, 0]):
        yield case("arange", lambda: torch.arange(start, limit, step), start=start, limit=limit, step=step)
    for start, limit, step in itertools.product([0.0, 1.5], [4.0, -1.0], [0.375, -0.75]):  # exact in f32, which the result is
        yield case("arange of reals", lambda: torch.arange(start, limit, step, dtype=torch.float64), begin=start,
                   end=limit, by=step)
    for start, end, count in itertools.product([0.0, -1.5], [1.0, 7.25], [1, 2, 5, 10]):
        yield case("linspace", lambda: torch.linspace(start, end, count), begin=start, end=end, count=count)
    for rows, columns in itertools.product([0, 1, 3], [1, 3, 5]):
        yield case("eye", lambda: torch.eye(rows, columns), rows=rows, columns=columns)
    yield case("eye of a square", lambda: torch.eye(3), rows=3)
    for shape in [(3,), (2, 3), (2, 0), (2, -1)]:
        yield case("zeros", lambda: torch.zeros(shape), shape_of=shape)
        yield case("ones", lambda: torch.ones(shape), shape_of=shape)
    for shape in [(3,), (2, 3), ()]:
        yield case("one_hot", lambda i: F.one_hot(i, 5).double(), labels=(shape, 5), count=5)


def products(case):
    subscripts = [("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)), ("ij->ji", (2, 3)),
                  ("ij->", (2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)), ("iji->j", (3, 2, 3)), ("i,j->ij", (3,), (4,)), ("i,i->", (3,), (3,)),
                  ("ij,ij->ij", (2, 3), (2, 3)), ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)), ("b...,b...->b", (2, 3, 4), (2, 3, 4)),
                  ("...i->...", (2, 3)), ("ij,kj,lk->il", (2, 3), (4, 3), (5, 4)), ("abc,cd,bde->ae", (2, 3, 4), (4, 5), (3, 5, 2)),
                  ("ij,j->i", (2, 1), (3,)), ("ij,ij->i", (2, 3), (2, 1)), ("ba,ca->bc", (2, 3), (4, 3)), ("Ba,aC", (2, 3), (3, 4)),
                  ("ji,jk->ki", (2, 3), (2, 4)), ("abcd,cdef->abef", (2, 3, 2, 2), (2, 2, 3, 2)), ("i", (3,)), (" i j , j ", (2, 3), (3,)),
                  ("bij,bjk->bki", (2, 3, 4), (2, 4, 5)), ("ij,jk->ij", (2, 3), (3, 4)), ("ii,ij->j", (3, 3), (3, 2)), ("a,b,c->abc", (2,), (3,), (2,)),
                  ("ij,jk->ik", (2, 3), (4, 2)), ("ij->ik", (2, 3)), ("ij->ii", (2, 2)), ("ij", (2, 3), (2, 3)), ("ijk->i", (2, 3)), ("i1->i", (2, 3)),
                  ("i..j->i", (2, 3)), ("ii->i", (2, 3)), ("ij-jk", (2, 3)), ("...,...->...", (2, 3), (4, 3)), ("......->i", (3,))]
    for text, *shapes in subscripts:
        yield case("einsum", lambda *x: torch.einsum(text, *x), *shapes, subscripts=text)
    for a, b in itertools.product([(3,), (2, 3), (2, 3, 4), (1, 2, 3)], [(3,), (3, 2), (2, 4, 3), (4, 2)]):
        for name, function in {"mm": torch.mm, "bmm": torch.bmm, "mv": torch.mv, "dot": torch.dot}.items():
            yield case(name, function, a, b)


def layers(case):
    """Convolutions whose filters and biases are parameters."""
    options = dict(stride=(2, 1, 1), padding=(1, 0, 1), groups=2)
    yield case("conv3d layer", lambda x, f, b: F.conv3d(x, f, b, **options), (2, 4, 3, 4, 5), (6, 2, 2, 1, 3), (6,), kernel=(2, 1, 3), **options)
    options = dict(stride=(2, 3), padding=(1, 0), output_padding=(0, 2), groups=2)
    yield case("conv_transpose2d layer", lambda x, f, b: F.conv_transpose2d(x, f, b, **options), (2, 4, 3, 5), (4, 3, 3, 2), (6,), kernel=(3, 2), **options)


def windows(case, sampled):
    for (n, c, l), filters, kernel, stride, padding, dilation, groups in sampled(
            60, [(1, 1, 4), (2, 4, 7), (1, 6, 9)], [2, 6], [1, 2, 3], [1, 2], [0, 1, 2], [1, 2], [1, 2, 3]):
        options = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
        yield case("conv1d", lambda x, f: F.conv1d(x, f, None, **options), (n, c, l), (filters, max(c // groups, 1), kernel), **options)
    for (n, c, *size), filters, kernel, stride, padding, dilation, groups in sampled(
            40, [(1, 1, 4, 5, 3), (2, 4, 3, 4, 5)], [2, 4], [(1, 1, 1), (2, 2, 2), (3, 1, 2)], [(1, 1, 1), (2, 1, 2)],
            [(0, 0, 0), (1, 1, 1), (2, 0, 1)], [(1, 1, 1), (2, 1, 1)], [1, 2]):
        options = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
        yield case("conv3d", lambda x, f: F.conv3d(x, f, None, **options), (n, c, *size), (filters, max(c // groups, 1), *kernel), **options)
    for (n, c, *size), filters, kernel, stride, padding, more, groups, dilation in sampled(
            110, [(1, 1, 3, 4), (2, 4, 3, 5), (1, 6, 1, 2)], [2, 6], [(1, 1), (2, 3), (4, 4)], [(1, 1), (2, 2), (3, 2)],
            [(0, 0), (1, 1), (2, 1)], [(0, 0), (1, 1), (2, 0)], [1, 2, 3], [(1, 1), (2, 2)]):
        options = dict(stride=stride, padding=padding, output_padding=more, groups=groups, dilation=dilation)
        yield case("conv_transpose2d", lambda x, f: F.conv_transpose2d(x, f, None, **options), (n, c, *size),
                   (c, max(filters // groups, 1), *kernel), **options)
    for (n, c, l), filters, kernel, stride, padding, more, groups, dilation in sampled(
            40, [(1, 1, 4), (2, 4, 5)], [2, 6], [1, 2, 4], [1, 2, 3], [0, 1, 2], [0, 1, 2], [1, 2], [1, 2]):
        options = dict(stride=stride, padding=padding, output_padding=more, groups=groups, dilation=dilation)
        yield case("conv_transpose1d", lambda x, f: F.conv_transpose1d(x, f, None, **options), (n, c, l), (c, max(filters // groups, 1), kernel),
                   **options)
    yield from cells(case, sampled)
    images = [(1, 1, 3, 4), (2, 3, 5, 6)]
    for shape, kernel, stride, padding, dilation in sampled(40, images, [(1, 1), (2, 2), (3, 2)], [(1, 1), (2, 1), (2, 3)], [(0, 0), (1, 1), (0, 2)],
                                                            [(1, 1), (2, 1)]):
        options = dict(kernel=kernel, stride=stride, padding=padding, dilation=dilation)
        torch_options = dict(kernel_size=kernel, stride=stride, padding=padding, dilation=dilation)
        yield case("unfold", lambda x: F.unfold(x, **torch_options), shape, **options)
        try:
            columns = tuple(F.unfold(torch.zeros(shape), **torch_options).shape)
        except RuntimeError:
            continue
        yield case("fold", lambda x: F.fold(x, shape[2:], **torch_options), columns, size=shape[2:], **options)
        yield case("fold", lambda x: F.fold(x, shape[2:], **torch_options), (1, columns[1], columns[2] + 1), size=shape[2:], **options)


def cells(case, sampled):
    for shape, window, stride, padding, ceil, include in sampled(60, [(1, 2, 5), (2, 1, 8)], [1, 2, 3, 5], [None, 1, 2, 3], [0, 1, 2],
                                                                [False, True], [False, True]):
        options = dict(size=window, stride=stride, padding=padding, ceil=ceil)
        yield case("max_pool1d", lambda x: F.max_pool1d(x, window, stride, padding, ceil_mode=ceil), shape, **options)
        yield case("avg_pool1d", lambda x: F.avg_pool1d(x, window, stride, padding, ceil, include), shape, count_include_pad=include, **options)
    for shape, window, stride, padding, ceil, include in sampled(60, [(1, 2, 3, 4, 5), (2, 1, 5, 2, 4)], [(1, 1, 1), (2, 2, 2), (3, 2, 1)],
                                                                [None, (1, 2, 1), (2, 2, 2)], [(0, 0, 0), (1, 1, 0), (1, 0, 0)], [False, True],
                                                                [False, True]):
        options = dict(window=window, stride=stride, padding=padding, ceil=ceil)
        yield case("max_pool3d", lambda x: F.max_pool3d(x, window, stride, padding, ceil_mode=ceil), shape, **options)
        yield case("avg_pool3d", lambda x: F.avg_pool3d(x, window, stride, padding, ceil, include), shape, count_include_pad=include, **options)
    images = [(1, 1, 2, 2), (2, 2, 5, 7), (1, 2, 6, 3), (1, 1, 9, 8)]
    for shape, size in sampled(40, images, [(1, 1), (2, 2), (3, 4), (9, 8), (0, 2), (4, 6), (5, 14)]):
        ours = "a size of 0" if 0 in size else None
        yield case("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x, size), shape, size=size, ours=ours)
        yield case("resize_nearest", lambda x: F.interpolate(x, size, mode="nearest"), shape, size=size)
        yield case("resize_area", lambda x: F.interpolate(x, size, mode="area"), shape, size=size, ours=ours)


def heads(case):
    for lead, queries, keys, causal, masked in itertools.product([(), (2,), (2, 3)], [4, 70], [4, 67], [False, True], [False, True]):
        def attend(q, k, v, m):
            mask = m.detach() > -1.5 if masked else None
            if masked and causal:
                mask = mask & torch.ones(queries, keys).tril().bool()
            return torch.nan_to_num(F.scaled_dot_product_attention(q, k, v, mask, is_causal=causal and not masked))
        yield case("attention", attend, (*lead, queries, 3), (*lead, keys, 3), (*lead, keys, 2), (queries, keys), causal=causal, masked=masked)
    for features, count, first, separate in itertools.product([4, 6], [1, 2, 4], [True, False], [False, True]):
        other = 5 if separate else features
        shape, keys = ((2, 3, features), (2, 5, other)) if first else ((3, 2, features), (5, 2, other))
        weights = [(features, features), (features, other), (features, other)] if separate else [(3 * features, features)]
        def multi(q, k, v, bias, out, shift, *w):
            turn = lambda x: 0.25 * (x.transpose(0, 1) if first else x)
            named = dict(zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), w)) if separate else {}
            y, _ = F.multi_head_attention_forward(turn(q), turn(k), turn(v), features, count, None if separate else w[0], bias, None, None, False,
                                                  0.0, out, shift, need_weights=False, use_separate_proj_weight=separate, **named)
            return y.transpose(0, 1) if first else y
        yield case("multi_head_attention" + (" of other features" if separate else ""), multi, shape, keys, keys, (3 * features,),
                   (features, features), (features,), *weights, heads=count, batch_first=first)
        if not separate:
            alone = lambda x, *rest: multi(x, x, x, *rest)
            yield case("multi_head_attention of one", alone, shape, (3 * features,), (features, features), (features,), *weights, heads=count,
                       batch_first=first)
    def apart(q, k, v, bias, out, shift, w, m):
        """Of examples: each has a mask of its own; of single ones, without a batch."""
        inputs = [0.25 * (x.transpose(0, 1) if x.dim() == 3 else x[:, None]) for x in (q, k, v)]
        hidden = (m == 0).repeat_interleave(2, 0) if m is not None else None
        y, _ = F.multi_head_attention_forward(*inputs, 4, 2, w, bias, None, None, False, 0.0, out, shift, need_weights=False, attn_mask=hidden)
        return y.transpose(0, 1) if q.dim() == 3 else y[:, 0]
    parts = ((12,), (4, 4), (4,), (12, 4))
    def seen(k):
        return k.index_fill(2, torch.tensor(0), 1)  # each query sees one key at least: PyTorch gives NaN where it sees none
    yield case("multi_head_attention of masks", lambda q, k, v, *p: apart(q, k, v, *p[:-1], seen(p[-1])), (2, 3, 4), (2, 5, 4), (2, 5, 4), *parts,
               labels=((2, 3, 5), 2), heads=2, batch_first=True)
    yield case("multi_head_attention of one example", lambda q, k, v, *p: apart(q, k, v, *p, None), (3, 4), (5, 4), (5, 4), *parts, heads=2)
    for shape, offset, halves in itertools.product([(3, 4), (2, 5, 6), (3, 5)], [0, 7], [False, True]):
        def turn(x):
            d = x.shape[-1]
            if d % 2:
                raise ValueError("odd")
            pairs = torch.stack([x[..., : d // 2], x[..., d // 2:]], -1) if halves else x.reshape(*x.shape[:-1], d // 2, 2)
            angle = torch.arange(offset, offset + x.shape[-2])[:, None] * 10000.0 ** (-torch.arange(0, d, 2) / d)
            y = torch.view_as_real(torch.view_as_complex(pairs.contiguous()) * torch.polar(torch.ones_like(angle), angle))
            return torch.cat([y[..., 0], y[..., 1]], -1) if halves else y.reshape(x.shape)
        yield case("rotary", turn, shape, offset=offset, halves=halves)
    for steps, depth in [(5, 4), (3, 2), (2, 3)]:
        def positions():
            if depth % 2:
                raise ValueError("odd")
            angle = torch.arange(steps)[:, None] * 10000.0 ** (-torch.arange(0, depth, 2) / depth)
            return torch.stack([angle.sin(), angle.cos()], -1).reshape(steps, depth)
        yield case("sinusoidal_positions", positions, steps=steps, depth=depth)
    def additive(q, k, v, wq, wk, w, m=torch.tensor(1)):
        scores = torch.einsum("bqkh,h->bqk", torch.tanh((q @ wq.T)[:, :, None] + (k @ wk.T)[:, None]), w[0])
        return torch.nan_to_num(scores.masked_fill(m == 0, -math.inf).softmax(-1)) @ v
    yield case("additive_attention", additive, (2, 3, 4), (2, 5, 3), (2, 5, 2), (6, 4), (6, 3), (1, 6), labels=((2, 1, 5), 2))
    yield case("additive_attention without mask", additive, (2, 3, 4), (2, 5, 3), (2, 5, 2), (6, 4), (6, 3), (1, 6))


def more(case, sampled):
    for part in (losses, statistics, norms, arrangements, products, heads, layers):
        yield from part(case)
    yield from windows(case, sampled)
