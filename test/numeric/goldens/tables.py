#!/usr/bin/env python3
"""Writes the golden of examples/house-prices: PyTorch's f64 trajectory of 20 steps of its own recipe.

    venv/bin/python test/numeric/goldens/tables.py        (the venv of make.py)

The model is written down here a second time, for PyTorch, with the same names; inputs, weights and lines are those of
convnets.py.
"""
import torch
from torch import nn

import convnets
from convnets import images


class HousePrices(nn.Module):
    def __init__(self, features=331):
        super().__init__()
        self.price = nn.Linear(features, 1)

    def forward(self, x):
        return self.price(x)


def house_prices():
    def loss_at(model, step):
        price = images(step, (16, 1))  # the example asks for it first
        return nn.functional.mse_loss(model(images(step, (16, 331), place=1)), price)

    model = HousePrices().double()
    return convnets.steps(model, loss_at, torch.optim.Adam(model.parameters(), lr=5))


if __name__ == "__main__":
    torch.set_num_threads(1)
    convnets.write("house-prices", house_prices())
