"""kinds/train.csv and kinds/test.csv: three kinds of trees, apart in two measures; the tests lack the kind"""
import os, random

draw = random.Random(1)
kinds = ["elm", '"oak, red"', "yew"]
os.makedirs("kinds", exist_ok=True)
for name, rows in (("train", 90), ("test", 7)):
    with open(f"kinds/{name}.csv", "w") as file:
        file.write("nr,a,b" + (",kind" if name == "train" else "") + "\n")
        for i in range(rows):
            kind = i % 3
            file.write(f"{i},{4 * (kind == 0) + draw.gauss(0, .3)},{4 * (kind == 1) + draw.gauss(0, .3)}" + (f",{kinds[kind]}" if name == "train" else "") + "\n")
