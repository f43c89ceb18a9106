//===- Philox.h - the oracle's own Philox4x32-10 (D2) -----------------------------------------===//
//
// Written from the published algorithm, apart from the runtime's and the code generator's, so that
// the three check one another (test/numeric/oracle/OracleTest.cpp). Reading on: <sinter/runtime.h>
// for the meaning of key and counter.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_INTERPRET_PHILOX_H
#define SINTER_CODEGEN_INTERPRET_PHILOX_H

#include <array>
#include <cstdint>

namespace sinter::interpret {

/// The four words of one (seed, stream, step, logical element).
std::array<uint32_t, 4> philox(uint64_t seed, uint64_t stream, uint64_t step, uint64_t element);
/// Word 0's upper 24 bits times 2^-24: uniform in [0, 1).
double philoxUniform(uint64_t seed, uint64_t stream, uint64_t step, uint64_t element);

} // namespace sinter::interpret

#endif
