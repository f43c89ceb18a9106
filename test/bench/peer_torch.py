"""PyTorch contender of models.py: times training steps of a model on one fixed batch, on request.

Protocol: `peer_torch.py MODEL THREADS eager|compile`; for every line `N` on stdin it runs N steps and prints
their times in milliseconds as one JSON list. The first line printed is the library's version.
"""
import json
import sys
import time

import torch


def net(model: str) -> torch.nn.Module:
    linear = torch.nn.Linear
    if model == "softmax":
        return torch.nn.Sequential(torch.nn.Flatten(), linear(784, 10))
    if model == "mlp":
        return torch.nn.Sequential(torch.nn.Flatten(), linear(784, 256), torch.nn.ReLU(), linear(256, 10))
    raise SystemExit(f"unknown model {model}")


def main() -> None:
    model_name, threads, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = net(model_name)
    image = torch.rand(256, 1, 28, 28)
    label = torch.randint(0, 10, (256,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step() -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(model(image), label)
        loss.backward()
        optimizer.step()
        return loss

    if mode == "compile":
        step = torch.compile(step)
    for _ in range(20):
        step()
    print(json.dumps(f"torch {torch.__version__} {mode}"), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            step()
            times.append((time.perf_counter() - start) * 1e3)
        print(json.dumps(times), flush=True)


main()
