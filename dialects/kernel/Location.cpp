//===- Location.cpp - the user's line of an op ------------------------------------------------===//
//
// What tables, profiles and errors of a run call a place in a model.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Kernel.h"

using namespace mlir;

std::string sinter::kernel::nameLocation(Location loc) {
  std::string place;
  loc->walk([&](Location inner) {
    auto file = dyn_cast<FileLineColLoc>(inner);
    if (!file)
      return WalkResult::advance();
    place = file.getFilename().str() + ":" + std::to_string(file.getLine()) + ":" +
            std::to_string(file.getColumn());
    return WalkResult::interrupt();
  });
  return place;
}
