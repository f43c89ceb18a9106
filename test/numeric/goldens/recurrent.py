#!/usr/bin/env python3
"""Writes recurrent.golden: torch.nn.RNN, GRU and LSTM with all their options, values and gradients in f64.

    venv/bin/python test/numeric/goldens/recurrent.py     (PyTorch and NumPy; see make.py)

Lines as those of options.py. Operands are x, then what `parameters` names, then the first states. The value is the output and
the last states behind each other, as one vector. `labels`, where there are some, are the lengths less one of packed sequences.
"""
import itertools
import json
import pathlib
import random

import torch
from options import indices, values
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_default_dtype(torch.float64)
KINDS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def run(layer, x, states, lengths):
    if len(states) == 1 and isinstance(layer, nn.LSTM):  # without a first cell it is 0
        states = [states[0], torch.zeros_like(states[0])]
    first = None if not states else tuple(states) if isinstance(layer, nn.LSTM) else states[0]
    if lengths is not None:
        x = pack_padded_sequence(x, lengths + 1, enforce_sorted=False)
    output, last = layer(x, first)
    if lengths is not None:
        output, _ = pad_packed_sequence(output, total_length=int(lengths.max()) + 1)
        output = torch.cat([output, output.new_zeros(STEPS - len(output), *output.shape[1:])])
    return torch.cat([part.flatten() for part in (output, *(last if isinstance(last, tuple) else (last,)))])


STEPS, BATCH, FEATURES, HIDDEN = 5, 3, 4, 6


def record(op, layers, bidirectional, bias, given, lengths, relu):
    layer = KINDS[op](FEATURES, HIDDEN, layers, bidirectional=bidirectional, bias=bias,
                      **({"nonlinearity": "relu"} if relu else {}))
    parameters = [name for name, _ in layer.named_parameters()]
    state = (layers * (1 + bidirectional), BATCH, HIDDEN)
    shapes = [(STEPS, BATCH, FEATURES)] + [tuple(p.shape) for p in layer.parameters()] + [state] * given
    operands = [values(5000 + i, shape).requires_grad_() for i, shape in enumerate(shapes)]
    for name, value in zip(parameters, operands[1:]):
        del layer._parameters[name]
        setattr(layer, name, value)
    layer._flat_weights = operands[1:1 + len(parameters)]
    made = {"op": op, "operands": [list(shape) for shape in shapes],
            "parameters": [""] + [f"{op}.{name}" for name in parameters], "hidden": HIDDEN, "layers": layers,
            "bidirectional": bidirectional, "bias": bias, "relu": relu}
    if relu:  # bends, and grows from step to step: no row of differences or of f32
        made["bends"] = True
    at = None
    if lengths:
        made["labels"], made["limit"] = [BATCH], STEPS
        at = indices(5100, (BATCH,), STEPS)
    result = run(layer, operands[0], operands[1 + len(parameters):], at)
    made["shape"] = list(result.shape)
    total = (result * values(6000, result.shape)).sum()
    total.backward()
    made["value"] = total.item()
    made["gradients"] = [(x.grad * values(6100 + i, x.shape)).sum().item() for i, x in enumerate(operands)]
    return made


def main():
    cases = []
    for op, layers, bidirectional in itertools.product(KINDS, (1, 2), (False, True)):
        for bias, given, lengths in random.Random(len(cases)).sample(list(itertools.product((True, False), (0, 1, 2), (False, True))), 5):
            cases.append((op, layers, bidirectional, bias, min(given, 2 if op == "lstm" else 1), lengths, op == "rnn" and layers == 2))
    cases = list(dict.fromkeys(case for case in cases if case[0] != "lstm" or case[4] != 1))
    cases.append(("lstm", 1, False, True, 1, False, False))
    path = pathlib.Path(__file__).with_suffix(".golden")
    path.write_text("".join(json.dumps(record(*case)) + "\n" for case in cases))
    print(f"{path.name}: {len(cases)} cases")


if __name__ == "__main__":
    main()
