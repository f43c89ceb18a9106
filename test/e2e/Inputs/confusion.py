"""usage: confusion.py TRAINER f4|f8   counts of classes, against this script's own of what the entry `predict` says"""
import json, os, random, re, struct, sys

import checks
from checks import end, expect
from npy import elements, header

trainer, number = sys.argv[1:]
draw = random.Random(3)
classes = 5


def run(*flags):
    r = checks.run(trainer, *flags)
    expect(r.returncode == 0, f"exit 0 of {flags}, got {r.returncode}: {r.stderr}")
    return r


# 32 of batch 32, 2 of 16 and 3 of 1; class 4 never occurs among the tests.
os.makedirs("data", exist_ok=True)
labels, masks = {}, {}
for split, count in (("train", 200), ("test", 32 + 2 * 16 + 3)):
    x = [draw.gauss(0, 1) for _ in range(4 * count)]
    labels[split] = [draw.randrange(classes - (split == "test")) for _ in range(count)]
    masks[split] = [int(draw.random() < .3) for _ in range(count)]
    for name, shape, kind, values in (("x", [count, 4], "f", x), ("label", [count], "i", labels[split]), ("mask", [count], "i", masks[split])):
        with open(f"data/{split}-{name}.npy", "wb") as file:
            file.write(header(shape, "<" + kind + "4") + struct.pack(f"<{len(values)}{kind}", *values))
        if name == "x" and number == "f8": # --run wants the model's type; the data set's is f4
            with open(f"{split}-x.npy", "wb") as file:
                file.write(header(shape, "<f8") + struct.pack(f"<{len(values)}d", *struct.unpack(f"<{len(values)}f", struct.pack(f"<{len(values)}f", *values))))
        elif name == "x":
            with open(f"{split}-x.npy", "wb") as file:
                file.write(header(shape) + struct.pack(f"<{len(values)}f", *values))


def count(split, weights, low=0, high=None, all_of=lambda mask: True):
    run("--init", weights, "--run", "predict", "--input", f"x={split}-x.npy", "--output", "logits=l.npy", "--quiet")
    data = elements(open("l.npy", "rb").read())
    kind = {"f4": "f", "f8": "d"}[number]
    logits = struct.unpack(f"<{len(data) // struct.calcsize(kind)}{kind}", data)
    counts = [[0] * classes for _ in range(classes)]
    for i in range(low, len(labels[split]) if high is None else high):
        row = logits[classes * i:classes * (i + 1)]
        if all_of(masks[split][i]):
            counts[labels[split][i]][row.index(max(row))] += 1
    return counts


def share(counts):
    return sum(counts[i][i] for i in range(classes)) / sum(map(sum, counts))


def last(path, split):
    return [e for e in map(json.loads, open(path)) if e["event"] == "epoch" and e["split"] == split][-1]


data = ["--data", "data", "--quiet"]
for threads in "123":
    run(*data, "--epochs", "3", "--threads", threads, "--save", f"{threads}.st", "--log", f"{threads}.jsonl", "--log-every", "0")
logs = [[{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in open(f"{t}.jsonl")] for t in "123"]
expect(logs[0] == logs[1] == logs[2], "the same counts on any number of threads")
expect(open("1.st", "rb").read() == open("3.st", "rb").read(), "the same weights")

# What an evaluation after an epoch says, and one of its own.
want, some = count("test", "1.st"), count("test", "1.st", all_of=lambda mask: not mask)
run(*data, "--init", "1.st", "--eval", "--log", "e.jsonl")
for got in (last("1.jsonl", "test"), last("e.jsonl", "test")):
    expect(got["confusion.counts"] == want and got["confusion"] == share(want), f"{want}, got {got}")
    expect(got["some.counts"] == some and got["some"] == share(some), f"{some} where nothing is masked, got {got}")
    # Means of batches, their weights and the sum: some 16 roundings of f32.
    expect(abs(got["accuracy"] - got["confusion"]) <= 16 * 2**-24, f"accuracy as the diagonal says, got {got}")
expect("confusion.counts" not in last("1.jsonl", "train"), "counts of evaluations alone")

# The table.
text = run("--data", "data", "--init", "1.st", "--eval").stdout
tables = re.split(r"^(?=\w+: a row for each true class)", text, flags=re.M)
expect(len(tables) == 3 and tables[1].startswith("confusion: ") and tables[2].startswith("some: "), f"two tables, got {text}")
rows = [line.split() for line in tables[1].splitlines()[1:]]
expect(rows[0] == ["class", *map(str, range(classes)), "examples", "accuracy", "precision"], f"a header, got {rows[0]}")
for c in range(classes):
    row, column = sum(want[c]), sum(want[i][c] for i in range(classes))
    shares = [f"{want[c][c] / n:.4f}" if n else "-" for n in (row, column)]
    expect(rows[1 + c] == [str(c), *map(str, want[c]), str(row), *shares], f"class {c} with {want[c]}, got {rows[1 + c]}")
expect(rows[5][-2] == "-", f"no accuracy of a class without examples, got {rows[5]}")

# A part that is held out; an epoch of training, whose last examples are no whole batch.
run(*data, "--init", "1.st", "--eval", "--fold", "2/3", "--log", "f.jsonl")
expect(last("f.jsonl", "test")["confusion.counts"] == count("train", "1.st", 66, 133), f"counts of part 2, got {last('f.jsonl', 'test')}")
run(*data, "--init", "1.st", "--epochs", "1", "--lr", "0", "--no-shuffle", "--log", "t.jsonl")
expect(last("t.jsonl", "train")["confusion"] == share(count("train", "1.st", 0, 192)), f"the share of six batches, got {last('t.jsonl', 'train')}")

# After a pause within an epoch, counts go on.
run(*data, "--steps", "9", "--checkpoint", "half.ck")
run(*data, "--epochs", "3", "--checkpoint", "half.ck", "--resume", "--save", "half.st", "--log", "h.jsonl", "--log-every", "0")
expect(last("h.jsonl", "train")["confusion"] == last("1.jsonl", "train")["confusion"] and open("half.st", "rb").read() == open("1.st", "rb").read(), "a resumed run's counts")
end()
