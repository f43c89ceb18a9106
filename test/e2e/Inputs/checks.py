"""Scripts that look at many things and print all that was not as expected: what they have in common."""
import re, subprocess, sys

_bad = 0


def expect(holds, what):
    global _bad
    if not holds:
        _bad += 1
        print(f"expected {what}")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def fails(wanted, code, *command):
    """Whether the command ends with this exit code and says what the pattern wants."""
    r = run(*command)
    expect(r.returncode == code and re.search(wanted, r.stderr), f"exit {code} and /{wanted}/ of {command}, got {r.returncode}: {r.stderr}")


def end(what=""):
    """Ends the script: 1 when something was not as expected. `what`: how many things there were, to be said."""
    if what:
        print(f"{what}, {_bad} not as expected")
    sys.exit(_bad > 0)
