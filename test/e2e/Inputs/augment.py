"""usage: augment.py LOG   what 6,400 examples of augment.cpp were changed to is drawn evenly"""
import json, sys

epochs = [e for e in map(json.loads, open(sys.argv[1])) if e["event"] == "epoch" and e["split"] == "train"]
assert len(epochs) == 10, len(epochs)


def share(name):
    return sum(e[name] for e in epochs) / len(epochs)


count = 6400
places = [share(f"place{i}") for i in range(25)]
assert abs(sum(places) - 1) < 1e-5, sum(places)  # sums of f32 over some hundred steps, 100 * 2^-24 = 6e-6
chi = sum((count * p - count / 25) ** 2 / (count / 25) for p in places)
assert 6 < chi < 56, chi  # 24 degrees of freedom: all but .0003 of draws
deviation = (.3 * .7 / count) ** .5
assert abs(share("flipped") - .3) < 4 * deviation, share("flipped")
# Evenly in [.4, 1.6]: mean 1, variance 1.2² / 12.
assert abs(share("factor") - 1) < 4 * (.12 / count) ** .5, share("factor")
assert abs(share("square") - 1.12) < .03, share("square")
