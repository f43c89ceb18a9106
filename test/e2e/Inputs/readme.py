"""Runs the shell blocks of a README, in order, as one script; the block with the two main commands has its own tests.

    readme.py README.md      from the repository's root
"""
import re
import subprocess
import sys

text = open(sys.argv[1], encoding="utf-8").read()
blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
blocks = [block for block in blocks if "test/run.sh" not in block]
if len(blocks) < 3:
    sys.exit(f"{sys.argv[1]}: expects shell blocks, got {len(blocks)}")
script = "set -euo pipefail\n" + "\n".join(blocks)
run = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
sys.stdout.write(run.stdout)
sys.stderr.write(run.stderr)
if run.returncode:
    sys.exit(f"the shell blocks of {sys.argv[1]} end with exit code {run.returncode}:\n{script}")
