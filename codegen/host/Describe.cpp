//===- Describe.cpp - what the host side needs to know of a module ----------------------------===//
//
// See Host.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/host/Host.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <sinter/abi.h>

using namespace mlir;

namespace sinter::codegen {

std::string toIdentifier(StringRef text) {
  std::string name = text.str();
  for (char &c : name)
    if (!llvm::isAlnum(c) && c != '_')
      c = '_';
  return name;
}

std::string Port::getIdentifier() const { return toIdentifier(name); }

kernel::BufferType Port::getType() const {
  kernel::BufferOp op = buffer;
  return cast<kernel::BufferType>(op.getResult().getType());
}

/// Orders `ports` as the attribute `names` of the entry says; those it does not name come last.
static void orderPorts(std::vector<Port> &ports, ArrayAttr names) {
  auto rank = [&](const Port &port) -> size_t {
    for (auto [i, name] : llvm::enumerate(names))
      if (cast<StringAttr>(name).getValue() == port.name)
        return i;
    return names.size();
  };
  if (names)
    llvm::stable_sort(ports, [&](const Port &x, const Port &y) { return rank(x) < rank(y); });
}

static EntryInfo describeEntry(kernel::EntryOp op) {
  EntryInfo info{op, {}, {}};
  for (auto buffer : op.getBody().getOps<kernel::BufferOp>()) {
    if (buffer.getRole() == kernel::Role::Input)
      info.inputs.push_back({buffer.getBufferName().str(), buffer});
    else if (buffer.getRole() == kernel::Role::Output)
      info.outputs.push_back({buffer.getBufferName().str(), buffer});
  }
  orderPorts(info.outputs, op.getOutputsAttr());
  if (auto loss = op.getLoss(); loss && *loss < info.outputs.size())
    info.outputs[*loss].loss = true;
  return info;
}

HostModule describeModule(ModuleOp module, ArrayRef<kernel::EntryOp> entries) {
  HostModule host;
  host.module = module;
  host.name = module.getSymName().value_or("model").str();
  host.symbol = toIdentifier(host.name);
  for (kernel::EntryOp op : entries) {
    std::string name = op.getEntryName().str();
    if (llvm::none_of(host.firstBatch, [&](auto &known) { return known.first == name; }))
      host.firstBatch.push_back({name, op.getBatch()});
  }
  // Variants of an entry together, in the order in which entries first occur; largest batch first.
  for (auto &[name, batch] : host.firstBatch) {
    size_t begin = host.entries.size();
    for (kernel::EntryOp op : entries)
      if (op.getEntryName() == name)
        host.entries.push_back(describeEntry(op));
    std::stable_sort(
        host.entries.begin() + begin, host.entries.end(),
        [](const EntryInfo &x, const EntryInfo &y) { return x.op.getBatch() > y.op.getBatch(); });
  }
  return host;
}

const EntryInfo *HostModule::findFirst(StringRef name) const {
  for (auto &[known, batch] : firstBatch)
    for (const EntryInfo &entry : entries)
      if (known == name && entry.op.getEntryName() == name && int64_t(entry.op.getBatch()) == batch)
        return &entry;
  return nullptr;
}

std::vector<const EntryInfo *> HostModule::findPredictions() const {
  std::vector<const EntryInfo *> found;
  for (auto &[name, batch] : firstBatch)
    if (const EntryInfo *entry = findFirst(name);
        entry && entry->op.getKind() == kernel::EntryKind::Predict)
      found.push_back(entry);
  return found;
}

std::vector<int64_t> HostModule::getSegmentBytes() const {
  std::vector<int64_t> bytes(SINTER_SEGMENTS, 0);
  if (auto sizes = module->getAttrOfType<kernel::SegmentBytesAttr>("sinter.segment_bytes"))
    llvm::copy(sizes.getAll(), bytes.begin());
  for (const EntryInfo &info : entries)
    bytes[SINTER_SEG_WORK] =
        std::max<int64_t>(bytes[SINTER_SEG_WORK], info.op.getWorkBytes().value_or(0));
  return bytes;
}

const EntryInfo *HostModule::findTrain() const {
  for (const EntryInfo &entry : entries)
    if (entry.op.getKind() == kernel::EntryKind::Train)
      return &entry;
  return nullptr;
}

} // namespace sinter::codegen
