"""JAX contender of models.py; the protocol is that of peer_torch.py. Threads are set by the parent (CPU affinity)."""
import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np


def init(model: str):
    sizes = {"softmax": [784, 10], "mlp": [784, 256, 10]}[model]
    rng = np.random.default_rng(0)
    return [(jnp.asarray(rng.normal(0, 0.01, (i, o)).astype(np.float32)), jnp.zeros(o, jnp.float32))
            for i, o in zip(sizes, sizes[1:])]


def loss_of(params, image, label):
    x = image.reshape(image.shape[0], -1)
    for w, b in params[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = params[-1]
    logits = jax.nn.log_softmax(x @ w + b)
    return -jnp.mean(jnp.take_along_axis(logits, label[:, None], axis=1))


def step(params, image, label):
    loss, grads = jax.value_and_grad(loss_of)(params, image, label)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads), loss


def main() -> None:
    params = init(sys.argv[1])
    rng = np.random.default_rng(1)
    image = jnp.asarray(rng.random((256, 1, 28, 28), dtype=np.float32))
    label = jnp.asarray(rng.integers(0, 10, 256).astype(np.int32))
    run = jax.jit(step, donate_argnums=0)
    for _ in range(20):
        params, loss = run(params, image, label)
    jax.block_until_ready(loss)
    print(json.dumps(f"jax {jax.__version__}"), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            params, loss = run(params, image, label)
            jax.block_until_ready((params, loss))
            times.append((time.perf_counter() - start) * 1e3)
        print(json.dumps(times), flush=True)


main()
