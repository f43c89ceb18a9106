//===- Explain.cpp - the documentation of diagnostics -----------------------------------------===//
//
// E0 and E1 come from dialects/rules, E2 from the runtime; both lists are their only source (D25).
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Driver.h"
#include "sinter/rules/errors.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace sinter::compiler {

static constexpr rules::ErrorInfo kRuntimeErrors[] = {
#define SINTER_E2(number, title, text) {"E" #number, title, text},
#include "runtime/src/errors_e2.h"
#undef SINTER_E2
};

/// Prints `text` in lines of at most 100 columns.
static void wrap(llvm::StringRef text) {
  size_t column = 0;
  while (!text.empty()) {
    auto [word, rest] = text.split(' ');
    if (column && column + 1 + word.size() > 100) {
      llvm::outs() << "\n";
      column = 0;
    }
    llvm::outs() << (column ? " " : "") << word;
    column += (column ? 1 : 0) + word.size();
    text = rest;
  }
  llvm::outs() << "\n";
}

int runExplain(const std::string &code) {
  std::string wanted = llvm::StringRef(code).upper();
  if (!wanted.empty() && llvm::all_of(wanted, llvm::isDigit)) // a status of a library
    wanted = "E" + std::string(wanted.size() < 4 ? 4 - wanted.size() : 0, '0') + wanted;
  const rules::ErrorInfo *found = rules::findError(wanted);
  for (const rules::ErrorInfo &error : kRuntimeErrors)
    if (error.code == wanted)
      found = &error;
  if (!found) {
    Reporter reporter;
    return reporter.error(Usage, "expects a code of a diagnostic, as E0107, got '" + code + "'");
  }
  llvm::outs() << found->code << ": " << found->title << "\n\n";
  wrap(found->documentation);
  return Done;
}

} // namespace sinter::compiler
