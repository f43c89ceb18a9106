"""PyTorch contender of models.py: times training steps of a model on one fixed batch, on request.

Protocol: `peer_torch.py MODEL THREADS eager|channels-last|compile WARM_UP_STEPS`; for every line `N` on stdin it runs N steps and prints
their times in milliseconds as one JSON list. The first line printed is the library's version.
"""
import json
import pathlib
import sys
import time

import torch


sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "numeric" / "goldens"))
from convnets import AlexNet, DenseNet, GoogLeNet, LeNet, Nin, ResNet18, Vgg11  # noqa: E402  the same models as the parity goldens are made with
from transformers import Bert, Gpt  # noqa: E402
from translators import Bahdanau, Seq2Seq, Transformer  # noqa: E402


class CharNet(torch.nn.Module):
    """The language models of examples/char-*: a state that goes on from batch to batch."""

    def __init__(self, layer, vocabulary=28, hidden=256):
        super().__init__()
        self.vocabulary, self.rnn, self.fc, self.state = vocabulary, layer(vocabulary, hidden), torch.nn.Linear(hidden, vocabulary), None

    def forward(self, tokens):
        x = torch.nn.functional.one_hot(tokens.T, self.vocabulary).float()
        y, state = self.rnn(x, self.state)
        self.state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        return self.fc(y).movedim(2, 1)


class Inverted(torch.nn.Module):
    """A block of MobileNetV2: wider by a 1x1 convolution, one window a channel, narrow again."""

    def __init__(self, before, after, stride, expand):
        super().__init__()
        wide = expand * before
        sizes = [(before, wide, 1, 1, 1)] * (expand != 1) + [(wide, wide, 3, stride, wide), (wide, after, 1, 1, 1)]
        layers = [layer for i, size in enumerate(sizes) for layer in norm_conv(*size, bends=i + 1 < len(sizes))]
        self.conv, self.adds = torch.nn.Sequential(*layers), stride == 1 and before == after

    def forward(self, x):
        return x + self.conv(x) if self.adds else self.conv(x)


def norm_conv(before, after, window, stride, groups, bends=True):
    conv = torch.nn.Conv2d(before, after, window, stride, window // 2, groups=groups, bias=False)
    return [conv, torch.nn.BatchNorm2d(after)] + [torch.nn.ReLU6()] * bends


def mobilenet():
    """MobileNetV2 (Sandler et al. 2018) for ten classes, as examples/mobilenet has it."""
    layers, before = norm_conv(3, 32, 3, 2, 1), 32
    for expand, after, blocks, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                                          (6, 320, 1, 1)):
        for i in range(blocks):
            layers.append(Inverted(before, after, stride if i == 0 else 1, expand))
            before = after
    layers += norm_conv(before, 1280, 1, 1, 1) + [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(1280, 10)]
    return torch.nn.Sequential(*layers)


def net(model: str) -> torch.nn.Module:
    linear = torch.nn.Linear
    makers = {
        "linear": lambda: linear(2, 1),
        "softmax": lambda: torch.nn.Sequential(torch.nn.Flatten(), linear(784, 10)),
        "mlp": lambda: torch.nn.Sequential(torch.nn.Flatten(), linear(784, 256), torch.nn.ReLU(), linear(256, 10)),
        "mlp-adam": lambda: torch.nn.Sequential(torch.nn.Flatten(), linear(784, 256), torch.nn.ReLU(), linear(256, 128), torch.nn.ReLU(),
                                                linear(128, 10)),
        "lenet": lambda: LeNet(torch.nn.ReLU, torch.nn.MaxPool2d, False),
        "lenet-sigmoid": lambda: LeNet(torch.nn.Sigmoid, torch.nn.AvgPool2d, False),
        "lenet-bn": lambda: LeNet(torch.nn.Sigmoid, torch.nn.AvgPool2d, True),
        "resnet18": lambda: ResNet18(width=1, size=96),
        "alexnet": lambda: AlexNet(width=1, size=224, places=25),
        "vgg11": lambda: Vgg11(width=4, size=224, places=49),
        "nin": lambda: Nin(width=1, size=224),
        "googlenet": lambda: GoogLeNet(width=1, size=96),
        "densenet": lambda: DenseNet(width=1, size=96),
        "mobilenet": mobilenet,
        "char-rnn": lambda: CharNet(torch.nn.RNN),
        "char-gru": lambda: CharNet(torch.nn.GRU),
        "char-lstm": lambda: CharNet(torch.nn.LSTM),
        "bert-small": Bert,
        "gpt": Gpt,
        "seq2seq": Seq2Seq,
        "bahdanau": Bahdanau,
        "transformer": Transformer,
        "gpt-124m": lambda: Gpt(layers=12, width=768, heads=12, vocabulary=50257, context=1024),
    }
    if model not in makers:
        raise SystemExit(f"unknown model {model}")
    return makers[model]()


def batch(model: str) -> tuple:
    """What the model reads, and what it should say."""
    if model.startswith("char-"):
        return torch.randint(28, (32, 35)), torch.randint(28, (35, 32))
    if model.startswith("gpt"):
        return torch.randint(256, (4, 64) if model == "gpt-124m" else (8, 128)), torch.randint(256, (256 if model == "gpt-124m" else 1024,))
    if model == "bert-small":
        words, positions = torch.randint(200, (32, 10)), torch.randint(64, (32, 10))
        return (torch.randint(200, (32, 64)), torch.randint(2, (32, 64)), positions, words, torch.ones(32, 10), torch.randint(2, (32,))), None
    if model in ("seq2seq", "bahdanau", "transformer"):
        lengths, target_lengths = torch.randint(3, 6, (64,)), torch.randint(3, 9, (64,))
        return (torch.randint(200, (64, 10)), lengths, torch.randint(200, (64, 10)), target_lengths), None
    if model == "linear":
        return torch.rand(10, 2), torch.rand(10, 1)
    shapes = {"resnet18": (64, 1, 96, 96), "mobilenet": (64, 3, 32, 32), "mlp-adam": (64, 1, 28, 28)}
    shapes |= dict.fromkeys(("alexnet", "vgg11", "nin", "googlenet", "densenet"), (32, 1, 28, 28))  # they resize themselves
    images = torch.rand(shapes.get(model, (256, 1, 28, 28)))
    return images, torch.randint(0, 10, (len(images),))


def main() -> None:
    model_name, threads, mode, warm_up = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = net(model_name)
    given, wanted = batch(model_name)
    if mode == "channels-last":
        model, given = model.to(memory_format=torch.channels_last), given.to(memory_format=torch.channels_last)
    # The speed is that of finite numbers: random labels want small steps.
    if hasattr(model, "optimizer"):
        optimizer = model.optimizer()
    elif model_name == "mlp-adam":
        optimizer = torch.optim.Adam(model.parameters())
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9 if model_name in ("lenet", "mobilenet") else 0)
    clipped = model_name.startswith(("char-", "gpt")) or model_name in ("seq2seq", "bahdanau", "transformer")

    def loss_of() -> torch.Tensor:
        if wanted is None:
            return model.loss(*given)
        result = model(given)
        if model_name == "linear":
            return torch.nn.functional.mse_loss(result, wanted)
        return torch.nn.functional.cross_entropy(result.flatten(0, 1) if model_name.startswith("gpt") else result, wanted)

    def step() -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        if clipped:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss

    if mode == "compile":
        step = torch.compile(step)
    for _ in range(warm_up):
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
