"""usage: text.py STORY WORDS BYTES LIBRARY.so   trainers of story.cpp for characters, words and bytes, and a library for characters

Texts good and bad, vocabularies in weight files, and --generate: the same text twice, greedy the same as the library by hand."""
import ctypes, json, re, subprocess, sys

from checks import end, expect, fails, run
from clibrary import Library
from stfile import split

story, words, octets, library = sys.argv[1:]


def vocabulary(path):
    with open(path, "rb") as file:
        return split(file.read())[0]["__metadata__"].get("vocabulary")


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def generate(program, *flags):
    r = run(program, *flags)
    expect(r.returncode == 0, f"exit 0 of {flags}, got {r.returncode}: {r.stderr}")
    return r.stdout


verse = b"Sing a song of sixpence, a pocket full of rye; four and twenty blackbirds baked in a pie!\n"
write("verse.txt", verse * 40)
write("latin.txt", (verse * 40).decode().replace("e", "\xe9").encode("latin-1"))
write("utf16.txt", verse.decode().encode("utf-16"))
write("digits.txt", b"0123456789 " * 99)
write("short.txt", verse[:20])
write("empty.txt", b"")
fails(r"'latin.txt' byte 19: expects text in UTF-8, got byte e9 \[E2109\]", 1, story, "--data", "latin.txt")
fails(r"'utf16.txt' byte 0: expects text in UTF-8, got byte ff \[E2109\]", 1, story, "--data", "utf16.txt")
fails(r"'digits.txt' expects a text with letters a to z.*\[E2110\]", 1, story, "--data", "digits.txt")
fails(r"'empty.txt' expects a text with letters a to z.*\[E2110\]", 1, words, "--data", "empty.txt")
fails(r"'short.txt' expects 24 tokens or more for an example of 12 steps, got 20 \[E2107\]", 1, story, "--data", "short.txt")
write("many.txt", b" ".join(bytes([97 + i % 26, 97 + i // 26 % 26]) for i in range(400)))
fails(r"'many.txt' expects a vocabulary of 220 at most, which the model has, got 400 different words", 1, words, "--data", "many.txt")
fails(r"cannot read 'none.txt'", 1, story, "--data", "none.txt")
fails(r"has no 'story.txt'", 1, story, "--data", ".")

# Weights and checkpoints know the vocabulary; a text read with them takes theirs.
train = run(story, "--data", "verse.txt", "--epochs", "60", "--save", "w", "--checkpoint", "c", "--log", "log", "--log-every", "0")
expect(train.returncode == 0, f"training on a text, got {train.stderr}")
expect(vocabulary("w") == vocabulary("c") == "<unk>, ,a,b,c,d,e,f,g,i,k,l,n,o,p,r,s,t,u,w,x,y", f"the vocabulary in both files, got {vocabulary('w')}")
last = [event for event in map(json.loads, open("log")) if event["event"] == "epoch" and event["split"] == "train"][-1]
expect(last["perplexity"] < 1.5, f"a verse learnt by heart, got {last}")
write("other.txt", b"zebra " * 100)
expect(run(story, "--data", "other.txt", "--init", "w", "--steps", "1", "--save", "w2").returncode == 0, "a text with unknown characters")
expect(vocabulary("w2") == vocabulary("w"), "the vocabulary of the weights to stand")
run(octets, "--steps", "1", "--save", "b")
expect(vocabulary("b") is None, "no vocabulary of bytes")

# Greedy, by drawing among one, and by temperature 0.
greedy = generate(story, "--init", "w", "--generate", "Sing a song", "--temperature", "0", "--length", "70")
expect(greedy == "sing a song of sixpence a pocket full of rye four and twenty blackbirds baked in a\n"[:len(greedy) - 1] + "\n" and len(greedy) == 82,
       f"the verse, got {greedy!r}")
expect(generate(story, "--checkpoint", "c", "--resume", "--generate", "sing a song", "--top-k", "1", "--length", "70") == greedy,
       "the likeliest of one, from a checkpoint")
hot = [generate(story, "--init", "w", "--generate", "sing", "--temperature", "3", "--length", "200", "--seed", s) for s in "112"]
expect(hot[0] == hot[1] != hot[2], "the same text of the same seed, another of another")
expect(re.fullmatch("[a-z ]+\n", hot[0]) and len(hot[0]) == 205, f"letters and spaces, got {hot[0]!r}")
few = generate(story, "--init", "w", "--generate", "sing", "--temperature", "100", "--top-k", "2", "--length", "50")
expect(few != generate(story, "--init", "w", "--generate", "sing", "--temperature", "100", "--length", "50"), "other tokens among two")
said = generate(words, "--generate", "ba la", "--length", "7", "--seed", "3").split()
expect(said[:2] == ["<unk>", "<unk>"] or len(said) == 9, f"nine words, got {said}")
octet = subprocess.run([octets, "--generate", "xyz", "--length", "20", "--init", "b"], capture_output=True)
expect(octet.stdout[:3] == b"xyz" and len(octet.stdout) == 24, f"twenty bytes behind the text, got {octet}")
fails(r"--generate expects a text with words, got '123'", 2, words, "--generate", "123")
fails(r"--length expects --generate TEXT", 2, story, "--length", "7")
fails(r"--generate and --epochs contradict each other", 2, story, "--generate", "a", "--epochs", "3")
fails(r"--temperature expects a number of 0 or more, got '-1'", 2, story, "--generate", "a", "--temperature", "-1")
fails(r"--top-k expects a whole number", 2, story, "--generate", "a", "--top-k", "0")

# The library's entry, with the state carried by hand, says the same.
net, model = Library(library, "story"), ctypes.c_void_p()
net.done("open", None, ctypes.byref(model))
net.done("load", model, b"w")
tokens = vocabulary("w").split(",")
state, logits, text = (ctypes.c_float * 24)(), (ctypes.c_float * 28)(), list("sing a song")
for place in range(len(text) + 69):
    net.done("generate", model, (ctypes.c_int32 * 1)(tokens.index(text[place])), state, logits, state)
    if place + 1 == len(text):
        text.append(tokens[max(range(1, len(tokens)), key=lambda i: logits[i])])
expect("".join(text) + "\n" == greedy[:len(text)] + "\n" and len(text) >= 80, f"the same text of the library, got {''.join(text)!r}")
net.close(model)
end()
