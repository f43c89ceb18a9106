"""The nets of peer_jax.py that read sequences: those of examples/char-* and two of those that translate.

Weights are those of test/numeric/goldens/translators.py in form: gates of a layer side by side in one matrix.
"""
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jax_images import apply_dense, dense, norm, rng, weights

VOCABULARY, HIDDEN, STEPS, BATCH, HEADS, LAYERS, DROPPED = 200, 32, 10, 64, 4, 2, 0.1


def cell_rnn(p, x, h):
    h = jnp.tanh(x + h @ p["hh"])
    return h, h


def cell_gru(p, x, h):
    xr, xz, xn = jnp.split(x, 3, -1)
    hr, hz, hn = jnp.split(h @ p["hh"] + p["bh"], 3, -1)
    z = jax.nn.sigmoid(xz + hz)
    h = (1 - z) * jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn) + z * h
    return h, h


def cell_lstm(p, x, state):
    h, c = state
    i, f, g, o = jnp.split(x + h @ p["hh"], 4, -1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


CELLS = {"rnn": (cell_rnn, 1), "gru": (cell_gru, 3), "lstm": (cell_lstm, 4)}


def recurrent(kind, inputs, hidden):
    gates = CELLS[kind][1]
    return {"ih": weights(inputs, gates * hidden), "bi": jnp.zeros(gates * hidden), "hh": weights(hidden, gates * hidden),
            "bh": jnp.zeros(gates * hidden)}


def over_time(kind, p, x, state):
    """x [T,N,F] → the states of all steps and the last; the product with the inputs is one for all steps."""
    x = x @ p["ih"] + p["bi"] + (p["bh"] if kind != "gru" else 0)
    state, outputs = lax.scan(lambda state, x: CELLS[kind][0](p, x, state), state, x)
    return outputs, state


def characters(kind):
    def built():
        vocabulary, hidden, steps, batch = 28, 256, 35, 32
        params = {"rnn": recurrent(kind, vocabulary, hidden), "fc": dense(hidden, vocabulary)}

        def loss(params, state, data):
            state = lax.stop_gradient(state)
            y, state = over_time(kind, params["rnn"], jax.nn.one_hot(data[0], vocabulary), state)
            logits = jax.nn.log_softmax(apply_dense(params["fc"], y))
            return -jnp.mean(jnp.take_along_axis(logits, data[1][..., None], -1)), state
        zeros = [jnp.zeros((batch, hidden)) for _ in range(2)]
        tokens = [jnp.asarray(rng.integers(0, vocabulary, (steps, batch)).astype(np.int32)) for _ in range(2)]
        return params, tuple(zeros) if kind == "lstm" else zeros[0], tuple(tokens), loss, {"clip": True}
    return built


def dropout(x, key):
    return jnp.where(jax.random.bernoulli(key, 1 - DROPPED, x.shape), x / (1 - DROPPED), 0)


def translator(make):
    """A net (params, forward(params, source, source_length, said, keys) → logits [N,T,V]) with the loss of both."""
    def built():
        params, forward = make()

        def loss(params, key, batch):
            key, now = jax.random.split(key)
            source, source_length, target, target_length = batch
            said = jnp.concatenate([jnp.full((BATCH, 1), 2), target[:, :-1]], 1)
            logits = jax.nn.log_softmax(forward(params, source, source_length, said, iter(jax.random.split(now, 64))))
            losses = -jnp.take_along_axis(logits, target[..., None], -1)[..., 0]
            counts = jnp.arange(STEPS) < target_length[:, None]
            return jnp.sum(losses * counts) / (STEPS * jnp.sum(target_length)), key

        def drawn(low, high, *shape):
            return jnp.asarray(rng.integers(low, high, shape).astype(np.int32))
        sentences = [drawn(0, VOCABULARY, BATCH, STEPS) for _ in range(2)]
        batch = (sentences[0], drawn(3, 6, BATCH), sentences[1], drawn(3, 9, BATCH))
        return params, jax.random.key(0, impl="unsafe_rbg"), batch, loss, {"adam": 0.005, "clip": True}
    return built


def seq2seq():
    def side(inputs):
        return {"embedding": weights(VOCABULARY, HIDDEN),
                "rnn": [recurrent("gru", inputs if layer == 0 else HIDDEN, HIDDEN) for layer in range(LAYERS)]}

    def run(layers, x, states, keys):
        after = []
        for number, (p, state) in enumerate(zip(layers, states)):
            x, state = over_time("gru", p, dropout(x, next(keys)) if number else x, state)
            after.append(state)
        return x, after

    def forward(p, source, _, said, keys):
        zeros = [jnp.zeros((BATCH, HIDDEN))] * LAYERS
        _, states = run(p["encoder"]["rnn"], p["encoder"]["embedding"][source.T], zeros, keys)
        x = p["decoder"]["embedding"][said.T]
        context = jnp.broadcast_to(states[-1], x.shape)
        y, _ = run(p["decoder"]["rnn"], jnp.concatenate([x, context], -1), states, keys)
        return apply_dense(p["dense"], y).swapaxes(0, 1)
    return {"encoder": side(HIDDEN), "decoder": side(2 * HIDDEN), "dense": dense(HIDDEN, VOCABULARY)}, forward


def layer_norm(p, x):
    mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(var + 1e-5) * p["gamma"] + p["beta"]


def attend(p, x, memory, hidden, keys):
    def heads(x):
        return x.reshape(*x.shape[:2], HEADS, -1).swapaxes(1, 2)
    q, k, v = heads(x @ p["q"]), heads(memory @ p["k"]), heads(memory @ p["v"])
    scores = jnp.where(hidden, -jnp.inf, q @ k.swapaxes(2, 3) / np.sqrt(q.shape[-1]))
    y = dropout(jax.nn.softmax(scores), next(keys)) @ v
    return y.swapaxes(1, 2).reshape(x.shape) @ p["out"]


def transformer():
    def layer(attentions):
        return {"attention": [{name: weights(HIDDEN, HIDDEN) for name in ("q", "k", "v", "out")} for _ in range(attentions)],
                "norm": [norm(HIDDEN) for _ in range(attentions + 1)], "up": dense(HIDDEN, 2 * HIDDEN),
                "down": dense(2 * HIDDEN, HIDDEN)}

    def run(p, x, seen, keys):
        """seen: for each attention of a layer what it reads (None: x itself) and what is hidden of it."""
        for (memory, hidden), weights_of, normed in zip(seen, p["attention"], p["norm"]):
            x = layer_norm(normed, x + dropout(attend(weights_of, x, x if memory is None else memory, hidden, keys), next(keys)))
        y = apply_dense(p["down"], jax.nn.relu(apply_dense(p["up"], x)))
        return layer_norm(p["norm"][-1], x + dropout(y, next(keys)))

    def stack(attentions):
        return {"embedding": weights(VOCABULARY, HIDDEN), "layers": [layer(attentions) for _ in range(LAYERS)]}

    angles = np.arange(STEPS)[:, None] / 10000 ** (np.arange(0, HIDDEN, 2) / HIDDEN)
    places = jnp.asarray(np.stack([np.sin(angles), np.cos(angles)], 2).reshape(STEPS, HIDDEN).astype(np.float32))

    def stacked(p, tokens, seen, keys):
        x = dropout(p["embedding"][tokens] * np.sqrt(HIDDEN).astype(np.float32) + places, next(keys))
        for layer_weights in p["layers"]:
            x = run(layer_weights, x, seen, keys)
        return x

    def forward(p, source, source_length, said, keys):
        unused = (jnp.arange(STEPS) >= source_length[:, None])[:, None, None]
        later = jnp.triu(jnp.ones((STEPS, STEPS), bool), 1)
        memory = stacked(p["encoder"], source, [(None, unused)], keys)
        return apply_dense(p["dense"], stacked(p["decoder"], said, [(None, later), (memory, unused)], keys))
    return {"encoder": stack(1), "decoder": stack(2), "dense": dense(HIDDEN, VOCABULARY)}, forward


SEQUENCES = {f"char-{kind}": characters(kind) for kind in CELLS} | {name: translator(make) for name, make in
                                                                     (("seq2seq", seq2seq), ("transformer", transformer))}
