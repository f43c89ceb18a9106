//===- Table.cpp - the constant table of a module ---------------------------------------------===//
//
// Writes the structs of <sinter/abi.h> as LLVM constants. Every struct type here mirrors its C twin
// field by field; test/driver/TableTest.cpp reads a table back through the C header.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/host/Host.h"
#include "dialects/kernel/Ranges.h"
#include "dialects/sinter/Sinter.h"
#include "sinter/rules/random.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Module.h"

#include <sinter/abi.h>

using namespace mlir;

namespace sinter::codegen {

static uint32_t getDtype(Type type) {
  if (type.isF32())
    return SINTER_F32;
  if (type.isF64())
    return SINTER_F64;
  if (type.isBF16())
    return SINTER_BF16;
  if (type.isF16())
    return SINTER_F16;
  if (type.isInteger(1))
    return SINTER_BOOL;
  if (type.isInteger(8))
    return SINTER_U8;
  return type.isInteger(32) ? SINTER_I32 : SINTER_I64;
}

// The dialects and the header count alike.
template <class X, class Y> static constexpr bool same(X x, Y y) {
  return static_cast<unsigned>(x) == static_cast<unsigned>(y);
}
static_assert(same(kernel::Segment::Params, SINTER_SEG_PARAMS) &&
              same(kernel::Segment::State, SINTER_SEG_STATE) &&
              same(kernel::Segment::Work, SINTER_SEG_WORK) &&
              same(kernel::Segment::Scalars, SINTER_SEG_SCALARS) &&
              same(kernel::Segment::Logical, SINTER_SEG_LOGICAL) &&
              same(kernel::Segment::Object, SINTER_SEGMENTS));
static_assert(same(kernel::EntryKind::Train, SINTER_ENTRY_TRAIN) &&
              same(kernel::EntryKind::Eval, SINTER_ENTRY_EVAL) &&
              same(kernel::EntryKind::Predict, SINTER_ENTRY_PREDICT) &&
              same(kernel::EntryKind::Prepare, SINTER_ENTRY_PREPARE) &&
              same(kernel::EntryKind::Load, SINTER_ENTRY_LOAD) &&
              same(kernel::EntryKind::Save, SINTER_ENTRY_SAVE) &&
              same(kernel::EntryKind::LoadParams, SINTER_ENTRY_LOAD_PARAMS));
static_assert(same(ir::SymbolKind::Parameter, SINTER_PARAMETER) &&
              same(ir::SymbolKind::Buffer, SINTER_BUFFER) &&
              same(ir::SymbolKind::Optimizer, SINTER_OPTIMIZER) &&
              same(ir::SymbolKind::Metric, SINTER_METRIC) &&
              same(ir::SymbolKind::Counter, SINTER_COUNTER));
static_assert(same(ir::InitKind::Constant, SINTER_INIT_CONSTANT) &&
              same(ir::InitKind::Normal, SINTER_INIT_NORMAL) &&
              same(ir::InitKind::Uniform, SINTER_INIT_UNIFORM) &&
              same(ir::InitKind::Truncated, SINTER_INIT_TRUNCATED) &&
              same(ir::InitKind::Orthogonal, SINTER_INIT_ORTHOGONAL) &&
              same(ir::InitKind::Bilinear, SINTER_INIT_BILINEAR));
static_assert(same(ir::Decode::Unit, SINTER_DECODE_UNIT) &&
              same(ir::Decode::Class, SINTER_DECODE_CLASS) &&
              same(ir::Decode::Character, SINTER_DECODE_CHARACTER) &&
              same(ir::Decode::Word, SINTER_DECODE_WORD) &&
              same(ir::Decode::Byte, SINTER_DECODE_BYTE) &&
              same(ir::Decode::Number, SINTER_DECODE_NUMBER) &&
              same(ir::Decode::Columns, SINTER_DECODE_COLUMNS) &&
              same(ir::Decode::Target, SINTER_DECODE_TARGET) &&
              same(ir::Decode::Sentence, SINTER_DECODE_SENTENCE) &&
              same(ir::Decode::Length, SINTER_DECODE_LENGTH) &&
              same(ir::Decode::Picture, SINTER_DECODE_PICTURE) &&
              same(ir::Decode::PictureCropped, SINTER_DECODE_PICTURE_CROPPED) &&
              same(ir::Decode::PictureStretched, SINTER_DECODE_PICTURE_STRETCHED) &&
              same(ir::Decode::TargetClass, SINTER_DECODE_TARGET_CLASS));
static_assert(same(ir::Finish::Ratio, SINTER_FINISH_RATIO) &&
              same(ir::Finish::ExpRatio, SINTER_FINISH_EXP_RATIO) &&
              same(ir::Finish::SqrtRatio, SINTER_FINISH_SQRT_RATIO));

namespace {
/// Writes one table.
struct TableWriter {
  const HostModule &host;
  const TableOptions &options;
  llvm::LLVMContext &context;
  std::unique_ptr<llvm::Module> out;
  llvm::Type *ptr, *i32, *i64, *f64;
  llvm::StructType *tensor, *symbol, *scalar, *metric, *range, *kernel, *entry, *field, *data,
      *table;
  llvm::StringMap<llvm::Constant *> strings;

  TableWriter(const HostModule &host, const TableOptions &options, llvm::LLVMContext &context)
      : host(host), options(options), context(context),
        out(std::make_unique<llvm::Module>("sinter_module_" + host.symbol, context)),
        ptr(llvm::PointerType::get(context, 0)), i32(llvm::Type::getInt32Ty(context)),
        i64(llvm::Type::getInt64Ty(context)), f64(llvm::Type::getDoubleTy(context)) {
    auto type = [&](const char *name, std::vector<llvm::Type *> fields) {
      return llvm::StructType::create(context, fields, name);
    };
    tensor = type("sinter_tensor", {ptr, i32, i32, ptr, i32, i32, i64, i64});
    symbol = type("sinter_symbol", {ptr, i32, i32, f64, f64, f64, f64, i64, tensor, tensor});
    scalar = type("sinter_scalar", {ptr, i32, i32, f64, ptr});
    metric = type("sinter_metric", {ptr, i32, i32, i32, i32});
    range = type("sinter_range", {i32, i32, i32, i32, i64, i64});
    kernel = type("sinter_kernel", {ptr, ptr, ptr, i64, i64, i64, i32, i32, ptr});
    entry = type("sinter_entry", {ptr, i32, i32, i32, i32, i64, ptr, ptr, ptr, ptr, i64});
    field = type("sinter_field", {ptr, i32, i32, ptr, i32, i32, i64, ptr, ptr});
    data = type("sinter_data", {ptr, ptr, i32, i32, i64, i64, i64});
    table = type("sinter_module", {i32,
                                   i32,
                                   ptr,
                                   ptr,
                                   ptr,
                                   ptr,
                                   ptr,
                                   i32,
                                   i32,
                                   i32,
                                   i32,
                                   ptr,
                                   ptr,
                                   ptr,
                                   ptr,
                                   data,
                                   llvm::ArrayType::get(i64, SINTER_SEGMENTS),
                                   i32,
                                   i32,
                                   ptr,
                                   ptr,
                                   ptr,
                                   ptr,
                                   i64,
                                   i64,
                                   llvm::ArrayType::get(ptr, 3)});
  }

  template <class Enum> llvm::Constant *number(Enum value) {
    return llvm::ConstantInt::get(i32, static_cast<unsigned>(value));
  }
  llvm::Constant *n32(uint64_t value) { return llvm::ConstantInt::get(i32, value); }
  llvm::Constant *n64(uint64_t value) { return llvm::ConstantInt::get(i64, value); }
  llvm::Constant *real(double value) { return llvm::ConstantFP::get(f64, value); }
  llvm::Constant *null() {
    return llvm::ConstantPointerNull::get(llvm::cast<llvm::PointerType>(ptr));
  }
  llvm::Constant *make(llvm::StructType *type, std::vector<llvm::Constant *> fields) {
    return llvm::ConstantStruct::get(type, fields);
  }

  llvm::GlobalVariable *constant(llvm::Constant *value, const llvm::Twine &name) {
    auto *global = new llvm::GlobalVariable(*out, value->getType(), /*isConstant=*/true,
                                            llvm::GlobalValue::PrivateLinkage, value, name);
    global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    return global;
  }
  llvm::Constant *text(StringRef words) {
    llvm::Constant *&known = strings[words];
    if (!known)
      known = constant(llvm::ConstantDataArray::getString(context, words), "text");
    return known;
  }
  llvm::Constant *array(llvm::Type *type, const std::vector<llvm::Constant *> &elements,
                        const llvm::Twine &name) {
    if (elements.empty())
      return null();
    return constant(llvm::ConstantArray::get(llvm::ArrayType::get(type, elements.size()), elements),
                    name);
  }
  llvm::Constant *function(StringRef name) {
    auto *type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), {ptr}, false);
    return llvm::cast<llvm::Constant>(out->getOrInsertFunction(name, type).getCallee());
  }

  llvm::Constant *writeDims(ArrayRef<int64_t> shape) {
    std::vector<llvm::Constant *> dims;
    for (int64_t size : shape)
      dims.push_back(n64(size));
    return array(i64, dims, "dims");
  }

  llvm::Constant *writeTensor(StringRef name, Type element, ArrayRef<int64_t> shape,
                              kernel::Segment segment, int64_t offset, int64_t bytes,
                              sinter_role role = SINTER_ROLE_NONE) {
    return make(tensor, {text(name), n32(getDtype(element)), n32(shape.size()), writeDims(shape),
                         number(segment), number(role), n64(offset), n64(bytes)});
  }

  llvm::Constant *writeSymbol(ir::SymbolOp op) {
    auto type = cast<RankedTensorType>(op.getType());
    auto layout = dyn_cast_or_null<kernel::LayoutAttr>(type.getEncoding());
    auto bufferType =
        kernel::BufferType::get(op.getContext(), type.getShape(), type.getElementType(), layout);
    auto plainType =
        kernel::BufferType::get(op.getContext(), type.getShape(), type.getElementType(), {});
    StringRef name = op.getSymName();
    return make(
        symbol,
        {text(name), number(op.getKind()), number(op.getInit().getKind()),
         real(op.getInit().getA()), real(op.getInit().getB()), real(op.getInit().getLow()),
         real(op.getInit().getHigh()), n64(rules::streamOf(name.str())),
         writeTensor(name, type.getElementType(), type.getShape(), kernel::Segment::Logical,
                     op.getLogicalOffset().value_or(0), plainType.getBytes()),
         writeTensor(name, type.getElementType(), type.getShape(), kernel::getSegment(op.getRole()),
                     op.getOffset().value_or(0), bufferType.getBytes())});
  }

  llvm::Constant *writePorts(const std::vector<Port> &ports, StringRef name) {
    std::vector<llvm::Constant *> tensors;
    for (const Port &port : ports) {
      kernel::BufferOp buffer = port.buffer;
      auto type = cast<kernel::BufferType>(buffer.getResult().getType());
      tensors.push_back(writeTensor(port.name, type.getElementType(), type.getShape(),
                                    buffer.getSegment(), buffer.getOffset().value_or(0),
                                    type.getBytes(),
                                    port.loss ? SINTER_ROLE_LOSS : SINTER_ROLE_NONE));
    }
    return array(tensor, tensors, name);
  }

  llvm::Constant *writeKernel(Operation *op) {
    // Written ranges stand in program order, each with the place in `location` of what may have
    // given its values.
    std::string location = kernel::nameLocation(op->getLoc());
    SmallVector<std::pair<unsigned, llvm::Constant *>> ranges;
    std::vector<Provenance> provenance = getProvenance(op);
    int64_t read = 0, written = 0;
    for (const kernel::Range &piece : kernel::getRanges(op)) {
      if (piece.segment == kernel::Segment::Object)
        continue;
      kernel::BufferOp buffer = piece.buffer;
      // What a step makes anew has shared its bytes with others by the end of the loop.
      if (isa<kernel::LoopOp>(op) && kernel::isMadeAnew(buffer, op))
        continue;
      (piece.writes ? written : read) += piece.bytes;
      auto type = cast<kernel::BufferType>(buffer.getResult().getType());
      unsigned order = 0, start = 0;
      for (unsigned i = 0; i < provenance.size() && piece.writes && !order; ++i)
        if (llvm::is_contained(kernel::getRootBuffers(provenance[i].buffer), buffer)) {
          order = i + 1;
          if (!provenance[i].text.empty()) {
            start = location.size() + 1;
            location += '\0' + provenance[i].text;
          }
        }
      ranges.push_back({order, make(range, {number(piece.segment), n32(piece.writes),
                                            n32(getDtype(type.getElementType())), n32(start),
                                            n64(piece.offset), n64(piece.bytes)})});
    }
    llvm::stable_sort(ranges, llvm::less_first());
    std::vector<llvm::Constant *> sorted;
    for (auto [order, constant] : ranges)
      sorted.push_back(constant);
    std::string name = kernel::getRunName(op);
    return make(kernel, {text(name), text(location),
                         kernel::runsAlone(op) ? function(name + ".run") : null(),
                         n64(kernel::countFlops(op)), n64(read), n64(written), n32(sorted.size()),
                         n32(0), array(range, sorted, "ranges")});
  }

  llvm::Constant *writeEntry(const EntryInfo &info) {
    kernel::EntryOp op = info.op;
    std::vector<llvm::Constant *> kernels;
    op.walk<WalkOrder::PreOrder>([&](Operation *work) {
      if (!kernel::isWork(work) || isa<kernel::LaunchOp>(work))
        return WalkResult::advance();
      kernels.push_back(writeKernel(work));
      return WalkResult::skip();
    });
    return make(entry, {text(op.getEntryName()), number(op.getKind()), n32(info.inputs.size()),
                        n32(info.outputs.size()), n32(kernels.size()), n64(op.getBatch()),
                        writePorts(info.inputs, "inputs"), writePorts(info.outputs, "outputs"),
                        array(kernel, kernels, "kernels"), function(op.getSymName()),
                        n64(op.getWorkBytes().value_or(0))});
  }

  /// The elements that a field brings, as the words that they are.
  llvm::Constant *writeExamples(ir::FieldAttr attribute) {
    auto examples = cast_if_present<DenseElementsAttr>(attribute.getExamples());
    if (!examples)
      return null();
    auto values = examples.bitcast(IntegerType::get(examples.getContext(), 32));
    auto words = llvm::to_vector(values.getValues<uint32_t>());
    return constant(llvm::ConstantDataArray::get(context, words), "examples");
  }

  llvm::Constant *writeField(ir::FieldAttr attribute) {
    RankedTensorType type = attribute.getType();
    return make(field,
                {text(attribute.getName()), n32(getDtype(type.getElementType())),
                 n32(type.getRank()), writeDims(type.getShape()), number(attribute.getDecode()),
                 n32(attribute.getAhead()), n64(attribute.getLimit()), writeExamples(attribute),
                 attribute.getColumn() ? text(attribute.getColumn()) : null()});
  }

  llvm::Constant *writeData() {
    for (auto op : host.module.getOps<ir::DataOp>()) {
      std::vector<llvm::Constant *> fields;
      for (auto attribute : op.getFields().getAsRange<ir::FieldAttr>())
        fields.push_back(writeField(attribute));
      return make(data, {text(op.getDataName()), array(field, fields, "fields"), n32(fields.size()),
                         n32(op.getSequential() ? SINTER_ORDER_SEQUENTIAL : SINTER_ORDER_SHUFFLED),
                         n64(op.getTrain()), n64(op.getTest()), n64(op.getMost())});
    }
    return llvm::ConstantAggregateZero::get(data);
  }

  llvm::Constant *writeSegments() {
    std::vector<llvm::Constant *> sizes;
    for (int64_t size : host.getSegmentBytes())
      sizes.push_back(n64(size));
    return llvm::ConstantArray::get(llvm::ArrayType::get(i64, SINTER_SEGMENTS), sizes);
  }

  llvm::Constant *writeEmbedded() {
    if (options.embeddedParams.empty())
      return null();
    auto *global = constant(
        llvm::ConstantDataArray::getString(context, options.embeddedParams, /*AddNull=*/false),
        "embedded_params");
    global->setAlignment(llvm::Align(SINTER_ALIGNMENT));
    return global;
  }

  /// A symbol of another object; null without a name.
  llvm::Constant *external(const std::string &name) {
    if (name.empty())
      return null();
    auto *global = new llvm::GlobalVariable(*out, llvm::Type::getInt8Ty(context),
                                            /*isConstant=*/true, llvm::GlobalValue::ExternalLinkage,
                                            nullptr, name);
    global->setVisibility(llvm::GlobalValue::HiddenVisibility);
    return global;
  }

  llvm::Constant *writeCode() {
    if (options.device.code.empty())
      return null();
    return constant(llvm::ConstantDataArray::getString(context, options.device.code), "code");
  }

  void write() {
    std::vector<llvm::Constant *> symbols, scalars, metrics, entries;
    llvm::StringMap<uint32_t> indices;
    for (auto op : host.module.getOps<ir::SymbolOp>()) {
      indices[op.getSymName()] = symbols.size();
      symbols.push_back(writeSymbol(op));
    }
    for (auto op : host.module.getOps<ir::ScalarOp>())
      scalars.push_back(make(scalar, {text(op.getSymName()), n32(getDtype(op.getType())),
                                      n32(op.getOffset().value_or(0) / 8),
                                      real(op.getInitial().convertToDouble()),
                                      op.getHelp().empty() ? null() : text(op.getHelp())}));
    for (auto op : host.module.getOps<ir::MetricOp>())
      metrics.push_back(make(metric, {text(op.getSymName()), n32(indices.lookup(op.getSum())),
                                      n32(indices.lookup(op.getWeight())), number(op.getFinish()),
                                      number(op.getLoss() ? SINTER_ROLE_LOSS : SINTER_ROLE_NONE)}));
    for (const EntryInfo &info : host.entries)
      entries.push_back(writeEntry(info));
    auto target = host.module->getAttrOfType<kernel::TargetInterface>("kernel.target");
    auto epochs = host.module->getAttrOfType<IntegerAttr>("sinter.default_epochs");
    llvm::Constant *value =
        make(table, {n32(SINTER_ABI_VERSION),
                     n32(0),
                     text(host.name),
                     text(target ? target.getName() : "cpu"),
                     text(options.device.name),
                     text(options.features),
                     text(options.compiler),
                     n32(symbols.size()),
                     n32(scalars.size()),
                     n32(metrics.size()),
                     n32(entries.size()),
                     array(symbol, symbols, "symbols"),
                     array(scalar, scalars, "scalars"),
                     array(metric, metrics, "metrics"),
                     array(entry, entries, "entries"),
                     writeData(),
                     writeSegments(),
                     n32(epochs ? epochs.getInt() : 0),
                     n32(0),
                     writeEmbedded(),
                     external(options.device.opener),
                     writeCode(),
                     external(options.device.constants),
                     n64(options.device.code.size()),
                     n64(options.device.constantBytes),
                     llvm::ConstantAggregateZero::get(llvm::ArrayType::get(ptr, 3))});
    new llvm::GlobalVariable(*out, table, /*isConstant=*/true, llvm::GlobalValue::ExternalLinkage,
                             value, getTableName(host, options.suffix));
  }
};
} // namespace

std::string getTableName(const HostModule &host, llvm::StringRef suffix) {
  return "sinter_module_" + host.symbol + suffix.str();
}

std::unique_ptr<llvm::Module> emitTable(const HostModule &host, const TableOptions &options,
                                        llvm::LLVMContext &context) {
  TableWriter writer(host, options, context);
  writer.write();
  return std::move(writer.out);
}

} // namespace sinter::codegen
