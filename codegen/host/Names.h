//===- Names.h - names that generated headers leave to others ---------------------------------===//
//
// C, C++ and POSIX come first: an argument or a tag of theirs gets a '_' behind it, a function, a
// type or a header of theirs has no other name to take, for the outside contract says how ours are
// called. The lists are made by reserved.py. Reading on: Header.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_HOST_NAMES_H
#define SINTER_CODEGEN_HOST_NAMES_H

#include "llvm/ADT/StringRef.h"

namespace sinter::codegen {

/// Keywords of C and C++, macros of their and POSIX's headers, and what our headers define.
bool isReserved(llvm::StringRef word);

/// What C's and POSIX's headers declare (types, and of all else what has a '_' inside), and the
/// headers themselves: "time_t", "sem_open", "time.h".
bool isDeclared(llvm::StringRef word);

} // namespace sinter::codegen

#endif
