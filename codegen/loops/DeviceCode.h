//===- DeviceCode.h - code that is not the host's, as a module table holds it -----------------===//
//
// Made by a kind of machine (TargetKind.h), written by codegen/host/Table.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_DEVICECODE_H
#define SINTER_CODEGEN_LOOPS_DEVICECODE_H

#include <cstdint>
#include <string>

namespace sinter::codegen {

/// What a module table says of a device with code of its own.
struct DeviceCode {
  std::string name = "cpu";   ///< sinter_module.device
  std::string opener = {};    ///< the runtime's sinter_device_kind; none: the CPU's
  std::string code = {};      ///< sinter_module.code
  std::string constants = {}; ///< the host's global with the bytes of SINTER_SEG_CONSTANTS
  uint64_t constantBytes = 0;
};

} // namespace sinter::codegen

#endif
