//===- Text.cpp - modules as text files -------------------------------------------------------===//
//
// See Text.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Text.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace sinter::compiler {

/// Constants up to this size stay inline.
static constexpr int64_t kInlineElements = 16;

/// The blob that holds `raw`, named by its contents: equal constants share one blob and names never
/// depend on how often a context has printed.
static DenseResourceElementsHandle makeBlob(MLIRContext *context, ArrayRef<char> raw) {
  auto &manager = DenseResourceElementsHandle::getManagerInterface(context);
  llvm::XXH128_hash_t hash = llvm::xxh3_128bits(
      ArrayRef<uint8_t>(reinterpret_cast<const uint8_t *>(raw.data()), raw.size()));
  std::string name =
      "c" + llvm::utohexstr(hash.high64, true, 16) + llvm::utohexstr(hash.low64, true, 16);
  auto *builtin = context->getLoadedDialect<BuiltinDialect>();
  if (auto *known = manager.getBlobManager().lookup(name))
    return DenseResourceElementsHandle(known, builtin);
  return manager.insert(name, HeapAsmResourceBlob::allocateAndCopyWithAlign(raw, 8));
}

static void outlineConstants(ModuleOp module) {
  AttrTypeReplacer replacer;
  MLIRContext *context = module.getContext();
  replacer.addReplacement(
      [&](DenseElementsAttr elements) -> std::optional<std::pair<Attribute, WalkResult>> {
        if (elements.isSplat() || elements.getNumElements() <= kInlineElements ||
            !isa<DenseIntOrFPElementsAttr>(elements))
          return std::nullopt;
        Attribute made = DenseResourceElementsAttr::get(elements.getType(),
                                                        makeBlob(context, elements.getRawData()));
        return std::pair(made, WalkResult::skip());
      });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true, /*replaceLocs=*/false,
                                        /*replaceTypes=*/false);
}

/// Back to dense elements; fails on blobs that are missing or do not fit.
static LogicalResult inlineConstants(ModuleOp module) {
  LogicalResult result = success();
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [&](DenseResourceElementsAttr resource) -> std::optional<std::pair<Attribute, WalkResult>> {
        AsmResourceBlob *blob = resource.getRawHandle().getBlob();
        bool splat = false;
        if (!blob ||
            !DenseElementsAttr::isValidRawBuffer(resource.getType(), blob->getData(), splat)) {
          result = emitError(module.getLoc())
                   << "expects the data of constant '" << resource.getRawHandle().getKey()
                   << "' at the end of the file, got " << (blob ? "data of another size" : "none")
                   << " [E1101]";
          return std::pair<Attribute, WalkResult>(resource, WalkResult::skip());
        }
        Attribute made = DenseElementsAttr::getFromRawBuffer(resource.getType(), blob->getData());
        return std::pair(made, WalkResult::skip());
      });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true, /*replaceLocs=*/false,
                                        /*replaceTypes=*/false);
  return result;
}

/// Folders share constants and forget whose they were: each takes the line of the first op that
/// reads it.
static void settleConstants(ModuleOp module) {
  auto isLost = [](Operation *op) { return op && isa<UnknownLoc>(op->getLoc()); };
  for (bool changed = true; changed;) { // a lost op may read another one
    changed = false;
    module.walk<WalkOrder::PreOrder>([&](Operation *op) {
      for (Value operand : op->getOperands())
        if (Operation *maker = operand.getDefiningOp(); isLost(maker) && !isLost(op)) {
          maker->setLoc(op->getLoc());
          changed = true;
        }
    });
  }
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isLost(op) && op->getParentOp())
      op->setLoc(op->getParentOp()->getLoc());
  });
}

void settleLocations(ModuleOp module) {
  settleConstants(module);
  module.walk([](Operation *op) {
    if (!isa_and_nonnull<scf::SCFDialect>(op->getDialect()))
      return;
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (BlockArgument argument : block.getArguments())
          argument.setLoc(op->getLoc());
  });
}

std::string printModule(ModuleOp module, bool elide) {
  OwningOpRef<ModuleOp> copy = module.clone();
  OpPrintingFlags flags;
  flags.enableDebugInfo(true, /*prettyForm=*/false);
  if (elide) {
    (*copy)->removeAttr("sinter.sources");
    (*copy)->setAttr("sinter.elided", UnitAttr::get(copy->getContext()));
    flags.elideLargeElementsAttrs(kInlineElements);
    flags.elideLargeResourceString(64);
  } else {
    outlineConstants(*copy);
  }
  std::string text;
  llvm::raw_string_ostream stream(text);
  copy->print(stream, flags);
  stream << "\n";
  return text;
}

OwningOpRef<ModuleOp> parseModule(MLIRContext *context, llvm::StringRef text,
                                  llvm::StringRef name) {
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBuffer(text, name, /*RequiresNullTerminator=*/false),
      llvm::SMLoc());
  Location start = FileLineColLoc::get(context, name, 0, 0);
  if (text.contains("dense_resource<__elided__>")) {
    emitError(start) << "expects a complete module, got one that was written with --elide [E1102]";
    return nullptr;
  }
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, ParserConfig(context));
  if (!module)
    return nullptr;
  if ((*module)->hasAttr("sinter.elided")) {
    emitError(start) << "expects a complete module, got one that was written with --elide [E1102]";
    return nullptr;
  }
  if (failed(inlineConstants(*module)))
    return nullptr;
  settleLocations(*module);
  return module;
}

} // namespace sinter::compiler
