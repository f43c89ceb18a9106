"""Reads the planned stages of one model at several lengths, and fails when the arena grows faster than they do.

    attention.py NAME=LENGTH:FILE…      NAME only names the line that is printed
"""
import re
import sys


def work(path: str) -> int:
    text = open(path, encoding="utf-8").read()
    return max(int(bytes) for bytes in re.findall(r'kind\(train\) .*work_bytes\((\d+)\)', text))


def main() -> int:
    found = []
    for argument in sys.argv[1:]:
        length, path = argument.split(":")
        found.append((int(length), work(path)))
        print(f"length {length}: {found[-1][1]} bytes")
    # Bytes of one more row, between each two lengths: they may not become more.
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(found, found[1:])]
    print("bytes a row:", *(f"{slope:.0f}" for slope in slopes))
    return int(max(slopes) > slopes[0])


sys.exit(main())
