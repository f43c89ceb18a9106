#!/bin/bash
# Installs from Debian's packages what building, testing and using Sinter needs and what is missing, and says what.
# usage: packages.sh    exit 0 when all is there; 3 when something is missing and cannot be installed
set -u
packages=(libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22 llvm-22-tools clang-22 lld-22 libclang-rt-22-dev
  cmake ninja-build ccache gcc g++ binutils protobuf-compiler libprotobuf-dev libcli11-dev nlohmann-json3-dev
  libgtest-dev libgmock-dev libbenchmark-dev zlib1g-dev libpng-dev libjpeg62-turbo-dev libzstd-dev libedit-dev libcurl4-openssl-dev libxml2-dev
  python3 git ca-certificates)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
done
[ ${#missing[@]} = 0 ] && exit 0
command="apt-get install -y --no-install-recommends ${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "error: these Debian packages (or their like) are needed: ${missing[*]}" >&2; exit 3
fi
if [ "$(id -u)" != 0 ]; then
  echo "error: packages are missing and only root can install them; run: sudo $command" >&2; exit 3
fi
echo "installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { apt-get update -qq && $command -qq; } >"$log" 2>&1; then
  tail -20 "$log" >&2; rm -f "$log"
  echo "error: installing failed; the command was: $command" >&2; exit 3
fi
rm -f "$log"
