# usage: unshare -m sh full.sh FOLDER EXIT.SH   trains in a file system of 1.2 MB, mounted on FOLDER for this process alone
set -e
mount -t tmpfs -o size=1200k none "$1"
./mlp --steps 3 --checkpoint "$1/c.st" --quiet
cp "$1/c.st" before
if bash "$2" 3 ./mlp --steps 9 --checkpoint "$1/c.st" --resume --quiet 2>err; then :; else cat err; exit 1; fi
grep "error: cannot write '$1/c.st.tmp': No space left on device \[E2401\]" err
cmp "$1/c.st" before
mount -o remount,size=4m "$1"
./mlp --steps 9 --checkpoint "$1/c.st" --resume --quiet
cmp "$1/c.st" whole.st
test "$(ls "$1")" = c.st
