#!/usr/bin/env python3
"""Writes what generated headers leave to others.

    python3 codegen/host/reserved.py > codegen/host/Reserved.def               what arguments and fields must not be called
    python3 codegen/host/reserved.py --declared > codegen/host/Declared.def    what functions, types and headers must not be
    python3 codegen/host/reserved.py --headers                                 #include lines of all headers they are made from

Asks the compilers of this machine for every macro of the headers of C and POSIX, clang for every function, variable, constant
and type that they declare, and keeps what a list has already, so that running it elsewhere only adds. Words that no compiler
here tells are below. Names that begin with '_' are left out: no name in a model does.
"""
import json
import os
import re
import subprocess
import sys
import textwrap

C = """assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbit
stdbool stdckdint stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype""".split()
POSIX = """aio arpa/inet cpio dirent dlfcn fcntl fmtmsg fnmatch ftw glob grp iconv langinfo libgen monetary mqueue ndbm net/if
netdb netinet/in netinet/tcp nl_types poll pthread pwd regex sched search semaphore spawn strings stropts sys/ipc sys/mman
sys/msg sys/param sys/resource sys/select sys/sem sys/shm sys/socket sys/stat sys/statvfs sys/sysmacros sys/time sys/times
sys/types sys/uio sys/un sys/utsname sys/wait syslog tar termios trace ulimit unistd utime utmpx wordexp""".split()
COMPILERS = [["cc", "-std=gnu11", "-xc"], ["cc", "-std=gnu17", "-D_GNU_SOURCE", "-xc"], ["cc", "-std=c11", "-D_XOPEN_SOURCE=700", "-xc"],
             ["c++", "-std=gnu++20", "-xc++"], ["clang-22", "-std=gnu2x", "-xc"], ["clang-22", "-std=gnu++20", "-xc++"]]
# Keywords of C23 and C++26, and what names have a meaning in our headers.
WORDS = """alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class co_await
co_return co_yield compl concept const consteval constexpr constinit const_cast continue contract_assert decltype default delete
do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace new
noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires restrict return short
signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename
typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq
int8_t uint8_t uint16_t int32_t int64_t uint64_t uint32_t size_t sinter_options sinter_status SINTER_SHARE_THREADS
SINTER_OPTIONS_DEFINED SINTER_STATUS_DEFINED"""
# Macros of C23, of optional parts of POSIX and of other machines' compilers.
OTHERS = """ckd_add ckd_mul ckd_sub unreachable stdc_bit_ceil stdc_bit_floor stdc_bit_width stdc_count_ones stdc_count_zeros
stdc_first_leading_one stdc_first_leading_zero stdc_first_trailing_one stdc_first_trailing_zero stdc_has_single_bit
stdc_leading_ones stdc_leading_zeros stdc_trailing_ones stdc_trailing_zeros RSIZE_MAX L_tmpnam_s TMP_MAX_S DBM_INSERT
DBM_REPLACE i386 mips sparc sun hpux NDEBUG"""


def macros() -> set[str]:
    found = set()
    for compiler in COMPILERS:
        for header in C + POSIX:
            try:
                out = subprocess.run([*compiler, "-dM", "-E", "-"], input=f"#include <{header}.h>\n", capture_output=True, text=True)
            except FileNotFoundError:
                break
            found |= set(re.findall(r"^#define (\w+)", out.stdout, re.M))
    return found


def includes() -> str:
    return "\n".join(f"#if __has_include(<{h}.h>)\n#include <{h}.h>\n#endif" for h in C + POSIX) + "\n"


def declared() -> set[str]:
    """What the headers declare, of functions, variables and constants only names with a '_' inside, for ours have one; the
    headers themselves; and C++'s namespace."""
    out = subprocess.run(["clang-22", "-fsyntax-only", "-std=gnu17", "-D_GNU_SOURCE", "-Xclang", "-ast-dump=json", "-xc", "-"],
                         input=includes(), check=True, capture_output=True, text=True)
    types, others = set(), set()
    for declaration in json.loads(out.stdout)["inner"]:
        is_type = declaration["kind"] in ("TypedefDecl", "RecordDecl", "EnumDecl")
        (types if is_type else others).add(declaration.get("name", ""))
        others |= {c["name"] for c in declaration.get("inner", []) if c["kind"] == "EnumConstantDecl"}
    return types | {name for name in others if "_" in name} | {f"{h}.h" for h in C + POSIX if "/" not in h} | {"std"}


def write(path: str, comment: str, found: set[str]) -> None:
    """The list at `path` with `found` added."""
    known = open(path).read() if os.path.exists(path) else ""
    words = found | set(" ".join(re.findall(r'^"(.*)"$', known, re.M)).split())
    print(f"// {comment}")
    for line in textwrap.wrap(" ".join(sorted(w for w in words if w and not w.startswith("_"))), 117):
        print(f'"{line} "')


def main() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    if sys.argv[1:] == ["--headers"]:
        print(includes(), end="")
    elif sys.argv[1:] == ["--declared"]:
        write(os.path.join(here, "Declared.def"), "What C's and POSIX's headers declare, and their names. Made by reserved.py.", declared())
    else:
        write(os.path.join(here, "Reserved.def"),
              "Identifiers that generated headers leave to C, C++ and POSIX: keywords and macros. Made by reserved.py.",
              macros() | set(WORDS.split()) | set(OTHERS.split()))


main()
