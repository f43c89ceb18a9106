#!/usr/bin/env python3
"""Pictures of what examples put out, as PNG files; Python and nothing else.

    png.py picture PICTURE.npy OUT.png            f32[1,3,h,w] in [0,1]
    png.py masks PICTURE.npy MASK.npy OUT.png     each pixel of i32[1,h,w] in the colour of its class, beside the picture
    png.py plain WIDTH HEIGHT RED GREEN BLUE OUT.png   one colour, of 0 to 255
    png.py boxes PICTURE.npy BOXES.npy OUT.png    rows of class, score and corners in [0,1], f32[1,k,6], drawn if sure enough
"""
import array
import ast
import struct
import sys
import zlib

COLORS = [(0, 0, 0), (230, 60, 60), (60, 180, 75), (67, 99, 216), (255, 225, 25)]
SURE = 0.5


def read(path):
    """The sizes of an array and its elements, row by row."""
    data = open(path, "rb").read()
    if data[:6] != b"\x93NUMPY":
        sys.exit(f"error: expects a .npy file, got {path}")
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10 : 10 + length].decode())
    elements = array.array({"<f4": "f", "<i4": "i"}[header["descr"]])
    elements.frombytes(data[10 + length :])
    return header["shape"], elements


def pixels(path):
    """Rows of (red, green, blue), 0 to 255."""
    (_, _, h, w), values = read(path)
    byte = [min(255, max(0, round(v * 255))) for v in values]
    return [[tuple(byte[(c * h + y) * w + x] for c in range(3)) for x in range(w)] for y in range(h)]


def write(path, rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    raw = b"".join(b"\0" + bytes(v for pixel in row for v in pixel) for row in rows)
    size = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def draw(rows, box, color):
    h, w = len(rows), len(rows[0])
    left, right = (min(w - 1, max(0, round(v * (w - 1)))) for v in (box[0], box[2]))
    top, bottom = (min(h - 1, max(0, round(v * (h - 1)))) for v in (box[1], box[3]))
    for x in range(left, right + 1):
        rows[top][x] = rows[bottom][x] = color
    for y in range(top, bottom + 1):
        rows[y][left] = rows[y][right] = color


def main():
    if len(sys.argv) < 4 or sys.argv[1] not in ("picture", "masks", "boxes", "plain"):
        sys.exit(__doc__)
    if sys.argv[1] == "plain":
        width, height, *color = map(int, sys.argv[2:7])
        return write(sys.argv[-1], [[color] * width] * height)
    rows = pixels(sys.argv[2])
    if sys.argv[1] == "masks":
        (_, h, w), mask = read(sys.argv[3])
        rows = [rows[y] + [COLORS[mask[y * w + x] % len(COLORS)] for x in range(w)] for y in range(h)]
    if sys.argv[1] == "boxes":
        (_, count, _), values = read(sys.argv[3])
        for kind, score, *box in (values[6 * i : 6 * i + 6] for i in range(count)):
            if score > SURE:
                draw(rows, box, COLORS[1 + int(kind) % 4])
                print(f"class {int(kind)} score {score:.2f} at {' '.join(f'{v:.2f}' for v in box)}")
    write(sys.argv[-1], rows)


if __name__ == "__main__":
    main()
