"""usage: table.py WINE   a trainer of table.cpp

Tables as features, their columns in weight files, parts that are held out, predictions: against this script's own reading of
the files and its own sums."""
import csv, io, json, math, os, random, struct, sys

import checks
from checks import end, expect
from stfile import pack, read, split

wine = sys.argv[1]
draw = random.Random(7)


def run(*flags):
    r = checks.run(wine, *flags)
    expect(r.returncode == 0, f"exit 0 of {flags}, got {r.returncode}: {r.stderr}")
    return r


def fails(wanted, code, *flags):
    checks.fails(wanted, code, wine, *flags)


# Ten features make some twenty roundings of f32, 20 * 2^-24; a mean of squares has them twice and those of the sum.
def near(got, want, tolerance=1.2e-6):
    return len(got) == len(want) and all(abs(g - w) <= tolerance * max(1, abs(w)) for g, w in zip(got, want))


# Two numbers (one with gaps), two categories (one with gaps): 1 + 5 + 3 + 1 features.
def row(nr, target=True):
    acid = "" if draw.random() < .2 else f"{draw.gauss(3, 2):.3f}"
    kind = draw.choice(["red", "white, dry", 'ros\u00e9 "x"', "two\nlines" if nr % 2 else "red"])
    cork = draw.choice(["yes", "no", "NA"])
    return [f"#{nr}", acid, kind, cork, str(draw.randrange(1000))] + ([f"{draw.uniform(1, 50):.2f}"] if target else [])


def write(path, header, rows, end="\n"):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator=end).writerows([header] + rows)


names = ["nr", "acid", "kind", "cork", "year", "price"]
train, test = [row(i) for i in range(50)], [row(100 + i, False) for i in range(21)]
write("data/train.csv", names, train, "\r\n")
write("data/test.csv", names[:-1], test)

# The features, as this script finds them.
both = [r[:5] for r in train + test]
known = {}
for at in (1, 4):
    values = [float(r[at]) for r in both if r[at] != ""]
    mean = math.fsum(values) / len(values)
    known[at] = mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))
for at in (2, 3):
    known[at] = sorted({r[at] for r in both if r[at] != "NA"}, key=lambda v: v.encode())


def features(r, known):
    out = []
    for at in (1, 2, 3, 4):
        if isinstance(known[at], tuple):
            mean, deviation = known[at]
            out.append((float(r[at]) - mean) / deviation if r[at] != "" else 0)
        else:
            out += [float(r[at] == v) for v in known[at]] + [float(r[at] == "NA")]
    return out


width = len(features(train[0], known))
expect(width == 10, f"10 features, got {width}")
weight, bias = [draw.gauss(0, 1) for _ in range(width)], 20.5
with open("w.safetensors", "wb") as file:
    file.write(pack({"fc.weight": ("F32", [1, width], struct.pack(f"<{width}f", *weight)), "fc.bias": ("F32", [1], struct.pack("<f", bias))}))


def price(r, known=known):
    return bias + math.fsum(w * x for w, x in zip(weight, features(r, known)))


def predictions(path):
    rows = list(csv.reader(open(path, newline="")))
    expect(rows[0] == ["nr", "price"], f"the header of a submission, got {rows[0]}")
    return [r[0] for r in rows[1:]], [float(r[1]) for r in rows[1:]]


def columns(path):
    return split(open(path, "rb").read())[0]["__metadata__"].get("columns")


# Predictions of weights that know nothing of the table: 21 rows by batches of 16 and of one.
run("--data", "data", "--init", "w.safetensors", "--steps", "0", "--predict", "p.csv", "--save", "w2.safetensors")
ids, got = predictions("p.csv")
expect(ids == [r[0] for r in test] and near(got, [price(r) for r in test]), f"predictions {[price(r) for r in test]}, got {ids} {got}")

# What the weights keep, and that it stands for other files.
kept = list(csv.reader(io.StringIO(columns("w2.safetensors"))))
expect([k[:2] for k in kept] == [["acid", "number"], ["kind", "category"], ["cork", "category"], ["year", "number"]], f"four columns, got {kept}")
expect(kept[1][2:] == known[2] and kept[2][2:] == known[3], f"the categories, got {kept}")
expect(all(near([float(v) for v in kept[k][2:]], known[at], 1e-14) for k, at in ((0, 1), (3, 4))), f"{known}, got {kept}")
late = [[f"{i}", "1.5", "green", "no", "12"] for i in range(3)] + [["9", "NA", "red", "yes", "1e3"]]
write("late/test.csv", names[:-1], late)
run("--data", "late", "--init", "w2.safetensors", "--steps", "0", "--predict", "late.csv", "--quiet")
late[3][1] = ""
expect(near(predictions("late.csv")[1], [price(r) for r in late]), f"by what the weights know {[price(r) for r in late]}, got {predictions('late.csv')}")
fails(r"'late' has no 'train.csv' and no 'train.csv.gz' \[E2101\]", 1, "--data", "late", "--init", "w.safetensors")
fails(r"training expects at least 8 examples \(one batch\), got 0", 1, "--data", "late", "--init", "w2.safetensors")
fails(r"'late/test.csv' line 1: --eval expects the column 'price', which it lacks; --fold K/N", 1, "--data", "late", "--init", "w2.safetensors", "--eval")


# A part that is held out is what an evaluation sees, and the rest is what training sees: a step of all of it.
def rmse(rows):
    return math.sqrt(math.fsum((price(r) - float(r[5])) ** 2 for r in rows) / len(rows))


def events(path):
    return [json.loads(line) for line in open(path)]


for part in (1, 2, 3):
    low, high = 50 * (part - 1) // 3, 50 * part // 3
    run("--data", "data", "--init", "w.safetensors", "--eval", "--fold", f"{part}/3", "--log", "e.jsonl", "--quiet")
    expect(near([events("e.jsonl")[-1]["rmse"]], [rmse(train[low:high])]), f"rmse {rmse(train[low:high])} of part {part}, got {events('e.jsonl')}")
    run("--data", "data", "--init", "w.safetensors", "--epochs", "1", "--lr", "0", "--no-shuffle", "--fold", f"{part}/3", "--log", "t.jsonl", "--quiet")
    rest = train[:low] + train[high:]
    want = [rmse(rest[i:i + 8]) ** 2 for i in range(0, len(rest) - 7, 8)]
    got = [e["loss"] for e in events("t.jsonl") if e["event"] == "step"]
    expect(near(got, want, 4e-6), f"losses {want} of the others, got {got}")
for value in ("0/5", "6/5", "5/1", "1/0", "-1/5", "five", "1", "1/", "/5", "1/5x", "1 /5", "1/5/5"):
    fails(r"--fold expects K/N, part K of N, with N of 2 or more and K from 1 to N, got '" + value, 2, "--fold", value)
fails(r"--fold 1/60 expects 60 examples or more, got 50 \[E2107\]", 1, "--data", "data", "--fold", "1/60")
fails(r"--run and --fold contradict each other", 2, "--run", "predict", "--fold", "1/5")
fails(r"--run and --predict contradict each other", 2, "--run", "predict", "--predict", "x.csv")
fails(r"--lr-find and --predict contradict", 2, "--lr-find", "--predict", "x.csv")
fails(r"--save and --predict expect files of their own", 2, "--save", "x", "--predict", "x")
fails(r"--predict expects F.csv, got nothing", 2, "--predict=")
fails(r"--predict expects a folder with test.csv, got 'data/train.csv'", 1, "--data", "data/train.csv", "--predict", "x.csv")
expect(not os.path.exists("x.csv"), "no predictions of refused runs")
# What a reader finds in the folder stays as it is.
for flag, file in (("--predict", "test.csv"), ("--save", "train.csv"), ("--log", "test.csv")):
    before = open(f"data/{file}").read()
    fails(rf"{flag} expects another file than 'data/{file}', which --data reads \[E2004\]", 2, "--data", "data", "--steps", "1", flag, f"data/{file}")
    expect(open(f"data/{file}").read() == before, f"data/{file} as it was after {flag}")

# A test table without a target is not evaluated, and said so; the features of one table are another model's number.
r = run("--data", "data", "--epochs", "2", "--predict", "p2.csv")
expect("nothing is evaluated; --fold K/N holds out" in r.stderr and "test loss" not in r.stdout, f"a note, got {r.stderr} {r.stdout}")
fails(r"--keep-best expects the column 'price'", 1, "--data", "data", "--keep-best", "loss", "--save", "x")
write("more/train.csv", names, train + [["z", "1", "blush", "no", "7", "1"]])
fails(r"'more/train.csv' expects columns that make 10 features, as many as the model has, got 11 \[E2113\]\n  column 'kind' makes 6", 1, "--data", "more")
write("more/train.csv", names, train + [["z", "1", "red", "no", "7", "cheap"]])
fails(r"'more/train.csv' line \d+ column 6: expects a number in 'price', got 'cheap' \[E2112\]", 1, "--data", "more")

# Bits: on any number of threads, and after a pause; of another part they are another run's.
flags = ["--data", "data", "--fold", "2/5", "--seed", "3", "--quiet"]
for threads in "123":
    run(*flags, "--steps", "23", "--threads", threads, "--checkpoint", f"{threads}.st")
run(*flags, "--steps", "8", "--checkpoint", "part.st")
fails(r"(?s)another run.*- --fold 3\n.*\+ --fold 2", 1, "--data", "data", "--fold", "3/5", "--steps", "23", "--checkpoint", "part.st", "--resume")
run(*flags, "--steps", "23", "--checkpoint", "part.st", "--resume")
whole = open("1.st", "rb").read()
expect(all(open(f, "rb").read() == whole for f in ("2.st", "3.st", "part.st")), "the same bits")
expect(columns("part.st") == columns("w2.safetensors"), "the columns in checkpoints")

# The best weights are those that predict.
run(*flags, "--epochs", "9", "--lr", "3", "--keep-best", "rmse", "--save", "best.safetensors", "--predict", "best.csv")
run("--data", "data", "--init", "best.safetensors", "--steps", "0", "--predict", "again.csv", "--quiet")
expect(open("best.csv").read() == open("again.csv").read(), "the predictions of the best weights")
low = [e["rmse"] for e in events("e.jsonl")]
run(*flags, "--epochs", "9", "--lr", "3", "--keep-best", "rmse", "--save", "best.safetensors", "--log", "k.jsonl")
run(*flags, "--eval", "--init", "best.safetensors", "--log", "b.jsonl")
tests = [e["rmse"] for e in events("k.jsonl") if e["event"] == "epoch" and e["split"] == "test"]
expect(events("b.jsonl")[-1]["rmse"] == min(tests), f"the least of {tests}, got {events('b.jsonl')}")

# Without files: a table of its own, learnt, and predicted.
r = run("--epochs", "200", "--predict", "own.csv", "--lr", "20", "--log", "own.jsonl", "--log-every", "0")
expect("using built-in synthetic table of the shape of 'wine' (1024 train, 256 test)" in r.stderr, f"a note, got {r.stderr}")
tests = [e["rmse"] for e in events("own.jsonl") if e["event"] == "epoch" and e["split"] == "test"]
expect(tests[-1] < tests[0] / 20, f"learning, got {tests[0]} and {tests[-1]}")
expect(predictions("own.csv")[0] == [str(i) for i in range(1025, 1281)], "predictions of the built-in tests")
end()
