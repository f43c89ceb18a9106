"""usage: pictures.py DIR     animals8, animals1024 and animals64: trainers of pictures.cpp of these sizes, exact, stretched, cropped

Folders of pictures, against pixels of this script's own; what is wrong in them; a set that is too large to be kept, which a
thread reads ahead: the same bits as any number of threads and a resumed run, and errors at their step."""
import json, os, random, re, shutil, signal, struct, subprocess, sys, time, zlib

import checks
from checks import end, expect, fails
from stfile import read, split

folder = sys.argv[1]
small, large, cropped = (os.path.join(folder, name) for name in ("animals8", "animals1024", "animals64"))
draw = random.Random(5)


def run(*command):
    r = checks.run(*command)
    expect(r.returncode == 0, f"exit 0 of {command}, got {r.returncode}: {r.stderr}")
    return r


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(rows, height, width, colours=2, bits=8):
    stride = len(rows) // height
    data = b"".join(b"\0" + rows[y * stride:(y + 1) * stride] for y in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "wb").write(data)


names = ["ant", "bee, or so", "cow"]
pictures = {}
for part, count in (("train", 5), ("test", 2)):
    for label, name in enumerate(names):
        for i in range(count):
            rows = bytes(min(255, draw.randrange(150) + 100 * (c == label)) for _ in range(64) for c in range(3))
            write(f"data/{part}/{name}/{i}.png", png(rows, 8, 8))
            pictures[part, label, i] = rows


# A pixel is rounded, three sums are, below 4, and a quarter: some 8 roundings of f32 near 1.
ROUNDINGS = 8 * 2**-24


def seen(path):
    data = read(path)["seen"][2]
    return struct.unpack(f"<{len(data) // 4}f", data)


# The first batch in the order of the files: five ants, of which four.
run(small, "--data", "data", "--no-shuffle", "--steps", "1", "--save", "1.st", "--quiet")
want = [sum(pictures["train", 0, i][3 * p + c] / 255 for i in range(4)) / 4 for c in range(3) for p in range(64)]
expect(all(abs(a - b) <= ROUNDINGS for a, b in zip(seen("1.st"), want)), "the mean of four pictures")
expect(split(open("1.st", "rb").read())[0]["__metadata__"].get("classes") == 'ant,"bee, or so",cow', "the names of the classes in weights")

# Learning, and the table with names.
run(small, "--data", "data", "--epochs", "200", "--save", "w.st", "--quiet")
text = run(small, "--data", "data", "--init", "w.st", "--eval").stdout
expect(re.search(r"^ +0 +2 +0 +0 +2 +1.0000 +1.0000  ant$", text, re.M) and re.search(r"1.0000  bee, or so$", text, re.M), f"names in the table, got {text}")
expect("libjpeg-turbo: this software is based in part on the work of the Independent JPEG Group" in run(small, "--licenses").stdout, "licenses")
r = run(small, "--epochs", "1")
expect("using built-in synthetic images of the shape of 'animals' (12800 train, 2000 test)" in r.stderr, f"built-in data, got {r.stderr}")


# What is wrong is told before a step, and is not lost among many.
def wrong(pattern, path, data, trainer=small):
    shutil.rmtree("wrong", ignore_errors=True)
    shutil.copytree("data", "wrong")
    if data is None:
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    else:
        write(path, data)
    fails(pattern, 1, trainer, "--data", "wrong")


good = open("data/train/cow/3.png", "rb").read()
wrong(r"error: 'wrong/train/cow/3.png' byte \d+: expects a sound PNG file, got damage: IDAT: [a-zA-Z ]+ \[E2118\]", "wrong/train/cow/3.png", good[:60] + b"?" + good[61:])
wrong(r"error: 'wrong/train/cow/3.png' byte \d+: expects a sound PNG file, got damage: the file ends too early", "wrong/train/cow/3.png", good[:-4])
wrong(r"'wrong/train/cow/3.png' byte 0: expects a PNG or JPEG file, got a GIF file; `magick IN OUT.png` converts", "wrong/train/cow/3.png", b"GIF89a....")
wrong(r"'wrong/test/cow/x.jpg' byte \d+: expects a sound JPEG file, got damage", "wrong/test/cow/x.jpg", b"\xff\xd8\xff\xe0 nothing")
wrong(r"'wrong/train/cow/3.png': 'animals' expects pictures of 8x8 \(height x width\), got 4x16; .fit = Fit::crop", "wrong/train/cow/3.png", png(good[:192].ljust(192), 4, 16))
wrong(r"expects 8 bits a channel, got 16", "wrong/train/cow/3.png", png(bytes(128), 8, 8, 0, 16))
wrong(r"'wrong/train' expects 3 classes, as many as the model has, got 4 \[E2117\]", "wrong/train/dog/1.png", good)
wrong(r"(?s)'wrong/test' expects the folders of the classes that 'wrong/train' has \[E2117\].*\+ dog", "wrong/test/dog/1.png", good)
wrong(r"(?s)'wrong/test' expects the folders of the classes that 'wrong/train' has \[E2117\].*- cow", "wrong/test/cow", None)
wrong(r"'wrong' has no folder 'train'", "wrong/train", None)
fails(r"cannot read 'data/train/ant/0.png': expects a folder, got a file", 1, small, "--data", "data/train/ant/0.png")

# Cropped: all of one size, grey ones as colours.
for i in range(6):
    write(f"sizes/train/{names[i % 3]}/{i}.png", png(bytes([40 * i]) * (30 + 9 * i) * (90 - 7 * i), 30 + 9 * i, 90 - 7 * i, 0))
run(cropped, "--data", "sizes", "--no-shuffle", "--steps", "1", "--eval-every", "0", "--save", "c.st", "--quiet")
want = sum(40 * i / 255 for i in (0, 3, 1, 4)) / 4
expect(all(abs(v - want) <= ROUNDINGS for v in seen("c.st")) and len(seen("c.st")) == 3 * 64 * 64, "even pictures, scaled")

# 3 MB each as bytes: 60 are too many to be kept, and are decoded ahead of the steps.
shutil.rmtree("many", ignore_errors=True)
for i in range(56):
    write(f"many/train/{names[i % 3]}/{i:02}.png", png(bytes(draw.randrange(256) for _ in range(48)), 4, 4))
for i in range(4):
    write(f"many/test/{names[i % 3]}/{i:02}.png", png(bytes(draw.randrange(256) for _ in range(48)), 4, 4))
many = [large, "--data", "many", "--quiet"]
for threads in "13":
    run(*many, "--epochs", "1", "--threads", threads, "--save", f"m{threads}.st", "--log", f"m{threads}.jsonl")
expect(open("m1.st", "rb").read() == open("m3.st", "rb").read(), "the same bits on one thread and on three")
run(*many, "--steps", "5", "--checkpoint", "half.ck")
run(*many, "--epochs", "1", "--checkpoint", "half.ck", "--resume", "--save", "half.st")
expect(open("half.st", "rb").read() == open("m1.st", "rb").read(), "the same bits after a pause")
events = [json.loads(line) for line in open("m1.jsonl")]
expect(all(e["wait_ms"] >= 0 for e in events if e["event"] == "step") and [e["split"] for e in events if e["event"] == "epoch"] == ["train", "test"], f"a log, got {events}")

# Damage within a file whose header is sound is found at its step, with its name.
write("many/train/ant/00.png", png(bytes(48), 4, 4)[:-20])
r = checks.run(*many, "--no-shuffle", "--epochs", "1")
expect(r.returncode == 1 and "error: 'many/train/ant/00.png' byte" in r.stderr, f"the damaged file, got {r.returncode} {r.stderr}")
r = checks.run(large, "--data", "many", "--no-shuffle", "--init", "m1.st", "--eval")
expect(r.returncode == 0, f"an evaluation does not read it, got {r.stderr}")

# ^C ends after the step, with the thread.
os.remove("many/train/ant/00.png")
child = subprocess.Popen([large, "--data", "many", "--epochs", "1000", "--checkpoint", "s.ck"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
time.sleep(2)
child.send_signal(signal.SIGINT)
out, err = child.communicate(timeout=60)
expect(child.returncode == 130 and re.search(r"interrupted after step \d+; 's.ck' holds the state", err), f"exit 130, got {child.returncode} {err}")
end()
