//===- ObjectMerger.h - several relocatable objects become one --------------------------------===//
//
// For objects that this compiler wrote: 64-bit little-endian ELF of one machine. Reading on:
// Object.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_OBJECTMERGER_H
#define SINTER_CODEGEN_CPU_OBJECTMERGER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace sinter::codegen {

/// Writes one object with all sections of `objects`, in order. What one defines and others name is
/// joined; symbols for which `isLocal` holds, seen by all of them until now, become local.
llvm::Error mergeObjects(llvm::ArrayRef<llvm::StringRef> objects,
                         llvm::function_ref<bool(llvm::StringRef)> isLocal, llvm::raw_ostream &out);

} // namespace sinter::codegen

#endif
