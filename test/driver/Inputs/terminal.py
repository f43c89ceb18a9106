"""usage: terminal.py COMMAND...   what COMMAND shows on a terminal, with escapes as \\e"""
import os, pty, sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b""
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
print(shown.decode().replace("\r\n", "\n").replace("\033", "\\e"), end="")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
