//===- Names.cpp - names that generated headers leave to others -------------------------------===//
//
// See Names.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/host/Names.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"

namespace sinter::codegen {

static llvm::StringSet<> split(llvm::StringRef list) {
  llvm::SmallVector<llvm::StringRef> words;
  list.split(words, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  llvm::StringSet<> set;
  set.insert(words.begin(), words.end());
  return set;
}

bool isReserved(llvm::StringRef word) {
  static const llvm::StringSet<> words = split(
#include "codegen/host/Reserved.def"
  );
  return words.contains(word);
}

bool isDeclared(llvm::StringRef word) {
  static const llvm::StringSet<> words = split(
#include "codegen/host/Declared.def"
  );
  return words.contains(word);
}

} // namespace sinter::codegen
