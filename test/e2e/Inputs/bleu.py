"""usage: bleu.py MOST LOG.jsonl TRAINER [FLAGS…]   the last training loss is MOST or less, and two translations of four are right

BLEU up to pairs of words, as "Dive into Deep Learning" defines it: exp(min(0, 1 - length of the reference / length)) times
the shares of n words in a row that the reference has, each to the power of 2^-n."""
import collections, json, math, subprocess, sys

PHRASES = {"go .": "va !", "i lost .": "j'ai perdu .", "he's calm .": "il est calme .", "i'm home .": "je suis chez moi ."}


def bleu(said, reference, longest=2):
    said, reference = said.split(), reference.split()
    if len(said) < longest:
        return 0.0
    score = math.exp(min(0, 1 - len(reference) / len(said)))
    for n in range(1, longest + 1):
        left = collections.Counter(zip(*(reference[i:] for i in range(n))))
        found = 0
        for row in zip(*(said[i:] for i in range(n))):
            found += left[row] > 0
            left[row] -= 1
        score *= (found / (len(said) - n + 1)) ** 0.5 ** n
    return score


most, log, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
loss = [e for e in map(json.loads, open(log)) if e["event"] == "epoch" and e["split"] == "train"][-1]["loss"]
scores = []
for phrase, reference in PHRASES.items():
    for beam in ("1", "3"):
        said = subprocess.run([*command, "--translate", phrase, "--beam", beam], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        print(f"{phrase} => {said}, beam {beam}, bleu {bleu(said, reference):.3f}")
        scores += [bleu(said, reference)] * (beam == "1")
print(f"loss {loss}, bleu {scores}")
assert loss <= most, f"expected a loss of {most} or less, got {loss}"
assert sum(score == 1 for score in scores) >= 2, f"expected two right translations of four, got {scores}"
