"""usage: cifar.py TRAINER   trains on good and bad CIFAR files, made in the current folder; prints what was not as expected"""
import gzip, os, re, shutil, subprocess, sys

from checks import end, expect

RECORD = 3073


def records(count, first=0):
    return b"".join(bytes([i % 10]) + bytes((i * 29 + p // 7) % 256 for p in range(RECORD - 1)) for i in range(first, first + count))


files = {"data_batch_1.bin": records(20), "data_batch_2.bin": records(12, 20), "test_batch.bin": records(7)}


def train(changes, *flags):
    shutil.rmtree("files", ignore_errors=True)
    os.makedirs("files")
    for name, data in {**files, **changes}.items():
        if data is not None:
            open("files/" + name, "wb").write(data)
    run = [sys.argv[1], "--data", "files", "--epochs", "1", "--quiet", *flags]
    return subprocess.run(run, capture_output=True, text=True, timeout=120)


packed = {name: None for name in files} | {name + ".gz": gzip.compress(data) for name, data in files.items()}
for name, changes in (("plain", {}), ("packed", packed)):
    r = train(changes, "--save", name + ".st", "--log", name + ".jsonl")
    expect(r.returncode == 0, f"{name} files to train, got {r.returncode}: {r.stderr}")
expect(open("plain.st", "rb").read() == open("packed.st", "rb").read(), "equal weights of plain and packed files")
expect('"step":8' in open("plain.jsonl").read(), "eight steps of four images: both batches are read")
first = files["data_batch_1.bin"]
cases = [
    ("missing", {"test_batch.bin": None}, "has no 'test_batch.bin' and no 'test_batch.bin.gz'.*E2101"),
    ("gap", {"data_batch_1.bin": None}, "has no 'data_batch_1.bin'.*E2101"),
    ("none", {name: None for name in files}, "has no 'data_batch_1.bin'.*E2101"),
    ("cut", {"data_batch_1.bin": first[:-1]}, "data_batch_1.bin' byte 58387: .*3073 bytes.*got 3072 more.*E2103"),
    ("two labels", {"data_batch_1.bin": b"".join(b"\1" + first[i:i + RECORD] for i in range(0, len(first), RECORD))}, "E2103"),
    ("empty", {"data_batch_2.bin": b""}, "data_batch_2.bin.*at least one image.*E2107"),
    ("label", {"data_batch_2.bin": records(3) + b"\x0b" + records(1)[1:]}, "data_batch_2.bin' byte 9219: .*below 10, got 11.*E2105"),
    ("gzip cut", {"data_batch_1.bin": None, "data_batch_1.bin.gz": gzip.compress(first)[:-9]}, "data_batch_1.bin.gz.*E2104"),
    ("gzip not", {"data_batch_1.bin": None, "data_batch_1.bin.gz": first}, "data_batch_1.bin.gz.*E2104"),
]
for name, changes, wanted in cases:
    r = train(changes)
    expect(r.returncode == 1 and re.search("error: .*" + wanted, r.stderr), f"{name}: exit 1 and /{wanted}/, got {r.returncode}: {r.stderr}")
end(f"{len(cases)} bad data sets")
