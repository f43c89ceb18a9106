//===- Embed.cpp - weights prepared at build time ---------------------------------------------===//
//
// See Embed.h. The runtime itself reads the file and calls the compiled entries, so checks,
// messages and bits are those of a library that loads the same file.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Embed.h"
#include "compiler/Loaded.h"

#include <sinter/runtime.h>

namespace sinter::compiler {

/// Above this, weights stay outside (D27).
static constexpr uint64_t kMaxEmbeddedBytes = uint64_t(1) << 30;

int prepareWeights(Session &session, const std::string &file, std::string &params) {
  Loaded loaded;
  if (int code = loaded.load(session))
    return code;
  uint64_t bytes = loaded.module->segment_bytes[SINTER_SEG_PARAMS];
  if (bytes > kMaxEmbeddedBytes)
    return session.reporter.error(Usage,
                                  "--embed-weights expects at most 1 GB of prepared weights, got " +
                                      llvm::Twine(bytes) + " bytes; load them at run time");
  sinter_lib *lib = nullptr;
  sinter_status status = sinter_lib_open(loaded.module, nullptr, &lib);
  if (!status.code)
    status = sinter_lib_load(lib, file.c_str());
  if (!status.code)
    params.assign(static_cast<const char *>(sinter_lib_params(lib)), bytes);
  sinter_lib_close(lib);
  if (!status.code && *status.message) {
    Message note;
    note.severity = Message::Info;
    note.text = "'" + file + "': " + status.message;
    session.reporter.report(std::move(note));
  }
  if (!status.code)
    return Done;
  int exitCode = status.code / 100 == 24 ? Refused : Wrong;
  return session.reporter.error(exitCode, status.message); // it names its code
}

} // namespace sinter::compiler
