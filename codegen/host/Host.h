//===- Host.h - what a compiled object tells the world ----------------------------------------===//
//
// From the module-level symbols and planned entries: the constant table `sinter_module_<name>`
// (<sinter/abi.h>), the C functions of a library, the main of a trainer, and the text of a C
// header. The first three are LLVM IR. Invariant: the table's layout is abi.h's; its order of
// entries, symbols and scalars is the module's, with the batch sizes of one entry together, largest
// first. Reading on: Table.cpp, Library.cpp, Header.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_HOST_HOST_H
#define SINTER_CODEGEN_HOST_HOST_H

#include "codegen/loops/DeviceCode.h"
#include "dialects/kernel/Kernel.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace sinter::codegen {

/// A named tensor of an entry.
struct Port {
  std::string name;
  kernel::BufferOp buffer;
  bool loss = false; ///< the output that training minimises
  /// "image" as a C identifier.
  std::string getIdentifier() const;
  /// Type of the buffer.
  kernel::BufferType getType() const;
};

/// One entry at one batch size.
struct EntryInfo {
  mutable kernel::EntryOp op;
  std::vector<Port> inputs, outputs;
};

/// What the host side needs to know of a module at stage planned or later.
struct HostModule {
  mutable mlir::ModuleOp module;
  std::string name;               ///< the Model's name
  std::string symbol;             ///< the name with '-' as '_'
  std::vector<EntryInfo> entries; ///< in table order
  /// First batch size of each entry name, as the model or --batch lists them.
  std::vector<std::pair<std::string, int64_t>> firstBatch;

  /// The variant of entry `name` that callers without a batch size mean; null when there is no such
  /// entry.
  const EntryInfo *findFirst(llvm::StringRef name) const;
  /// The first variants of all entries to predict with.
  std::vector<const EntryInfo *> findPredictions() const;
  /// Bytes of each segment of <sinter/abi.h>.
  std::vector<int64_t> getSegmentBytes() const;
  /// The training entry, or null.
  const EntryInfo *findTrain() const;
};

/// Collects it; `entries` as getPlannedEntries gives them.
HostModule describeModule(mlir::ModuleOp module, llvm::ArrayRef<kernel::EntryOp> entries);

/// One value that a kernel writes, and the ops of the model that may have given it a NaN or an
/// infinity.
struct Provenance {
  mlir::Value buffer;
  std::string text;      ///< "log at mlp.cpp:9:12, + at mlp.cpp:9:20", likeliest first
  unsigned position = 0; ///< place in the kernel, in program order
};

/// Of every value that `kernel` writes, in program order; none for what is no kernel.
std::vector<Provenance> getProvenance(mlir::Operation *kernel);

/// What is not in the module.
struct TableOptions {
  std::string compiler;            ///< "sinter 0.1.0"
  std::string features;            ///< needed CPU features
  std::string embeddedParams = ""; ///< bytes of the prepared SINTER_SEG_PARAMS, or none
  std::string suffix = "";         ///< ends the table's name, when there are several
  DeviceCode device = {};          ///< the CPU's: none
};

/// `sinter_module_<symbol>` and the suffix of one of several targets.
std::string getTableName(const HostModule &host, llvm::StringRef suffix = "");

/// The table `sinter_module_<symbol>`; refers to the entries' functions and kernels' thunks by
/// name.
std::unique_ptr<llvm::Module> emitTable(const HostModule &host, const TableOptions &options,
                                        llvm::LLVMContext &context);

/// The functions `<symbol>_open`, `<symbol>_predict`, … over the runtime's sinter_lib_*. With
/// `tables`, the module is the first of these that the CPU can run.
std::unique_ptr<llvm::Module> emitLibrary(const HostModule &host, llvm::LLVMContext &context,
                                          const std::vector<std::string> &tables = {});

/// main of a trainer; `tables` as for emitLibrary.
std::unique_ptr<llvm::Module> emitMain(const HostModule &host, llvm::LLVMContext &context,
                                       const std::vector<std::string> &tables = {});

/// The C header of a library: C99 and C++, documented.
std::string printHeader(const HostModule &host);
/// The name of that header ("time.h"), or a function or type of it ("sem_open"), if a header of C
/// or POSIX has that name; empty when none is in the way.
std::string findClash(const HostModule &host);
/// True when `text` was written by printHeader, of whatever model.
bool isGeneratedHeader(llvm::StringRef text);

/// `text` with everything that C identifiers lack as '_'.
std::string toIdentifier(llvm::StringRef text);

} // namespace sinter::codegen

#endif
