#!/usr/bin/env python3
"""Writes the goldens of the examples that translate: PyTorch's f64 trajectories of 20 steps of their own recipes.

    venv/bin/python test/numeric/goldens/translators.py [MODEL…]        (the venv of make.py)

The models are written down here a second time, for PyTorch, with the same names; inputs, weights and lines are those of
convnets.py. test/bench/peer_torch.py times the same models.
"""
import math
import sys

import torch
from torch import nn

import convnets
from convnets import labels

LAYERS, HEADS, STEPS = 2, 4, 10


class Recurrent(nn.Module):
    """The encoder, and with another width of inputs and `dense` the decoder, of seq2seq and bahdanau."""

    def __init__(self, vocabulary, hidden, width, dropout, dense):
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(vocabulary, hidden), nn.GRU(width, hidden, LAYERS, dropout=dropout)
        if dense:
            self.dense = nn.Linear(hidden, vocabulary)


class Translator(nn.Module):
    """What all have in common: a sentence and what is to be said of it → the loss of Dive into Deep Learning."""

    def loss(self, source, source_length, target, target_length):
        begin = torch.full((len(target), 1), 2)
        logits = self(source, source_length, torch.cat([begin, target[:, :-1]], 1))
        losses = nn.functional.cross_entropy(logits.movedim(2, 1), target, reduction="none")
        counts = torch.arange(STEPS) < target_length[:, None]
        return (losses * counts).sum() / (STEPS * target_length.sum())

    def optimizer(self):
        return torch.optim.Adam(self.parameters(), lr=0.005)


class Seq2Seq(Translator):
    def __init__(self, vocabulary=200, hidden=32, dropout=0.1):
        super().__init__()
        self.encoder = Recurrent(vocabulary, hidden, hidden, dropout, dense=False)
        self.decoder = Recurrent(vocabulary, hidden, 2 * hidden, dropout, dense=True)

    def forward(self, source, _, said):
        state = self.encoder.rnn(self.encoder.embedding(source.T))[1]
        x = self.decoder.embedding(said.T)
        y, _ = self.decoder.rnn(torch.cat([x, state[-1].expand(len(x), -1, -1)], 2), state)
        return self.decoder.dense(y).movedim(1, 0)


class Additive(nn.Module):
    def __init__(self, hidden, dropout):
        super().__init__()
        self.W_q, self.W_k, self.w_v = (nn.Linear(hidden, units, bias=False) for units in (hidden, hidden, 1))
        self.drop = nn.Dropout(dropout)

    def forward(self, query, memory, usable):
        scores = self.w_v(torch.tanh(self.W_q(query)[:, None] + self.W_k(memory)))[..., 0]
        weights = torch.softmax(scores.masked_fill(~usable, -1e6), 1)
        return torch.bmm(self.drop(weights)[:, None], memory)[:, 0]


class Bahdanau(Translator):
    def __init__(self, vocabulary=200, hidden=32, dropout=0.1):
        super().__init__()
        self.encoder = Recurrent(vocabulary, hidden, hidden, dropout, dense=False)
        self.decoder = Recurrent(vocabulary, hidden, 2 * hidden, dropout, dense=True)
        self.decoder.attention = Additive(hidden, dropout)

    def forward(self, source, source_length, said):
        memory, state = self.encoder.rnn(self.encoder.embedding(source.T))
        usable = torch.arange(STEPS) < source_length[:, None]
        memory, outputs = memory.movedim(1, 0), []
        for x in self.decoder.embedding(said.T):
            context = self.decoder.attention(state[-1], memory, usable)
            y, state = self.decoder.rnn(torch.cat([context, x], 1)[None], state)
            outputs.append(y[0])
        return self.decoder.dense(torch.stack(outputs, 1))


def places(hidden):
    angles = torch.arange(STEPS, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, hidden, 2, dtype=torch.float64) / hidden)
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1).to(torch.get_default_dtype())


class Layer(nn.Module):
    """A layer of the encoder or, with a memory, of the decoder."""

    def __init__(self, hidden, dropout, memory):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(hidden, 2 * hidden), nn.Linear(2 * hidden, hidden)
        self.drop = nn.Dropout(dropout)
        for name in ["self_attn"] + ["multihead_attn"] * memory:
            setattr(self, name, nn.MultiheadAttention(hidden, HEADS, dropout, bias=False, batch_first=True))
        for number in range(1, 3 + memory):
            setattr(self, f"norm{number}", nn.LayerNorm(hidden))

    def forward(self, x, hidden_keys=None, causal=None, memory=None, unused=None):
        y = self.self_attn(x, x, x, key_padding_mask=hidden_keys, attn_mask=causal, need_weights=False)[0]
        x, last = self.norm1(x + self.drop(y)), self.norm2
        if memory is not None:
            y = self.multihead_attn(x, memory, memory, key_padding_mask=unused, need_weights=False)[0]
            x, last = self.norm2(x + self.drop(y)), self.norm3
        return last(x + self.drop(self.linear2(torch.relu(self.linear1(x)))))


class Stack(nn.Module):
    def __init__(self, vocabulary, hidden, dropout, decodes):
        super().__init__()
        self.embedding, self.drop = nn.Embedding(vocabulary, hidden), nn.Dropout(dropout)
        for i in range(LAYERS):
            setattr(self, f"layer{i}", Layer(hidden, dropout, decodes))
        if decodes:
            self.dense = nn.Linear(hidden, vocabulary)
        self.register_buffer("places", places(hidden), persistent=False)

    def forward(self, tokens, *masks):
        x = self.drop(self.embedding(tokens) * math.sqrt(self.embedding.embedding_dim) + self.places)
        for i in range(LAYERS):
            x = getattr(self, f"layer{i}")(x, *masks)
        return x


class Transformer(Translator):
    def __init__(self, vocabulary=200, hidden=32, dropout=0.1):
        super().__init__()
        self.encoder = Stack(vocabulary, hidden, dropout, decodes=False)
        self.decoder = Stack(vocabulary, hidden, dropout, decodes=True)

    def forward(self, source, source_length, said):
        unused = torch.arange(STEPS) >= source_length[:, None]
        later = torch.ones(STEPS, STEPS, dtype=torch.bool).triu(1)
        memory = self.encoder(source, unused)
        return self.decoder.dense(self.decoder(said, None, later, memory, unused))


# name: model; the order in which the example takes its inputs
MODELS = {"seq2seq": (Seq2Seq, ("source", "target", "target_length")),
          "bahdanau": (Bahdanau, ("source", "target", "target_length", "source_length")),
          "transformer": (Transformer, ("source_length", "source", "target", "target_length"))}
BATCH, VOCABULARY, HIDDEN = 4, 12, 8


def trajectory(make, inputs):
    def loss_at(model, step):
        given = {"source_length": None}
        for place, name in enumerate(inputs):
            length = name.endswith("_length")
            given[name] = labels(step, (BATCH,) if length else (BATCH, STEPS), place=place) + length
        return model.loss(**given)

    torch.set_default_dtype(torch.float64)
    model = make(VOCABULARY, HIDDEN, 0)
    return convnets.steps(model, loss_at, model.optimizer())


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    for name in sys.argv[1:] or MODELS:
        convnets.write(name, trajectory(*MODELS[name]))
