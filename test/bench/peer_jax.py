"""JAX contender of models.py; the protocol is that of peer_torch.py. Threads are set by the parent (CPU affinity).

A net is its parameters, one batch, and `loss(params, kept, batch) -> (loss, kept)`: `kept` is what goes on from step to step
beside the weights (running statistics, the state of a recurrent net, the key of dropout).
"""
import json
import sys
import time

import jax
import jax.numpy as jnp

from jax_images import IMAGES
from jax_sequences import SEQUENCES

# XLA's own generator: threefry, the default, takes longer than the dropout it serves.
jax.config.update("jax_default_prng_impl", "unsafe_rbg")


def clipped(grads):
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(grads)))
    return jax.tree.map(lambda g: g * jnp.minimum(1.0, 1.0 / (norm + 1e-6)), grads)


def sgd(rate, momentum=0.0):
    def start(params):
        return jax.tree.map(jnp.zeros_like, params) if momentum else None

    def update(params, speed, grads):
        if momentum:
            speed = grads = jax.tree.map(lambda v, g: momentum * v + g, speed, grads)
        return jax.tree.map(lambda p, g: p - rate * g, params, grads), speed
    return start, update


def adam(rate):
    def start(params):
        zeros = jax.tree.map(jnp.zeros_like, params)
        return zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros(())

    def update(params, state, grads):
        m, v, t = state
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
        unbiased, root = rate / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
        return jax.tree.map(lambda p, m, v: p - unbiased * m / (jnp.sqrt(v) / root + 1e-8), params, m, v), (m, v, t)
    return start, update


def main() -> None:
    model = sys.argv[1]
    params, kept, batch, loss_of, recipe = (IMAGES | SEQUENCES)[model]()
    start, update = adam(recipe["adam"]) if "adam" in recipe else sgd(0.01, recipe.get("momentum", 0))

    def step(params, state, kept, batch):
        (loss, kept), grads = jax.value_and_grad(loss_of, has_aux=True)(params, kept, batch)
        params, state = update(params, state, clipped(grads) if recipe.get("clip") else grads)
        return params, state, kept, loss

    run, state = jax.jit(step, donate_argnums=(0, 1, 2)), start(params)
    for _ in range(int(sys.argv[2])):
        params, state, kept, loss = run(params, state, kept, batch)
    jax.block_until_ready(loss)
    print(json.dumps(f"jax {jax.__version__}"), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            begin = time.perf_counter()
            params, state, kept, loss = run(params, state, kept, batch)
            jax.block_until_ready((params, loss))
            times.append((time.perf_counter() - begin) * 1e3)
        print(json.dumps(times), flush=True)


main()
