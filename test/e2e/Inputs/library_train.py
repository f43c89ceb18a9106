"""usage: library_train.py NAME TRAINER LIBRARY.so   trains by both on the same files; the weights must be the same bytes

NAME is the prefix of the C functions. The images are of 1x28x28, the batch is 64. Also: the loss and the accuracy of the
steps are the trainer's, the learning rate can be set, misuse gives a status, and prediction follows training."""
import ctypes, json, os, struct, subprocess, sys

from clibrary import Library

name, trainer, path = sys.argv[1:]
BATCH, STEPS = 64, 5
count = BATCH * STEPS
pixels = bytes((i * 31 + (i // 784) * 57 + (i // 28) % 7 * (i // 784 % 10) * 9) % 256 for i in range(count * 784))
labels = bytes(i * 7 % 10 for i in range(count))
os.makedirs("files", exist_ok=True)
for split in ("train", "t10k"):
    open(f"files/{split}-images-idx3-ubyte", "wb").write(struct.pack(">4I", 0x803, count, 28, 28) + pixels)
    open(f"files/{split}-labels-idx1-ubyte", "wb").write(struct.pack(">2I", 0x801, count) + labels)
subprocess.run([trainer, "--data", "files", "--no-shuffle", "--epochs", "1", "--lr", "0.03", "--save", "trainer.st",
                "--log", "trainer.jsonl", "--eval-every", "0", "--quiet"], check=True)
events = [json.loads(line) for line in open("trainer.jsonl")]


class Metrics(ctypes.Structure):
    _fields_ = [("step_loss", ctypes.c_double), ("loss", ctypes.c_double), ("accuracy", ctypes.c_double)]


library = Library(path, name)
call, done = library.call, library.done


def floats(data):
    return (ctypes.c_float * len(data))(*(b / 255 for b in data))


model, twin = ctypes.c_void_p(), ctypes.c_void_p()
done("open", None, ctypes.byref(model))
done("set", model, b"lr", ctypes.c_double(0.03))
metrics = Metrics()
image, logits = floats(pixels[:784]), (ctypes.c_float * 10)()
steps = [e for e in events if e["event"] == "step"]
assert len(steps) == STEPS
for step in range(STEPS):
    first = step * BATCH
    batch = floats(pixels[first * 784:(first + BATCH) * 784])
    label = (ctypes.c_int32 * BATCH)(*labels[first:first + BATCH])
    if step == 2:  # a prediction between two steps changes nothing
        done("predict", model, image, logits)
    done("train_step", model, batch, label, ctypes.byref(metrics))
    want = steps[step]["loss"]
    assert abs(metrics.step_loss - want) <= 1e-7 * abs(want), (step, metrics.step_loss, want)
epoch = next(e for e in events if e["event"] == "epoch" and e["split"] == "train")
assert metrics.accuracy == epoch["accuracy"], (metrics.accuracy, epoch)
done("save", model, b"library.st")
assert open("library.st", "rb").read() == open("trainer.st", "rb").read(), "equal weights of library and trainer"

# What was trained is what predictions see, on this handle, on one that shares and on one that loads.
results = []
done("predict", model, image, logits)
results.append(bytes(logits))
done("open_shared", model, ctypes.byref(twin))
done("predict", twin, image, logits)
results.append(bytes(logits))
status = call("train_step", model, batch, label, None)
assert status.code == 2008 and b"shared" in status.message, status.message
library.close(twin)
done("open", None, ctypes.byref(twin))
done("load", twin, b"trainer.st")
done("predict", twin, image, logits)
results.append(bytes(logits))
assert len(set(results)) == 1, "equal logits of equal weights"
done("train_step", model, batch, label, None)
done("predict", model, image, logits)
assert bytes(logits) != results[0], "other logits after another step"
status = call("train_step", model, None, label, None)
assert status.code == 2006, status.message
status = call("set", model, b"nope", ctypes.c_double(1))
assert status.code == 2006 and b"nope" in status.message, status.message
library.close(model)
library.close(twin)
print(f"{name}: the library trains as the trainer does")
