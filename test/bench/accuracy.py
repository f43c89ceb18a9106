#!/usr/bin/env python3
"""Test accuracy of the large convolutional examples on real Fashion-MNIST, Sinter's trainer beside PyTorch.

    PEERS_PYTHON test/bench/accuracy.py --data FOLDER [--models alexnet,nin,googlenet,densenet] [--seeds 3] [--epochs 2] [--part 4] [--small]

Each example trains by its own recipe on the first 1/PART of the training images; `--small`: with smaller images and fewer
channels, which takes seconds in place of minutes, so that there is time for many seeds. Both sides start from the weights
that Sinter draws for the seed and take the images in the order of the files, shuffled by the seed once: what differs is
rounding, which a few steps of a large rate magnify, and the draws of dropout. So one seed is a draw, and means are compared.
Prints a row a model and seed, and the means with their standard error. PEERS_PYTHON has torch and numpy.
"""
import argparse
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test/numeric/goldens"), str(ROOT / "test/e2e/Inputs")]
import stfile  # noqa: E402
from convnets import AlexNet, DenseNet, GoogLeNet, Nin  # noqa: E402

# name: model of width and size, batch, learning rate, width and size, those of --small
MODELS = {
    "alexnet": (lambda width, size: AlexNet(width, size, places=25 if size == 224 else 1, dropout=0.5), 128, 0.01, (1, 224), (4, 67)),
    "nin": (lambda width, size: Nin(width, size, dropout=0.5), 128, 0.1, (1, 224), (4, 67)),
    "googlenet": (GoogLeNet, 128, 0.1, (1, 96), (4, 32)),
    "densenet": (DenseNet, 256, 0.1, (1, 96), (4, 32)),
}
FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def read(folder, name):
    path = folder / name
    raw = path.read_bytes() if path.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    dims = raw[3]
    shape = numpy.frombuffer(raw, ">u4", dims, 4)
    return numpy.frombuffer(raw, numpy.uint8, offset=4 + 4 * dims).reshape(shape)


def write(folder, name, array):
    header = bytes([0, 0, 8, array.ndim]) + numpy.array(array.shape, ">u4").tobytes()
    (folder / name).write_bytes(header + array.tobytes())


def load_weights(path):
    return {name: torch.from_numpy(numpy.frombuffer(data, numpy.float32).reshape(shape).copy())
            for name, (kind, shape, data) in stfile.read(path).items() if kind == "F32"}


def train_sinter(trainer, data, seed, epochs, work):
    """Test accuracy behind the last epoch."""
    log = work / "log.jsonl"
    subprocess.run([trainer, "--data", data, "--seed", str(seed), "--epochs", str(epochs), "--eval-every", str(epochs), "--no-shuffle", "--quiet", "--log",
                    log, "--log-every", "0"], check=True)
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    return [row["accuracy"] for row in rows if row["event"] == "epoch" and row["split"] == "test"][-1]


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(images.split(250), labels.split(250)))
    model.train()
    return right / len(labels)


def train_torch(name, sizes, weights, parts, seed, epochs):
    make, batch, rate = MODELS[name][:3]
    images, labels, test_images, test_labels = parts
    torch.manual_seed(seed)
    model = make(*sizes)
    missing, unexpected = model.load_state_dict(weights, strict=False)
    if unexpected or any(not key.endswith("num_batches_tracked") for key in missing):
        raise SystemExit(f"{name}: weights differ: missing {missing}, unexpected {unexpected}")
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _ in range(epochs):
        for first in range(0, len(labels) - batch + 1, batch):  # the last, short batch is left out by both
            optimizer.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(model(images[first:first + batch]), labels[first:first + batch]).backward()
            optimizer.step()
    return accuracy(model, test_images, test_labels)


def prepare(arrays, part, seed, folder):
    """The files of a seed for Sinter, the same as tensors for PyTorch."""
    order = numpy.random.default_rng(seed).permutation(len(arrays[1]) // part)
    arrays = (arrays[0][order], arrays[1][order], *arrays[2:])
    for name, array in zip(FILES, arrays):
        write(folder, name, array)
    as_images = [torch.from_numpy(a.astype(numpy.float32) / numpy.float32(255)).unsqueeze(1) for a in arrays[::2]]
    as_labels = [torch.from_numpy(a.astype(numpy.int64)) for a in arrays[1::2]]
    return as_images[0], as_labels[0], as_images[1], as_labels[1]


def build(name, sizes, trainer):
    command = [ROOT / "build/release/bin/sinter", "build", ROOT / f"examples/{name}/{name}.cpp", "-o", trainer]
    subprocess.run(command + ["--set", f"width={sizes[0]}", "--set", f"size={sizes[1]}"], check=True)


def compare(name, seed, options, arrays):
    sizes = MODELS[name][4 if options.small else 3]
    with tempfile.TemporaryDirectory() as place:
        work = pathlib.Path(place)
        trainer, weights = work / name, work / "start.safetensors"
        build(name, sizes, trainer)
        parts = prepare(arrays, options.part, seed, work)
        subprocess.run([trainer, "--seed", str(seed), "--steps", "0", "--save", weights, "--quiet"], check=True)
        ours = train_sinter(trainer, work, seed, options.epochs, work)
        theirs = train_torch(name, sizes, load_weights(weights), parts, seed, options.epochs)
    print(f"{name:10} seed {seed}  Sinter {ours:.4f}  PyTorch {theirs:.4f}", flush=True)
    return ours, theirs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, type=pathlib.Path, help="folder of the four idx files of Fashion-MNIST")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0, 1, … below this")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--part", type=int, default=4, help="train on the first 1/PART of the images")
    parser.add_argument("--small", action="store_true", help="smaller images, fewer channels")
    options = parser.parse_args()
    arrays = [read(options.data, name) for name in FILES]
    for name in options.models.split(","):
        rows = numpy.array([compare(name, seed, options, arrays) for seed in range(options.seeds)])
        (ours, theirs), errors = rows.mean(0), rows.std(0) / max(len(rows) - 1, 1) ** 0.5
        print(f"{name:10} mean of {len(rows)}  Sinter {ours:.4f} ± {errors[0]:.4f}  PyTorch {theirs:.4f} ± {errors[1]:.4f}", flush=True)


main()
