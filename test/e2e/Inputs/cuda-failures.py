"""Every call of the driver fails once: cuda-failures.py TRAINER FOLDER_OF_THE_FAKE_DRIVER.

Runs the trainer, a model for a cuda target, from a checkpoint with each call of that run failing in turn. A run must end
with exit code 3 and an error that has a code, or, where the call only gave something back, as the whole run does. Its
checkpoint is the one that it began from, or that of the whole run.
"""
import collections
import os
import pathlib
import shutil
import subprocess
import sys

ILLEGAL_ADDRESS = 700


def run(trainer, folder, **more):
    environment = dict(os.environ, LD_LIBRARY_PATH=folder, **more)
    command = [trainer, "--checkpoint", "run.ckpt", "--resume", "--steps", "2", "--quiet", "--save", "end.safetensors"]
    pathlib.Path("end.safetensors").unlink(missing_ok=True)
    shutil.copy("start.ckpt", "run.ckpt")
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def read(name):
    path = pathlib.Path(name)
    return path.read_bytes() if path.exists() else None


def main():
    trainer, folder = sys.argv[1:]
    pathlib.Path("calls").unlink(missing_ok=True)
    whole = run(trainer, folder, SINTER_FAKE_CUDA_LOG="calls")
    assert whole.returncode == 0, whole.stderr
    wanted, checkpoints = read("end.safetensors"), [read("start.ckpt"), read("run.ckpt")]
    calls = pathlib.Path("calls").read_text().splitlines()
    assert calls.pop() == "left 0 bytes", "memory of the GPU was not given back"
    counts, refused, wrong = collections.Counter(), 0, []
    for line in calls:
        name = line.split()[0]
        counts[name] += 1
        done = run(trainer, folder, SINTER_FAKE_CUDA_FAIL=f"{name}:{counts[name]}:{ILLEGAL_ADDRESS}")
        told = done.returncode == 3 and "error: " in done.stderr and "[E24" in done.stderr
        harmless = done.returncode == 0 and read("end.safetensors") == wanted
        refused += told
        if not (told or harmless) or read("run.ckpt") not in checkpoints:
            wrong.append(f"{name} {counts[name]}: exit {done.returncode}: {done.stderr}")
    print("\n".join(wrong))
    print(f"{len(calls)} calls, {refused} told, {len(wrong)} wrong")
    sys.exit(bool(wrong))


main()
