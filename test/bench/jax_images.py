"""The nets of peer_jax.py that read images (and the two that read a few numbers).

Images are NHWC and windows HWIO, XLA's better layout on CPUs; batch norm tracks running statistics as the others do.
"""
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

rng = np.random.default_rng(0)


def weights(*shape):
    return jnp.asarray(rng.normal(0, 0.05, shape).astype(np.float32))


def dense(i, o):
    return {"w": weights(i, o), "b": jnp.zeros(o)}


def norm(c):
    return {"gamma": jnp.ones(c), "beta": jnp.zeros(c)}


def apply_dense(p, x):
    return x @ p["w"] + p["b"]


def conv(w, x, stride=1, padding=0):
    return lax.conv_general_dilated(x, w, (stride, stride), [(padding, padding)] * 2,
                                    dimension_numbers=("NHWC", "HWIO", "NHWC"))


def batch_norm(p, x, stats, name):
    axes = tuple(range(x.ndim - 1))
    mean, var = x.mean(axes), x.var(axes)
    stats[name] = (mean, var * (x.size / x.shape[-1]) / (x.size / x.shape[-1] - 1))
    return (x - mean) * (lax.rsqrt(var + 1e-5) * p["gamma"]) + p["beta"]


def pool(x, kind, window=2, stride=2, padding=0):
    shape, strides = (1, window, window, 1), (1, stride, stride, 1)
    around = [(0, 0), (padding, padding), (padding, padding), (0, 0)]
    if kind == "max":
        return lax.reduce_window(x, -jnp.inf, lax.max, shape, strides, around)
    return lax.reduce_window(x, 0.0, lax.add, shape, strides, around) / window**2


def flat_model(sizes):
    params = [dense(i, o) for i, o in zip(sizes, sizes[1:])]

    def forward(params, x, stats):
        x = x.reshape(x.shape[0], -1)
        for p in params[:-1]:
            x = jax.nn.relu(apply_dense(p, x))
        return apply_dense(params[-1], x)
    return params, forward


def lenet(activation, kind, normed):
    params = {"conv1": weights(5, 5, 1, 6), "b1": jnp.zeros(6), "conv2": weights(5, 5, 6, 16), "b2": jnp.zeros(16),
              "fc1": dense(400, 120), "fc2": dense(120, 84), "fc3": dense(84, 10)}
    if normed:
        params |= {f"bn{i + 1}": norm(c) for i, c in enumerate((6, 16, 120, 84))}

    def forward(p, x, stats):
        bn = (lambda name, x: batch_norm(p[name], x, stats, name)) if normed else (lambda name, x: x)
        x = pool(activation(bn("bn1", conv(p["conv1"], x, padding=2) + p["b1"])), kind)
        x = pool(activation(bn("bn2", conv(p["conv2"], x) + p["b2"])), kind)
        x = activation(bn("bn3", apply_dense(p["fc1"], x.reshape(x.shape[0], -1))))
        x = activation(bn("bn4", apply_dense(p["fc2"], x)))
        return apply_dense(p["fc3"], x)
    return params, forward


def resnet18():
    params = {"conv1": weights(7, 7, 1, 64), "bn1": norm(64), "fc": dense(512, 10)}
    plan, before = [], 64
    for stage in range(4):
        for number in range(2):
            c, stride = 64 << stage, 2 if stage and not number else 1
            name = f"layer{stage + 1}.{number}"
            params[name] = {"conv1": weights(3, 3, before, c), "bn1": norm(c), "conv2": weights(3, 3, c, c), "bn2": norm(c)}
            if stride == 2:
                params[name] |= {"down": weights(1, 1, before, c), "bn": norm(c)}
            plan.append((name, stride))
            before = c

    def forward(p, x, stats):
        x = jax.nn.relu(batch_norm(p["bn1"], conv(p["conv1"], x, 2, 3), stats, "bn1"))
        x = pool(x, "max", 3, 2, 1)
        for name, stride in plan:
            b = p[name]
            y = jax.nn.relu(batch_norm(b["bn1"], conv(b["conv1"], x, stride, 1), stats, name + ".bn1"))
            y = batch_norm(b["bn2"], conv(b["conv2"], y, 1, 1), stats, name + ".bn2")
            if "down" in b:
                x = batch_norm(b["bn"], conv(b["down"], x, stride), stats, name + ".bn")
            x = jax.nn.relu(x + y)
        return apply_dense(p["fc"], x.mean((1, 2)))
    return params, forward


def classifier(make, shape, **recipe):
    """A net that sorts images of a shape into ten classes."""
    def built():
        params, forward = make()

        def loss(params, running, batch):
            stats: dict = {}
            logits = jax.nn.log_softmax(forward(params, batch[0], stats))
            running = {name: jax.tree.map(lambda r, s: 0.9 * r + 0.1 * s, running.get(name, s), s) for name, s in stats.items()}
            return -jnp.mean(jnp.take_along_axis(logits, batch[1][:, None], axis=1)), running
        batch = (jnp.asarray(rng.random(shape, dtype=np.float32)), jnp.asarray(rng.integers(0, 10, shape[0]).astype(np.int32)))
        running = jax.tree.map(lambda s: jnp.zeros(s.shape), jax.eval_shape(loss, params, {}, batch)[1])
        return params, running, batch, loss, recipe
    return built


def regression():
    def loss(params, kept, batch):
        return jnp.mean((apply_dense(params, batch[0]) - batch[1]) ** 2), kept
    return dense(2, 1), None, (weights(10, 2), weights(10, 1)), loss, {}


SMALL = (256, 28, 28, 1)
IMAGES = {
    "linear": regression,
    "softmax": classifier(lambda: flat_model([784, 10]), SMALL),
    "mlp": classifier(lambda: flat_model([784, 256, 10]), SMALL),
    "mlp-adam": classifier(lambda: flat_model([784, 256, 128, 10]), (64, 28, 28, 1), adam=0.001),
    "lenet": classifier(lambda: lenet(jax.nn.relu, "max", False), SMALL, momentum=0.9),
    "lenet-sigmoid": classifier(lambda: lenet(jax.nn.sigmoid, "avg", False), SMALL),
    "lenet-bn": classifier(lambda: lenet(jax.nn.sigmoid, "avg", True), SMALL),
    "resnet18": classifier(resnet18, (64, 96, 96, 1)),
}
