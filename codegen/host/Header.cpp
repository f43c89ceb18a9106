//===- Header.cpp - the C header of a library -------------------------------------------------===//
//
// Self-contained C99 that is also C++. Types that several models share stand behind guards, word
// for word as in <sinter/runtime.h>. Reading on: Library.cpp (the functions declared here).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/host/Host.h"
#include "codegen/host/Names.h"
#include "dialects/sinter/Sinter.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace sinter::codegen {

static StringRef getCType(Type type) {
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isInteger(32))
    return "int32_t";
  if (type.isInteger(64))
    return "int64_t";
  return type.isInteger(16) || type.isBF16() || type.isF16() ? "uint16_t" : "uint8_t";
}

/// "f32[1,1,28,28]".
static std::string describe(kernel::BufferType type) {
  std::string text =
      rules::toString(ir::toRule(RankedTensorType::get(type.getShape(), type.getElementType())));
  return text;
}

/// `wanted`, or with '_' behind it until C takes it and `used` lacks it.
static std::string claim(std::string wanted, llvm::StringSet<> &used) {
  while (isReserved(wanted) || !used.insert(wanted).second)
    wanted += "_";
  return wanted;
}

namespace {
/// The ports of an entry as arguments of its function, each with a name of its own.
struct Arguments {
  std::vector<std::pair<std::string, const Port *>> inputs, outputs;

  Arguments(const EntryInfo &entry, llvm::ArrayRef<llvm::StringRef> others) {
    llvm::StringSet<> used;
    for (llvm::StringRef other : others)
      used.insert(other);
    for (const Port &port : entry.inputs)
      inputs.push_back({claim(port.getIdentifier(), used), &port});
    for (const Port &port : entry.outputs) { // an output often has the name of the input it follows
      bool follows = llvm::any_of(entry.inputs, [&](const Port &input) {
        return input.getIdentifier() == port.getIdentifier();
      });
      outputs.push_back({claim(port.getIdentifier() + (follows ? "_out" : ""), used), &port});
    }
  }

  /// ", const float *image" for each input, ", float *logits" for each output.
  std::string declare(bool withOutputs) const {
    std::string text;
    auto add = [&](const std::string &name, const Port *port, const char *prefix) {
      text += std::string(", ") + prefix + getCType(port->getType().getElementType()).str() + " *" +
              name;
    };
    for (auto &[name, port] : inputs)
      add(name, port, "const ");
    if (withOutputs)
      for (auto &[name, port] : outputs)
        add(name, port, "");
    return text;
  }

  void list(llvm::raw_ostream &os, bool withOutputs) const {
    for (auto &[name, port] : inputs)
      os << " *   " << name << ": reads " << describe(port->getType()) << "\n";
    if (withOutputs)
      for (auto &[name, port] : outputs)
        os << " *   " << name << ": writes " << describe(port->getType()) << "\n";
  }
};
} // namespace

static void printPredict(llvm::raw_ostream &os, const std::string &name, const EntryInfo &entry) {
  std::string function = name + "_" + toIdentifier(entry.op.getEntryName());
  Arguments arguments(entry, {"m", "n"});
  std::string ports = arguments.declare(true);
  int64_t batch = std::max<int64_t>(1, entry.op.getBatch());
  os << "/* Runs '" << entry.op.getEntryName() << "' on " << batch
     << (batch == 1 ? " example" : " examples") << ". Arrays are row-major.\n";
  arguments.list(os, true);
  os << " * No allocation, no lock. Weights must be loaded or embedded. */\n"
     << "sinter_status " << function << "(" << name << "_t *m" << ports << ");\n\n"
     << "/* The same on n examples, any n: arrays have n where those above have " << batch
     << " in front. */\n"
     << "sinter_status " << function << "_n(" << name << "_t *m, size_t n" << ports << ");\n\n";
}

static void printTraining(llvm::raw_ostream &os, const HostModule &host, const EntryInfo &entry) {
  const std::string &name = host.symbol;
  Arguments arguments(entry, {"m", "metrics"});
  llvm::StringSet<> fields;
  fields.insert("step_loss");
  os << "/* What a training step reports. */\n"
     << "typedef struct " << name << "_metrics {\n  double step_loss; /* of this step's batch */\n";
  for (auto metric : host.module.getOps<ir::MetricOp>())
    os << "  double " << claim(toIdentifier(metric.getSymName()), fields) << "; /* since " << name
       << "_reset_metrics */\n";
  os << "} " << name << "_metrics;\n\n/* One training step on one batch of " << entry.op.getBatch()
     << ".\n";
  arguments.list(os, false);
  os << " * metrics may be NULL. Not for handles that share weights. */\n"
     << "sinter_status " << name << "_train_step(" << name << "_t *m" << arguments.declare(false)
     << ", " << name << "_metrics *metrics);\n\n/* Starts counting metrics anew. */\nsinter_status "
     << name << "_reset_metrics(" << name << "_t *m);\n\n/* Sets a run-time scalar:";
  bool first = true;
  for (auto scalar : host.module.getOps<ir::ScalarOp>()) {
    if (scalar.getKind() == ir::ScalarKind::Step)
      continue; // train_step counts it
    os << (first ? " \"" : ", \"") << scalar.getSymName() << "\"";
    first = false;
  }
  os << ". */\nsinter_status " << name << "_set(" << name
     << "_t *m, const char *scalar, double value);\n\n";
}

static constexpr llvm::StringLiteral kOptions = R"(#ifndef SINTER_OPTIONS_DEFINED
#define SINTER_OPTIONS_DEFINED
/* How a handle is opened. Start from `sinter_options o = {sizeof o}`: what is 0 is the default. */
typedef struct sinter_options {
  size_t size;      /* sizeof(sinter_options): tells versions of this struct apart */
  uint32_t threads; /* that compute a call together, the caller's included; 0: 1 */
  uint32_t flags;   /* SINTER_SHARE_THREADS or 0 */
} sinter_options;
/* Handles of one library that are opened with this flag have their threads in common, as many as the
 * first of them asked for. A call that finds them at work for another handle runs on its caller's
 * thread alone. */
#define SINTER_SHARE_THREADS 1u
#endif

)";

static constexpr llvm::StringLiteral kWritten = " as a library. Written by sinter;";

bool isGeneratedHeader(llvm::StringRef text) { return text.split('\n').first.contains(kWritten); }

std::string printHeader(const HostModule &host) {
  std::string text;
  llvm::raw_string_ostream os(text);
  const std::string &name = host.symbol;
  const std::string tag = isReserved(name) || isDeclared(name) ? name + "_" : name;
  std::string guard = llvm::StringRef(name).upper() + "_H";
  os << "/* " << name << ".h - the model '" << host.name << "'" << kWritten << " C99 and C++.\n"
     << " *\n"
     << " *   " << name << "_t *m;\n"
     << " *   sinter_status s = " << name << "_open(NULL, &m);\n"
     << " *   if (s.code == 0) s = " << name << "_load(m, \"" << name << ".safetensors\");\n"
     << " *\n"
     << " * No function aborts; each that can fail says so by its status. Handles are independent: "
        "each may be used by one\n"
     << " * thread at a time. Links with libc, libm and pthread. */\n"
     << "#ifndef " << guard << "\n#define " << guard
     << "\n\n#include <stddef.h>\n#include <stdint.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
     << "#ifndef SINTER_STATUS_DEFINED\n#define SINTER_STATUS_DEFINED\n"
     << "/* Outcome of a call: code 0 is success, else a code that `sinter explain` documents, and "
        "a message;\n * a success may leave a note there: that a load converted numbers. */\n"
     << "typedef struct sinter_status {\n  int code;\n  char message[256];\n} "
        "sinter_status;\n#endif\n\n"
     << kOptions << "/* One running copy of the model. */\ntypedef struct " << tag << " " << name
     << "_t;\n\n"
     << "/* Takes all memory that the handle will ever need: " << name
     << "_arena_bytes(), and its threads. options NULL: the defaults, one thread.\n"
        " * Results have the same bits for any number of threads. In the child of a fork a handle "
        "works on the calling thread alone.\n"
        " * On failure *m is NULL. */\n"
     << "sinter_status " << name << "_open(const sinter_options *options, " << name
     << "_t **m);\n\n"
     << "/* A second handle on the weights and the threads of `other`; both end with the last "
        "handle. */\n"
     << "sinter_status " << name << "_open_shared(" << name << "_t *other, " << name
     << "_t **m);\n\n"
     << "/* Reads weights (safetensors; a checkpoint works too). After a failure the handle is as "
        "it was. */\n"
     << "sinter_status " << name << "_load(" << name << "_t *m, const char *path);\n\n"
     << "/* Writes the weights atomically. */\n"
     << "sinter_status " << name << "_save(" << name << "_t *m, const char *path);\n\n";
  for (const EntryInfo *entry : host.findPredictions())
    printPredict(os, name, *entry);
  if (const EntryInfo *train = host.findTrain())
    printTraining(os, host, *train);
  os << "/* Bytes that one handle takes. */\nuint64_t " << name << "_arena_bytes(void);\n\n"
     << "/* Frees the handle; NULL is allowed. */\nvoid " << name << "_close(" << name
     << "_t *m);\n\n"
     << "#ifdef __cplusplus\n}\n#endif\n#endif\n";
  return text;
}

std::string findClash(const HostModule &host) {
  std::string file = host.symbol + ".h", prefix = host.symbol + "_", text = printHeader(host);
  if (isDeclared(file))
    return file;
  auto belongs = [](char c) { return llvm::isAlnum(c) || c == '_'; };
  for (llvm::StringRef rest = text; !rest.empty();) {
    rest = rest.drop_until(belongs);
    llvm::StringRef word = rest.take_while(belongs);
    if (word.starts_with(prefix) && (isReserved(word) || isDeclared(word)))
      return word.str();
    rest = rest.drop_front(word.size());
  }
  return "";
}

} // namespace sinter::codegen
