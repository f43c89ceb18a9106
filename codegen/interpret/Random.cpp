//===- Random.cpp - the oracle's random ops ---------------------------------------------------===//
//
// Pure functions of (seed, stream, step, logical row-major element) (D2).
// Reading on: Philox.h, Registry.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Philox.h"
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::LogicalResult;
using llvm::success;

std::array<uint32_t, 4> interpret::philox(uint64_t seed, uint64_t stream, uint64_t step,
                                          uint64_t element) {
  uint64_t key = seed ^ stream;
  uint32_t key0 = static_cast<uint32_t>(key), key1 = static_cast<uint32_t>(key >> 32);
  std::array<uint32_t, 4> c = {static_cast<uint32_t>(element), static_cast<uint32_t>(element >> 32),
                               static_cast<uint32_t>(step), static_cast<uint32_t>(step >> 32)};
  for (int round = 0; round < 10; ++round) {
    uint64_t product0 = uint64_t(0xD2511F53u) * c[0], product1 = uint64_t(0xCD9E8D57u) * c[2];
    c = {static_cast<uint32_t>(product1 >> 32) ^ c[1] ^ key0, static_cast<uint32_t>(product1),
         static_cast<uint32_t>(product0 >> 32) ^ c[3] ^ key1, static_cast<uint32_t>(product0)};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return c;
}

double interpret::philoxUniform(uint64_t seed, uint64_t stream, uint64_t step, uint64_t element) {
  return static_cast<double>(philox(seed, stream, step, element)[0] >> 8) / 16777216.0;
}

static LogicalResult randomUniform(Call &call) {
  uint64_t seed = call.operand(0).integers[0], step = call.operand(1).integers[0];
  uint64_t stream = call.integer("stream");
  Tensor &r = call.result();
  for (int64_t i = 0; i < r.size(); ++i)
    r.reals[i] = philoxUniform(seed, stream, step, i);
  return success();
}

void interpret::registerRandom(Registry &registry) {
  registry["sinter.random_uniform"] = randomUniform;
}
