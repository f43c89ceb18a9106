//===- Driver.h - what the commands of `sinter` do --------------------------------------------===//
//
// One function a command; each returns an exit code (Diagnostics.h) and has reported what went
// wrong. No function here parses arguments: tools/sinter.cpp does. Reading on: Session.h (from
// MODEL to a stage), Artifacts.h (files out).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_DRIVER_H
#define SINTER_COMPILER_DRIVER_H

#include "compiler/Diagnostics.h"
#include "compiler/Stage.h"

#include <string>
#include <vector>

namespace sinter::compiler {

/// Everything that flags can say; commands read what concerns them.
struct Options {
  std::string model;
  std::string output;
  std::string kind; ///< trainer, static-lib, shared-lib, object; empty: by the model
  std::string target;
  int level = 3;                  ///< -O
  bool f64 = false;               ///< --type f64
  std::vector<std::string> set;   ///< NAME=VALUE
  std::vector<std::string> batch; ///< sizes
  std::string embedWeights;       ///< safetensors file
  int64_t memoryBudget = 0;       ///< bytes; 0: none
  bool linkStatic = false;
  std::string sanitizer;  ///< --sanitize: address or thread
  std::string saveStages; ///< folder
  std::string stopAfter;  ///< stage
  bool tracePasses = false, timing = false;
  std::string stage; ///< of emit
  std::string entry; ///< of emit and bench
  bool elide = false;
  bool json = false; ///< --format json
  bool noEmbedSource = false;
  std::string depfile;    ///< --depfile: what the model's source includes
  int threads = 1;        ///< of bench
  std::string failAfter;  ///< hidden: tests of internal errors
  std::string breakAfter; ///< the same for `test-break`
  std::string crashAfter; ///< the same
};

/// The commands.
int runBuild(const Options &options);
int runEmit(const Options &options);
int runCheck(const Options &options);
int runInfo(const Options &options);
int runBench(const Options &options);
int runExplain(const std::string &code);
int runTargets(const Options &options);

/// "sinter 0.1.0".
std::string getVersion();

} // namespace sinter::compiler

#endif
