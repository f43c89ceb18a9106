"""usage: data.py TRAINER   trains on good and bad IDX files, made in the current folder; prints what was not as expected"""
import gzip, os, re, shutil, struct, subprocess, sys

from checks import end, expect

trainer = sys.argv[1]
images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
test_images, test_labels = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx(magic, sizes, data):
    return struct.pack(f">I{len(sizes)}I", magic, *sizes) + data


def good(count):
    pixels = bytes((i * 31 + i // 784) % 256 for i in range(count * 784))
    return idx(0x803, [count, 28, 28], pixels), idx(0x801, [count], bytes(i % 10 for i in range(count)))


files = dict(zip((images, labels, test_images, test_labels), good(600) + good(70)))


def put(folder, changes):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name, data in {**files, **changes}.items():
        if data is not None:
            open(os.path.join(folder, name), "wb").write(data)


def train(folder, *flags):
    run = [trainer, "--data", folder, "--epochs", "1", "--quiet", *flags]
    return subprocess.run(run, capture_output=True, text=True, timeout=60)


put("plain", {})
put("packed", {name: None for name in files} | {name + ".gz": gzip.compress(data) for name, data in files.items()})
for folder in ("plain", "packed"):
    r = train(folder, "--save", folder + ".safetensors")
    expect(r.returncode == 0, f"{folder} files to train, got {r.returncode}: {r.stderr}")
expect(open("plain.safetensors", "rb").read() == open("packed.safetensors", "rb").read(), "equal weights of plain and gzip files")

packed = gzip.compress(files[images])
hurt = bytearray(packed)
hurt[len(hurt) // 2] ^= 0x55
cases = [  # name, files that differ, what the error says
    ("missing", {images: None}, f"{images}.*E2101"),
    ("missing-test", {test_labels: None}, f"{test_labels}.*E2101"),
    ("empty", {images: b""}, f"{images}.*E210[23]"),
    ("header-cut", {images: files[images][:9]}, f"{images}.*E210[23]"),
    ("cut", {images: files[images][:-1]}, f"{images}.*E2103"),
    ("longer", {images: files[images] + b"x"}, f"{images}.*E2103"),
    ("labels-cut", {labels: files[labels][:-3]}, f"{labels}.*E2103"),
    ("magic", {images: b"\1" + files[images][1:]}, f"{images}.*E2102"),
    ("swapped", {images: files[labels], labels: files[images]}, "E2102"),
    ("floats", {images: idx(0xd03, [600, 28, 28], files[images][16:])}, f"{images}.*E2102"),
    ("size", {images: idx(0x803, [588, 28, 29], files[images][16:][:588 * 28 * 29])}, f"{images}.*E210[236]"),
    ("other-size", {images: idx(0x803, [600, 14, 56], files[images][16:])}, f"{images}.*E2102"),
    ("huge", {images: idx(0x803, [0xffffffff] * 3, b"abc")}, f"{images}.*E210[23]"),
    ("count", {labels: idx(0x801, [599], files[labels][8:-1])}, "E2106"),
    ("none", {images: idx(0x803, [0, 28, 28], b""), labels: idx(0x801, [0], b"")}, f"{images}.*E210[27]"),
    ("few", dict(zip((images, labels), good(255))), "E2107"),
    ("label", {labels: files[labels][:300] + b"\x0a" + files[labels][301:]}, f"{labels}.*292.*10.*E2105|{labels}.*300.*E2105"),
    ("gzip-cut", {images: None, images + ".gz": packed[:len(packed) // 2]}, f"{images}.gz.*E2104"),
    ("gzip-hurt", {images: None, images + ".gz": bytes(hurt)}, f"{images}.gz.*E210[234]"),
    ("gzip-sum", {images: None, images + ".gz": packed[:-8] + b"abcdefgh"}, f"{images}.gz.*E2104"),
    ("gzip-not", {images: None, images + ".gz": files[images]}, f"{images}.gz.*E210[24]"),
    ("gzip-inside", {images: None, images + ".gz": gzip.compress(files[images][:-100])}, f"{images}.gz.*E2103"),
]
for name, changes, wanted in cases:
    put("bad", changes)
    r = train("bad", "--save", "none.safetensors")
    expect(r.returncode == 1, f"{name}: exit code 1, got {r.returncode}: {r.stderr}")
    expect(re.search(f"error: .*({wanted})", r.stderr), f"{name}: an error with /{wanted}/, got: {r.stderr}")
    expect(r.stdout == "" and r.stderr.count("\n") <= 3, f"{name}: a short message, got: {r.stdout}{r.stderr}")
r = train("no/such/folder")
expect(r.returncode == 1 and "no/such/folder" in r.stderr, f"a missing folder to be named, exit 1, got {r.returncode}: {r.stderr}")
r = train(__file__)
expect(r.returncode == 1 and "expects a folder, got a file" in r.stderr, f"a file in place of the folder to be named, exit 1, got {r.returncode}: {r.stderr}")
expect(not os.path.exists("none.safetensors"), "no weights from a run that failed")
end(f"{len(cases)} bad data sets")
