#include "compiler/Driver.h"
namespace sinter::compiler {
int runInfo(const Options &options) { return Usage; }
int runBench(const Options &options) { return Usage; }
} // namespace sinter::compiler
