"""usage: kills.py TRAINER KILLS STEPS [FLAGS...]   ends running trainers by SIGKILL at random moments

Every run writes a checkpoint after each step and starts from it; thread counts change from run to run. Each chain of runs
that comes to its end must have the bytes of the run that nobody killed. Works in the current folder."""
import filecmp, os, random, subprocess, sys, time

trainer, kills, steps, flags = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
base = [trainer, "--steps", steps, "--eval-every", "0", "--quiet", *flags]
dice = random.Random(7)

began = time.monotonic()
subprocess.run(base + ["--checkpoint", "whole.st", "--checkpoint-every", "1"], check=True)
length = time.monotonic() - began

killed = chains = other_threads = 0


def more():  # on a busy machine the first kills may all come before a checkpoint
    return killed < kills or (other_threads == 0 and killed < 10 * kills)


while more() or chains == 0:
    if os.path.exists("c.st"):
        os.remove("c.st")
    before = None
    while True:
        threads = dice.choice([1, 2, 3])
        resumed = os.path.exists("c.st")
        other_threads += resumed and before != threads
        run = subprocess.Popen(base + ["--checkpoint", "c.st", "--checkpoint-every", "1", "--threads", str(threads)] +
                               (["--resume"] if resumed else []), stderr=subprocess.PIPE, text=True)
        try:
            errors = run.communicate(timeout=dice.uniform(.1, .6) * length if more() else None)[1]
            assert run.returncode == 0, f"expected exit code 0, got {run.returncode}: {errors}"
            break
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
            killed += 1
            before = threads
    assert filecmp.cmp("c.st", "whole.st", False), f"after {killed} kills the checkpoint differs from the uninterrupted run's"
    assert not os.path.exists("c.st.tmp"), "a temporary file stayed"
    chains += 1
print(f"{killed} kills in {chains} chains of runs, {other_threads} resumed with another number of threads")
assert other_threads > 0, "expected some runs resumed with another number of threads"
