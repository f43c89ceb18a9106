#!/usr/bin/env python3
"""Training step of the examples against PyTorch (eager in both memory formats, compiled) and JAX, interleaved in one run.

    python3 test/bench/models.py [--models lenet,resnet18] [--threads 1,2] [--rounds 7] [--python PEERS_PYTHON]

Prints one row a model and thread count: milliseconds a step (median of the rounds' medians, with their spread) and the
ratio best peer / Sinter. PEERS_PYTHON is an interpreter with torch and jax; contenders it lacks are skipped with a message.
Every contender runs on the same processors (affinity) and the same number of threads; the data are in memory.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Steps are timed after so many; where a step takes a second, few are timed.
WARM_UP = {"resnet18": 2, "gpt": 3, "gpt-124m": 2, "alexnet": 2, "vgg11": 2, "nin": 2, "googlenet": 2, "densenet": 3, "mobilenet": 5}
STEPS = {"resnet18": 3, "gpt": 8, "gpt-124m": 2, "alexnet": 3, "vgg11": 3, "nin": 3, "googlenet": 4, "densenet": 6, "mobilenet": 15}
FLAT = ("linear", "softmax", "mlp", "mlp-adam", "char-rnn", "char-gru", "char-lstm", "bert-small", "gpt", "gpt-124m", "seq2seq", "bahdanau",
        "transformer")  # no images, no memory formats
# Models that are an example with build options. Dropout is left out on both sides where PyTorch's parity model has none.
OPTIONS = {"gpt-124m": ("gpt", "layers=12 width=768 heads=12 vocabulary=50257 context=1024 steps=64 batch=4"),
           "alexnet": ("alexnet", "batch=32 dropout=0"), "vgg11": ("vgg11", "batch=32 width=4 dropout=0"),
           "nin": ("nin", "batch=32 dropout=0"), "googlenet": ("googlenet", "batch=32"),
           "densenet": ("densenet", "batch=32"), "mobilenet": ("mobilenet", "dropout=0")}


class Peer:
    """A peer process that runs steps on request."""

    def __init__(self, name: str, command: list[str], threads: int):
        env = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads),
                   # PyTorch's allocator goes to the kernel for every activation otherwise: give it the better setting.
                   GLIBC_TUNABLES="glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296")
        cpus = set(sorted(os.sched_getaffinity(0))[:threads])
        self.name = name
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, env=env, preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        first = self.process.stdout.readline()
        if not first:
            self.errors.seek(0)
            lines = self.errors.read().strip().splitlines()
            raise RuntimeError(lines[-1] if lines else "it stopped without a message")
        self.version = json.loads(first)

    def run(self, steps: int) -> float:
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return statistics.median(json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Sinter:
    """The compiled trainer; one process a round, its own log tells the step times."""

    def __init__(self, model: str, trainer: str, threads: int):
        self.name, self.model, self.trainer, self.threads = "sinter", model, trainer, threads
        self.cpus = set(sorted(os.sched_getaffinity(0))[:threads])

    def run(self, steps: int) -> float:
        warm_up = WARM_UP.get(self.model, 20)
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "log.jsonl")
            subprocess.run([self.trainer, "--steps", str(steps + warm_up), "--threads", str(self.threads), "--eval-every", "0",
                            "--log", log, "--log-every", "1", "--quiet"], check=True,
                           preexec_fn=lambda: os.sched_setaffinity(0, self.cpus))
            with open(log) as lines:
                events = [json.loads(line) for line in lines]
        return statistics.median([e["ms"] for e in events if e["event"] == "step"][warm_up:])

    def close(self) -> None:
        pass


def contenders(model: str, threads: int, python: str, trainer: str) -> list:
    found = [Sinter(model, trainer, threads)]
    warm_up = str(WARM_UP.get(model, 20))
    torch_script, jax_script = os.path.join(HERE, "peer_torch.py"), os.path.join(HERE, "peer_jax.py")
    commands = [(f"torch {mode}", [python, torch_script, model, str(threads), mode, warm_up])
                for mode in ("eager", "channels-last", "compile") if mode != "channels-last" or model not in FLAT]
    for name, command in commands + [("jax", [python, jax_script, model, warm_up])]:
        try:
            found.append(Peer(name, command, threads))
        except (RuntimeError, OSError) as error:
            print(f"skipped {name}: {error}", file=sys.stderr)
    return found


def build(model: str, folder: str) -> str:
    trainer = os.path.join(folder, model)
    sinter = os.environ.get("SINTER", os.path.join(ROOT, "build/release/bin/sinter"))
    example, options = OPTIONS.get(model, (model, ""))
    settings = [word for option in options.split() for word in ("--set", option)]
    source = os.path.join(ROOT, "examples", example, example + ".cpp")
    if not os.path.exists(source):
        source = os.path.join(HERE, "nets", example + ".cpp")
    try:
        subprocess.run([sinter, "build", source, "-o", trainer, *settings], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: expects to build {source} with {sinter}: {error}")
    return trainer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="mlp,softmax,lenet,lenet-sigmoid,lenet-bn,resnet18")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=0, help="timed steps a round (default: 150, fewer for large models)")
    parser.add_argument("--python", default=os.environ.get("PEERS_PYTHON", sys.executable))
    args = parser.parse_args()
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    print(f"machine: {cpu}, {len(os.sched_getaffinity(0))} cpus")
    for model in args.models.split(","):
        with tempfile.TemporaryDirectory() as folder:
            trainer = build(model, folder)
            for threads in map(int, args.threads.split(",")):
                runners = contenders(model, threads, args.python, trainer)
                times: dict[str, list[float]] = {r.name: [] for r in runners}
                for _ in range(args.rounds):
                    for runner in runners:
                        times[runner.name].append(runner.run(args.steps or STEPS.get(model, 150)))
                for runner in runners:
                    runner.close()
                middle = {name: statistics.median(t) for name, t in times.items()}
                row = "  ".join(f"{name} {middle[name]:.4f} ({min(t):.4f}-{max(t):.4f})" for name, t in times.items())
                peers = {name: t for name, t in middle.items() if name != "sinter"}
                ratio = "no peer" if not peers else \
                    f"{min(peers.values()) / middle['sinter']:.2f}x {min(peers, key=peers.get)}"
                print(f"{model} {threads}t  {ratio}  | ms: {row}", flush=True)


main()
