// Reads and writes the `.sinter` container with strict bounds. Reading on: Container.h.
#include "frontend/graph/Container.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sinter::graph {

static constexpr char kMagic[8] = {'S', 'I', 'N', 'T', 'E', 'R', '\0', '\1'};
static constexpr size_t kHeaderBytes = 24;
static constexpr uint64_t kMaxPayload = 0x7fffffff; // protobuf's own limit

uint32_t crc32c(std::string_view bytes) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> entries{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit)
        value = (value >> 1) ^ (value & 1 ? 0x82f63b78u : 0u);
      entries[i] = value;
    }
    return entries;
  }();
  uint32_t crc = 0xffffffffu;
  for (unsigned char byte : bytes)
    crc = table[(crc ^ byte) & 0xff] ^ (crc >> 8);
  return ~crc;
}

template <class T> static void putLittle(std::string &out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<char>(value >> (8 * i)));
}

template <class T> static T getLittle(std::string_view bytes, size_t at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    value |= static_cast<T>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

std::string writeContainer(const proto::Module &module) {
  std::string payload;
  {
    google::protobuf::io::StringOutputStream stream(&payload);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    module.SerializeToCodedStream(&coded);
  }
  std::string out(kMagic, sizeof(kMagic));
  putLittle<uint32_t>(out, kContainerVersion);
  putLittle<uint64_t>(out, payload.size());
  putLittle<uint32_t>(out, crc32c(payload));
  return out + payload;
}

std::optional<ContainerError> parseContainer(std::string_view bytes, proto::Module &module) {
  size_t magicBytes = std::min(bytes.size(), sizeof(kMagic));
  if (bytes.empty() || std::memcmp(bytes.data(), kMagic, magicBytes) != 0)
    return ContainerError{
        "E0201", "expects a serialised graph (.sinter), got " +
                     std::string(bytes.empty() ? "an empty file" : "another kind of file")};
  if (bytes.size() < kHeaderBytes)
    return ContainerError{"E0202", "expects a header of 24 bytes, got a file of " +
                                       std::to_string(bytes.size())};
  uint32_t version = getLittle<uint32_t>(bytes, 8);
  if (version > kContainerVersion)
    return ContainerError{"E0203", "expects format version " + std::to_string(kContainerVersion) +
                                       ", got version " + std::to_string(version) +
                                       ": written by a newer sinter"};
  if (version == 0)
    return ContainerError{"E0206", "expects a format version of 1 or more, got 0"};
  if (version < kContainerVersion)
    return ContainerError{"E0203", "expects format version " + std::to_string(kContainerVersion) +
                                       ", got version " + std::to_string(version) +
                                       ": written by an older sinter"};
  uint64_t length = getLittle<uint64_t>(bytes, 12);
  uint64_t present = bytes.size() - kHeaderBytes;
  if (length != present)
    return ContainerError{"E0202", "expects " + std::to_string(length) +
                                       " bytes after the header, got " + std::to_string(present)};
  if (length > kMaxPayload)
    return ContainerError{"E0205", "expects a graph of at most 2147483647 bytes, got " +
                                       std::to_string(length)};
  std::string_view payload = bytes.substr(kHeaderBytes);
  uint32_t stated = getLittle<uint32_t>(bytes, 20), found = crc32c(payload);
  if (stated != found) {
    char text[80];
    std::snprintf(text, sizeof text, "expects checksum %08x, got %08x: the file is damaged", stated,
                  found);
    return ContainerError{"E0204", text};
  }
  // A right checksum may still cover nonsense: the parser bounds nesting (100) and every length by
  // the payload.
  google::protobuf::LogSilencer silencer; // the caller reports, protobuf does not
  module.Clear();
  if (!module.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return ContainerError{"E0206", "expects a graph message, got bytes that do not parse as one"};
  return checkGraph(module);
}

std::optional<ContainerError> readContainer(const std::string &path, proto::Module &module) {
  auto refused = [](int error) {
    return ContainerError{"E0207",
                          std::string("expects a readable file, got: ") + std::strerror(error)};
  };
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return refused(errno);
  struct stat info;
  if (fstat(fd, &info) != 0 || S_ISDIR(info.st_mode)) {
    int error = S_ISDIR(info.st_mode) ? EISDIR : errno;
    close(fd);
    return refused(error);
  }
  // Read what is there, never what a header claims; one byte past the limit is enough to refuse.
  std::string bytes;
  char buffer[1 << 16];
  while (bytes.size() <= kHeaderBytes + kMaxPayload) {
    ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      int error = errno;
      close(fd);
      return refused(error);
    }
    if (got == 0)
      break;
    bytes.append(buffer, static_cast<size_t>(got));
    if (bytes.size() >= sizeof(kMagic) && std::memcmp(bytes.data(), kMagic, sizeof(kMagic)) != 0)
      break; // an endless stream of something else is not read to its end
  }
  close(fd);
  if (bytes.size() > kHeaderBytes + kMaxPayload)
    return ContainerError{"E0205", "expects a graph of at most 2147483647 bytes, got more"};
  return parseContainer(bytes, module);
}

} // namespace sinter::graph
