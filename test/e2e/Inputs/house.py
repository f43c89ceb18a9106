"""usage: house.py TRAINER LIBRARY.so DATA   five folds of house-prices on the real tables, then a submission

The mean of the folds is what D2L's recipe reaches in PyTorch (.170); a library that loads the checkpoint predicts what the trainer
did, from features that this script makes of test.csv by the columns that the checkpoint has."""
import csv, ctypes, io, json, os, subprocess, sys

from clibrary import Library
from stfile import split

trainer, library, data = sys.argv[1:]
errors = []
for part in range(1, 6):
    subprocess.run([trainer, "--data", data, "--fold", f"{part}/5", "--log", "fold.jsonl", "--log-every", "0", "--quiet"], check=True)
    errors.append([e["log_rmse"] for e in map(json.loads, open("fold.jsonl")) if e["event"] == "epoch" and e["split"] == "test"][-1])
print("log-RMSE of the folds:", *(f"{e:.4f}" for e in errors), f"mean {sum(errors) / 5:.4f}")
assert sum(errors) / 5 <= .18, "expects a mean of .18 or less"

subprocess.run([trainer, "--data", data, "--epochs", "20", "--checkpoint", "c.st", "--predict", "submission.csv", "--quiet"], check=True)
columns = list(csv.reader(io.StringIO(split(open("c.st", "rb").read())[0]["__metadata__"]["columns"])))
features = []
rows = list(csv.DictReader(open(os.path.join(data, "test.csv"))))
for row in rows:
    for name, kind, *values in columns:
        cell = row[name]
        if kind == "number":
            features.append((float(cell) - float(values[0])) / float(values[1]) if cell not in ("", "NA") else 0)
        else:
            features += [float(cell == value) for value in values] + [float(cell == "NA")]
count = len(rows)
assert len(features) == 331 * count, f"expects 331 features a row, got {len(features) / count}"
net, model = Library(library, "house_prices"), ctypes.c_void_p()
net.done("open", None, ctypes.byref(model))
net.done("load", model, b"c.st")
prices = (ctypes.c_float * count)()
net.done("predict_n", model, ctypes.c_size_t(count), (ctypes.c_float * len(features))(*features), prices)
net.close(model)
said = list(csv.reader(open("submission.csv")))
assert said[0] == ["Id", "SalePrice"] and len(said) == count + 1, said[:2]
for (number, price), row, got in zip(said[1:], rows, prices):
    assert number == row["Id"] and ctypes.c_float(float(price)).value == got, (number, price, got)
