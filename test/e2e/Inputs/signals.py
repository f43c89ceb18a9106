"""usage: signals.py TRAINER   sends SIGINT and SIGTERM to running trainers in the current folder, resumes them, compares"""
import filecmp, os, signal, subprocess, sys, time

trainer, steps = sys.argv[1], "1500"


def start(*flags):
    return subprocess.Popen([trainer, "--steps", steps, "--eval-every", "0", *flags], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def logged(path):
    try:
        return sum('"event":"step"' in line for line in open(path))
    except FileNotFoundError:
        return 0


def interrupt(name, number, code, *flags):
    """Stops a run in the middle by the signal; returns how many steps it had logged."""
    log = f"{name}.jsonl"
    run = start("--quiet", "--log", log, *flags)
    deadline = time.monotonic() + 60
    while logged(log) < 20 and run.poll() is None and time.monotonic() < deadline:
        time.sleep(.002)
    run.send_signal(number)
    errors = run.communicate(timeout=60)[1]
    assert run.returncode == code, f"{name}: expected exit code {code}, got {run.returncode}: {errors}"
    done = logged(log)
    assert 20 <= done < int(steps), f"{name}: expected to stop in the middle, got {done} steps"
    return done


whole = start("--quiet", "--checkpoint", "whole.st")
errors = whole.communicate()[1]
assert whole.returncode == 0, errors
for name, number, code in (("int", signal.SIGINT, 130), ("term", signal.SIGTERM, 143)):
    done = interrupt(name, number, code, "--checkpoint", f"{name}.st")
    assert not os.path.exists(f"{name}.st.tmp"), "a temporary file stayed"
    # The checkpoint holds the very step that the log ends with.
    assert f'"trainer/step":' in open(f"{name}.st", "rb").read(1 << 14).decode("latin1"), "no trainer/step in it"
    again = start("--quiet", "--checkpoint", f"{name}.st", "--resume", "--threads", "3", "--log", f"{name}.jsonl")
    errors = again.communicate()[1]
    assert again.returncode == 0, errors
    assert filecmp.cmp(f"{name}.st", "whole.st", False), f"{name}: the resumed run differs from the uninterrupted one"
    assert logged(f"{name}.jsonl") == int(steps), f"{name}: expected each step once in the log, got {logged(f'{name}.jsonl')}"
    print(f"{name}: stopped after step {done}, resumed to the same bytes")
interrupt("none", signal.SIGTERM, 143)
assert not any(f.startswith("none") and f != "none.jsonl" for f in os.listdir(".")), "a checkpoint nobody asked for"
