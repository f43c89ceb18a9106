//===- Diff.h - what changed between two texts of a module ------------------------------------===//
//
// For --trace-passes. Values are numbered anew by every print; lines that differ in such names
// alone, and consistently, are the same line. Reading on: PassInstrumentation.cpp (who asks).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_DIFF_H
#define SINTER_COMPILER_DIFF_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace sinter::compiler {

/// Lines of `before` that are gone ("-") and new ones ("+"), at most `limit` of them; empty when
/// nothing changed.
std::string diffLines(llvm::StringRef before, llvm::StringRef after, size_t limit);

} // namespace sinter::compiler

#endif
