#!/usr/bin/env python3
"""Writes the goldens of examples/gpt and bert-small: PyTorch's f64 trajectories of 20 steps of their own recipes.

    venv/bin/python test/numeric/goldens/transformers.py [MODEL…]        (the venv of make.py)

The models are written down here a second time, for PyTorch, with the same names; inputs, weights and lines are those of
convnets.py. test/bench/peer_torch.py times the same models.
"""
import sys

import torch
from torch import nn

import convnets
from convnets import images, labels


class GptBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn, self.mlp = nn.Module(), nn.Module()
        self.attn.c_attn, self.attn.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp.c_fc, self.mlp.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = (y.view(n, t, self.heads, -1).transpose(1, 2) for y in self.attn.c_attn(self.ln_1(x)).split(d, 2))
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attn.c_proj(y.transpose(1, 2).reshape(n, t, d))
        return x + self.mlp.c_proj(nn.functional.gelu(self.mlp.c_fc(self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    """GPT-2, the head tied to the table of tokens."""

    def __init__(self, layers=4, width=256, heads=8, vocabulary=256, context=128):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.h = nn.ModuleList(GptBlock(width, heads) for _ in range(layers))
        self.ln_f = nn.LayerNorm(width)
        for table in (self.wte, self.wpe):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe.weight[: tokens.shape[1]]
        for block in self.h:
            x = block(x)
        return self.ln_f(x) @ self.wte.weight.T

    def optimizer(self):
        decayed = [p for p in self.parameters() if p.dim() > 1]
        others = [p for p in self.parameters() if p.dim() == 1]
        groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0}]
        return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95))


class Bert(nn.Module):
    """The encoder, the words that are masked, whether the second sentence is the next one."""

    def __init__(self, vocabulary=5000, steps=64, width=128, inner=256, heads=2, layers=2, dropout=0.1):
        super().__init__()
        self.token_embedding, self.segment_embedding = nn.Embedding(vocabulary, width), nn.Embedding(2, width)
        self.position_embedding, self.norm, self.dropout = nn.Embedding(steps, width), nn.LayerNorm(width), nn.Dropout(dropout)
        layer = nn.TransformerEncoderLayer(width, heads, inner, dropout, "gelu", batch_first=True)
        layer.self_attn.dropout = 0.0
        layer.dropout = nn.Identity()  # between the two linear layers: the example has none there
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.mlm = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width), nn.Linear(width, vocabulary))
        self.pooler, self.nsp = nn.Linear(width, width), nn.Linear(width, 2)

    def loss(self, tokens, segments, positions, words, weights, following):
        x = self.token_embedding(tokens) + self.segment_embedding(segments) + self.position_embedding.weight
        x = self.encoder(self.dropout(self.norm(x)), src_key_padding_mask=tokens == 0)
        masked = self.mlm(x.gather(1, positions[:, :, None].expand(-1, -1, x.shape[2])))
        each = nn.functional.cross_entropy(masked.flatten(0, 1), words.flatten(), reduction="none").view_as(words)
        following_loss = nn.functional.cross_entropy(self.nsp(torch.tanh(self.pooler(x[:, 0]))), following)
        return (each * weights).sum() / weights.sum().clamp(min=1) + following_loss

    def optimizer(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


def clipped(optimizer, model):
    """The optimizer, with the norm of all gradients held to 1 first."""
    optimizer.register_step_pre_hook(lambda *_: torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0) and None)
    return optimizer


def warm(optimizer):
    """The first 100 steps of a warm-up."""
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: step / 100)


def gpt():
    def loss_at(model, step):
        logits = model(labels(step, (3, 12)))
        return nn.functional.cross_entropy(logits.flatten(0, 1), labels(step, (3, 12), place=1).flatten())

    model = Gpt(layers=2, width=24, heads=3, context=14).double()
    optimizer = clipped(model.optimizer(), model)
    return convnets.steps(model, loss_at, optimizer, warm(optimizer))


def bert():
    def loss_at(model, step):
        tokens, segments = labels(step, (4, 12)), labels(step, (4, 12), place=1, classes=2)
        positions, words = labels(step, (4, 5), place=2), labels(step, (4, 5), place=3)
        return model.loss(tokens, segments, positions, words, images(step, (4, 5)), labels(step, (4,), place=4, classes=2))

    model = Bert(vocabulary=205, steps=12, width=24, inner=40, dropout=0.0).double()
    return convnets.steps(model, loss_at, model.optimizer())


MODELS = {"gpt": gpt, "bert-small": bert}

if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    for name in sys.argv[1:] or MODELS:
        convnets.write(name, MODELS[name]())
