// The `.sinter` container: magic "SINTER\0\1", u32 version, u64 length, u32 CRC-32C, protobuf
// payload (D16).
//
// Invariant: a module that parseContainer returns has passed checkGraph: ids, indices, names and
// types are in place, so a reader need not check them again. Equal modules give equal bytes. No
// input makes these functions crash. Reading on: GraphCheck.cpp (the checks), frontend/graph.proto
// (the messages), compiler/Import (the reader).
#pragma once

#include "frontend/graph.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sinter::graph {

/// The version this program writes and the newest it reads.
inline constexpr uint32_t kContainerVersion = 3;
/// Regions inside regions deeper than this are refused.
inline constexpr int kMaxRegionDepth = 32;

/// Why a file is refused: a code of Errors.def (E02xx) and "expects …, got …" without the file's
/// name.
struct ContainerError {
  std::string code;
  std::string message;
};

/// The container's bytes for `module`.
std::string writeContainer(const proto::Module &module);
/// Reads and checks a container; `module` is meaningful only when nothing is returned.
std::optional<ContainerError> parseContainer(std::string_view bytes, proto::Module &module);
/// parseContainer of a file.
std::optional<ContainerError> readContainer(const std::string &path, proto::Module &module);
/// The structural checks alone: E0206, or nothing.
std::optional<ContainerError> checkGraph(const proto::Module &module);
/// CRC-32C (Castagnoli) of `bytes`.
uint32_t crc32c(std::string_view bytes);

} // namespace sinter::graph
