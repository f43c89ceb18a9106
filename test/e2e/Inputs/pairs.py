"""usage: pairs.py PHRASES CHAIN LIBRARY.so   trainers of phrases.cpp, with chain=1 the second, and a library of the first

Pairs of sentences good and bad, vocabularies in weight files, and --translate: greedy as the library by hand, beam search as
a search that is written here."""
import ctypes, math, struct, subprocess, sys

from checks import end, expect, fails, run
from clibrary import Library
from stfile import read, split

phrases, chain, library = sys.argv[1:]


def translate(program, *flags):
    r = run(program, *flags)
    expect(r.returncode == 0, f"exit 0 of {flags}, got {r.returncode}: {r.stderr}")
    return r.stdout.rstrip("\n")


def vocabularies(path):
    with open(path, "rb") as file:
        metadata = split(file.read())[0]["__metadata__"]
    return [metadata[key].split(" ") for key in ("vocabulary", "target_vocabulary")]


def write(path, text, encoding="utf-8"):
    with open(path, "wb") as file:
        file.write(text.encode(encoding))


words = {"go": "va", "stop": "arrête", "home": "maison", "now": "maintenant", "run": "cours", "\"ok\"": "d'accord", "\\": "\"", ".": ".", "!": "!"}
names = list(words)
lines = [f"{a.capitalize()} {b}{mark}\t{words[a].capitalize()}\u00a0{words[b]}\u202f{mark}\n"
         for a in names[:7] for b in names[:7] for mark in ".!"]
write("pairs.txt", "".join(lines))
write("tab.txt", lines[0] + "Go home.\n" + lines[1])
write("latin.txt", "Go.\tArrête !\n", "latin-1")
write("utf16.txt", lines[0], "utf-16")
write("empty.txt", "")
write("once.txt", "Go home.\tRentre !\n")
write("one.txt", lines[0] * 3)
fails(r"'tab.txt' line 2: expects a sentence, a tab and its translation, got no tab \[E2115\]", 1, phrases, "--data", "tab.txt")
fails(r"'latin.txt' byte 7: expects text in UTF-8, got byte ea \[E2109\]", 1, phrases, "--data", "latin.txt")
fails(r"'utf16.txt' byte 0: expects text in UTF-8, got byte ff \[E2109\]", 1, phrases, "--data", "utf16.txt")
fails(r"'empty.txt' expects lines of a sentence, a tab and its translation, got none \[E2115\]", 1, phrases, "--data", "empty.txt")
fails(r"'once.txt' expects words of 'source' that occur twice or more, got none: its vocabulary is empty \[E2110\]", 1, phrases, "--data", "once.txt")
fails(r"training expects at least 16 examples \(one batch\), got 3 \[E2107\]", 1, phrases, "--data", "one.txt")
fails(r"cannot read 'none.txt'", 1, phrases, "--data", "none.txt")
fails(r"has no 'phrases.txt'", 1, phrases, "--data", ".")
write("long.txt", "".join(lines) + "Go go go go go go go go go.\tVa !\n" * 3)
r = run(phrases, "--data", "long.txt", "--steps", "3")
expect(r.returncode == 0 and r.stderr.count("3 sentences have more tokens than the model has steps, and are cut") == 1, f"one note of what is cut, got {r.stderr}")
many = [chr(97 + i // 26) + chr(97 + i % 26) for i in range(80)]
write("many.txt", "".join(f"{w} {w}\tva va\n" for w in many))
r = run(phrases, "--data", "many.txt", "--steps", "3")
expect(r.returncode == 0 and r.stderr.count("the vocabularies of the model have no room for 14 of the words that occur twice or more: they are <unk>") == 1, f"one note of 80 words for 66, got {r.stderr}")

# Weights and checkpoints know the vocabularies; pairs read with them take theirs.
r = run(phrases, "--data", "pairs.txt", "--epochs", "60", "--save", "w", "--checkpoint", "c")
expect(r.returncode == 0, f"training on pairs, got {r.stderr}")
expect(r.stderr.count("the tests are the training examples: 'pairs.txt' has no .test.txt beside it") == 1, f"a note, got {r.stderr}")
source, target = vocabularies("w")
expect([source, target] == vocabularies("c"), "the vocabularies in both files")
expect(source[:4] == target[:4] == ["<unk>", "<pad>", "<bos>", "<eos>"], f"four tokens in front, got {source}")
expect(sorted(source[4:]) == sorted(words) and sorted(target[4:]) == sorted(words.values()), f"the words, got {source} and {target}")
write("other.txt", "Zebra zebra.\tZèbre zèbre.\n" * 20)
expect(run(phrases, "--data", "other.txt", "--init", "w", "--steps", "1", "--save", "w2").returncode == 0, "pairs of unknown words")
expect(vocabularies("w2") == vocabularies("w"), "the vocabularies of the weights to stand")
write("few", "")
for keep in ("vocabulary", "target_vocabulary"):
    data = open("w", "rb").read()
    n = struct.unpack("<Q", data[:8])[0]
    header = data[8:8 + n].replace(b'"%s":"<unk> ' % keep.encode(), b'"%s":"<unk>,' % keep.encode())
    open("few", "wb").write(data[:8] + header + data[8 + n:])
    fails(r"'few': a vocabulary expects <unk> <pad> <bos> <eos> and words, each behind a ' ' \[E2201\]", 1, phrases, "--init", "few", "--translate", "go")

# Greedy.
said = translate(phrases, "--init", "w", "--translate", "Go home.")
expect(said == "va maison .", f"a translation word by word, got {said!r}")
expect(translate(phrases, "--checkpoint", "c", "--resume", "--translate", "go  home .") == said, "the same from a checkpoint")
expect(translate(phrases, "--init", "w", "--translate", "\\ \"OK\"!", "--beam", "3") == "\" d'accord !", "quotes and backslashes")
cut = run(phrases, "--init", "w", "--translate", "go go go go go go go go stop .")
expect(cut.stdout == "va va va va va va va va\n" and cut.stderr.count("the sentence has 11 tokens, the model 8 steps: the sentence is cut") == 1, f"a cut sentence, got {cut}")
fails(r"--translate expects a sentence, got '  '", 2, phrases, "--init", "w", "--translate", "  ")
fails(r"--translate expects TEXT, got nothing", 2, phrases, "--init", "w", "--translate", "")
r = subprocess.run([phrases, "--init", "w", "--translate", b"caf\xe9"], capture_output=True)
expect(r.returncode == 1 and b"'--translate' byte 3: expects text in UTF-8, got byte e9 [E2109]" in r.stderr, f"a sentence in UTF-8, got {r}")
fails(r"--beam expects a whole number from 1 to 1000, got '0'", 2, phrases, "--init", "w", "--translate", "go", "--beam", "0")
fails(r"--beam expects a whole number from 1 to 1000, got '1001'", 2, phrases, "--init", "w", "--translate", "go", "--beam", "1001")
fails(r"--beam expects --translate TEXT", 2, phrases, "--beam", "2")
fails(r"--translate and --epochs contradict each other", 2, phrases, "--translate", "go", "--epochs", "3")
fails(r"--run and --translate contradict each other", 2, phrases, "--translate", "go", "--run", "encode")
fails(r"--eval and --translate contradict each other", 2, phrases, "--translate", "go", "--eval")
fails(r"--translate and --log contradict each other", 2, phrases, "--translate", "go", "--log", "l")
fails(r"unknown flag '--generate'", 2, phrases, "--generate", "go")

# The library's entries, with the state carried by hand, say the same.
net, model = Library(library, "phrases"), ctypes.c_void_p()
net.done("open", None, ctypes.byref(model))
net.done("load", model, b"w")
ids = [source.index(word) for word in "stop now !".split()] + [3]
memory, place, logits, text = (ctypes.c_float * 256)(), (ctypes.c_int32 * 1)(), (ctypes.c_float * 70)(), []
net.done("encode", model, (ctypes.c_int32 * 8)(*ids, *[1] * 4), memory)
token = 2
while token != 3 and len(text) < 8:
    net.done("decode", model, (ctypes.c_int32 * 1)(token), memory, place, (ctypes.c_int32 * 1)(4), logits, place)
    token = max((i for i in range(len(target)) if i not in (1, 2)), key=lambda i: logits[i])
    text.append(target[token])
expect(text[:-1] == translate(phrases, "--init", "w", "--translate", "Stop now!").split(" ") == ["arrête", "maintenant", "!"], f"the same of the library, got {text}")
net.close(model)


# Beam search on tables of logits.
def log_softmax(row):
    most = max(row)
    total = math.log(sum(math.exp(x - most) for x in row))
    return [x - most - total for x in row]


def search(table, beam, steps):
    alive, done = [(0.0, (2,))], []
    for _ in range(steps):
        all_next = [(score + p, said + (word,)) for score, said in alive for word, p in enumerate(table[said[-1]]) if word not in (1, 2)]
        best = sorted(all_next, key=lambda x: -x[0])[:beam]
        done += [(score / (len(said) - 1) ** .75, said[1:-1]) for score, said in best if said[-1] == 3]
        alive = [x for x in best if x[1][-1] != 3]
    done += [(score / (len(said) - 1) ** .75, said[1:]) for score, said in alive]
    return max(done)[1]


different = 0
for seed in range(8):
    expect(run(chain, "--data", "pairs.txt", "--seed", str(seed), "--steps", "1", "--save", "t").returncode == 0, "a table")
    target = vocabularies("t")[1]
    values = struct.unpack("<4900f", read("t")["table.weight"][2])
    table = [log_softmax(values[70 * i:70 * i + len(target)]) for i in range(len(target))]
    found = {}
    for beam in (1, 2, 3, 8, 50):
        found[beam] = translate(chain, "--init", "t", "--translate", "go", "--beam", str(beam))
        wanted = " ".join(target[i] for i in search(table, beam, 8))
        expect(found[beam] == wanted, f"{wanted!r} of seed {seed} and beam {beam}, got {found[beam]!r}")
    expect(found[1] == translate(chain, "--init", "t", "--translate", "go", "--threads", "1"), "greedy without --beam")
    different += found[1] != found[8]
expect(different > 2, f"a wider search to find others, got {different} of 8")
end()
