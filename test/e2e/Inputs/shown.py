"""usage: shown.py README.md   runs every ```console block of it in the current folder, and compares the output

A line that starts with "$ " is a command, the lines up to the next one are its output. Numbers with a point or of several
digits stand for any such number, runs of blanks for one blank, a line "..." for any number of lines. Blocks of one file
share the folder."""
import re, subprocess, sys


def norm(line):
    return " ".join(re.sub(r"-?\d+\.\d+(e-?\d+)?|\b\d\d+\b", "N", line).split())


def matches(want, got):
    if not want:
        return not got
    if want[0] == "...":
        return any(matches(want[1:], got[i:]) for i in range(len(got) + 1))
    return bool(got) and want[0] == got[0] and matches(want[1:], got[1:])


text = open(sys.argv[1]).read()
commands = failed = 0
for block in re.findall(r"^```console\n(.*?)^```", text, re.S | re.M):
    for piece in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, wanted = piece.partition("\n")
        run = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        commands += 1
        want = [norm(line) for line in wanted.splitlines() if line.strip()]
        got = [norm(line) for line in run.stdout.splitlines() if line.strip()]
        if not matches(want, got):
            failed += 1
            print(f"$ {command}   (exit code {run.returncode})\nexpected:\n{wanted}got:\n{run.stdout}")
print(f"{sys.argv[1]}: {commands} commands, {failed} not as shown")
sys.exit(failed > 0 or commands == 0)
