//===- Algorithm.cpp - text and checks of #kernel.algorithm -----------------------------------===//
//
// What the words mean stands in Kernel.td; who decides is passes/fuse/Algorithm.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Algorithm.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter::kernel;

/// Accumulators that a kernel may keep of one sum.
static constexpr int64_t kMostLanes = 256;

/// `chain`, or `lanes 16`.
static ParseResult parsePart(AsmParser &parser, int64_t &lanes) {
  lanes = 1;
  if (succeeded(parser.parseOptionalKeyword("chain")))
    return success();
  return failure(parser.parseKeyword("lanes", " or 'chain'") || parser.parseInteger(lanes));
}

static void printPart(AsmPrinter &printer, int64_t lanes) {
  if (lanes == 1)
    printer << "chain";
  else
    printer << "lanes " << lanes;
}

Attribute AlgorithmAttr::parse(AsmParser &parser, Type) {
  SMLoc at = parser.getCurrentLocation();
  int64_t lanes = 1, chunks = 0, length = 0, join = 1;
  if (parser.parseLess())
    return {};
  auto name = FieldParser<AlgorithmName>::parse(parser);
  if (failed(name))
    return {};
  if (*name == AlgorithmName::Lanes && parser.parseInteger(lanes))
    return {};
  if (*name == AlgorithmName::Chunks &&
      (parser.parseInteger(chunks) || parser.parseKeyword("x") || parser.parseInteger(length) ||
       parser.parseKeyword("of") || parsePart(parser, lanes) || parser.parseKeyword("joined") ||
       parsePart(parser, join)))
    return {};
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(at); }, parser.getContext(), *name, lanes, chunks,
                    length, join);
}

void AlgorithmAttr::print(AsmPrinter &printer) const {
  printer << "<";
  if (isCut())
    printer << "chunks " << getChunks() << " x " << getLength() << " of ";
  printPart(printer, getLanes());
  if (isCut()) {
    printer << " joined ";
    printPart(printer, getJoin());
  }
  printer << ">";
}

LogicalResult AlgorithmAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                    AlgorithmName name, int64_t lanes, int64_t chunks,
                                    int64_t length, int64_t join) {
  bool cut = name == AlgorithmName::Chunks;
  for (int64_t count : {lanes, join})
    if (count < 1 || count > kMostLanes || !llvm::isPowerOf2_64(count))
      return emitError() << "algorithm expects a power of two of lanes, at most " << kMostLanes
                         << ", got " << count;
  if (name == AlgorithmName::Lanes && lanes == 1)
    return emitError() << "algorithm expects two lanes or more, got 1: that is a chain";
  int64_t all = 0;
  if (cut && (chunks < 2 || length < 1 || __builtin_mul_overflow(chunks, length, &all)))
    return emitError()
           << "algorithm expects two chunks or more of one element or more, fewer than 2^63 "
              "together, got "
           << chunks << " x " << length;
  return success();
}

Type sinter::kernel::getJoinType(Type element) {
  return isa<FloatType>(element) ? Type(Float64Type::get(element.getContext())) : element;
}

std::optional<ChunkLoop> sinter::kernel::getChunkLoop(AlgorithmAttr algorithm,
                                                      ArrayRef<int64_t> row) {
  int64_t rest = 1, before = 1;
  for (int64_t size : row)
    rest *= size;
  if (rest == 0)
    return std::nullopt;
  for (auto [level, size] : llvm::enumerate(row)) {
    rest /= size;
    int64_t slices = algorithm.getLength() / rest;
    if (size > 1 && slices > 0 && algorithm.getLength() % rest == 0 &&
        (before == 1 || size % slices == 0))
      return ChunkLoop{level, slices};
    before *= size;
  }
  return std::nullopt;
}

LogicalResult sinter::kernel::verifyAlgorithm(Operation *op, AlgorithmAttr algorithm,
                                              std::optional<ArrayRef<int64_t>> reduced) {
  if (algorithm && !reduced)
    return op->emitOpError() << "expects no algorithm, for it reduces nothing; got " << algorithm;
  if (!reduced)
    return success();
  if (!algorithm)
    return op->emitOpError() << "expects an algorithm, for it reduces: chain, lanes or chunks say "
                                "in which order; got none";
  int64_t elements = 1;
  for (int64_t size : *reduced)
    elements *= size;
  if (algorithm.isCut() &&
      llvm::divideCeil(elements, algorithm.getLength()) != uint64_t(algorithm.getChunks()))
    return op->emitOpError() << "expects chunks that cover its " << elements
                             << " reduced elements, the last one at least in part; got "
                             << algorithm;
  return success();
}
