#!/bin/bash
# usage: test/run.sh [fast|LANE|all]
# Installs what is missing, builds, and runs the tests; the last line is "N passed, N failed".
#   (none)            everything but the lanes named below; under 25 minutes on a fresh machine with 2 cores
#   fast              what takes under a minute once built
#   slow              long random runs: 5,000 graphs, 200 kills
#   bench             training steps against PyTorch and JAX (skips what is not there)
#   gpu               checks that need a GPU
#   coverage          a branch of an op that no test of values, of the DSL or of text enters fails (own build; test/coverage.py)
#   debug asan tsan   the default tests on another build
#   all               default, slow and the three builds
# Tests on real files read SINTER_DATA (a folder with fashion-mnist/ and house/ in it); unset, they use the built-in synthetic set.
set -u
cd "$(dirname "$0")/.."
root=$PWD lane=${1:-default} passed=0 failed=0
case $lane in fast|default|slow|bench|gpu|coverage|debug|asan|tsan|all) ;; *)
  echo "usage: test/run.sh [fast|slow|bench|gpu|coverage|debug|asan|tsan|all], got '$lane'" >&2; exit 2 ;;
esac
bash compiler/cmake/packages.sh || exit 3
export PATH=/usr/lib/llvm-22/bin:$PATH
[ -n "${SINTER_DATA:-}" ] || echo "SINTER_DATA is not set: tests on real files use the built-in synthetic data"

count() { passed=$((passed + $1)); failed=$((failed + $2)); }

step() { # step NAME COMMAND...: one test
  local name=$1; shift
  if "$@"; then echo "PASS: $name"; count 1 0; else echo "FAIL: $name"; count 0 1; fi
}

build() { # build PRESET
  [ -f "build/$1/build.ninja" ] || cmake --preset "$1" >/dev/null || return 1
  cmake --build --preset "$1" -- --quiet
}

ctests() { # ctests PRESET ARGS...
  local preset=$1 out; shift
  out=$(ctest --test-dir "build/$preset" -j 2 --output-on-failure "$@" 2>&1)
  local bad total
  total=$(sed -n 's/.*tests failed out of \([0-9]*\).*/\1/p' <<<"$out")
  bad=$(sed -n 's/.*% tests passed, \([0-9]*\) tests failed.*/\1/p' <<<"$out")
  [ -n "$total" ] || { total=1 bad=1; }
  [ "$bad" = 0 ] && tail -3 <<<"$out" || echo "$out"
  count $((total - bad)) "$bad"
}

lits() { # lits PRESET ARGS...
  local preset=$1 out bad ok; shift
  out=$(lit -s -v -j 2 --param build="build/$preset" "$@" 2>&1)
  ok=$(sed -n 's/^ *Passed *: *\([0-9]*\).*/\1/p' <<<"$out")
  bad=$(sed -n 's/^ *\(Failed\|Unresolved\|Timed Out\|Unexpectedly Passed\) *: *\([0-9]*\).*/\2/p' <<<"$out" | awk "{s += \$1} END {print s + 0}")
  [ -n "$ok$bad" ] || bad=1
  if [ "${bad:-0}" = 0 ]; then tail -4 <<<"$out"; else echo "$out"; fi
  count "${ok:-0}" "${bad:-0}"
}

lit_folders() { # those of $@ that exist
  for folder in "$@"; do [ -d "test/$folder" ] && echo "test/$folder"; done
}

default_tests() { # default_tests PRESET
  step "build $1" build "$1" || true
  ctests "$1" -LE 'slow|bench|gpu'
  lits "$1" $(lit_folders dialects passes codegen driver e2e)
}

case $lane in
  fast)
    step "build release" build release
    step structure python3 test/structure/check.py
    ctests release -L fast
    lits release --param fast=1 $(lit_folders dialects passes codegen driver) ;;
  default)
    step structure python3 test/structure/check.py
    default_tests release ;;
  debug|asan|tsan)
    export ASAN_OPTIONS=detect_container_overflow=0:detect_leaks=0:allow_user_poisoning=0
    # libMLIR.so is not instrumented: how its threads hand over memory (atomics) is not seen, so what it allocates
    # for itself is not judged either. Our code, the runtime and code made with --sanitize are instrumented.
    export TSAN_OPTIONS=ignore_noninstrumented_modules=1
    default_tests "$lane" ;;
  slow)
    step "build release" build release
    ctests release -L slow
    lits release --param slow=1 $(lit_folders e2e) ;;
  bench)
    step "build release" build release
    step models python3 test/bench/models.py
    step convs python3 test/bench/convs.py
    step attention python3 test/bench/attention.py ;;
  coverage)
    step "build coverage" build coverage
    step coverage python3 test/coverage.py build/coverage ;;
  gpu)
    if ldconfig -p | grep -q 'libcuda\.so\.1'; then
      step "build release" build release
      lits release --param gpu=1 e2e/cuda-models.test
    else
      echo "skipped: no NVIDIA driver on this machine"
    fi ;;
  all)
    for each in default slow debug asan tsan; do
      out=$(bash test/run.sh $each | tee /dev/stderr | tail -1)
      count "${out%% passed*}" "$(sed 's/.*, \([0-9]*\) failed/\1/' <<<"$out")"
    done ;;
esac
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$((passed + failed))" -gt 0 -o "$lane" = gpu ]
