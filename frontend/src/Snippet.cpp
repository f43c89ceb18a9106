// Source lines for diagnostics, and the step from a "(" back to the name in front of it (D15):
// clang reports a call at its name, g++ at its parenthesis. Reading on: Diagnostics.h.
#include "frontend/src/Diagnostics.h"

#include <cctype>
#include <fstream>
#include <iterator>
#include <map>

namespace sinter::detail {

static constexpr size_t kMaxSourceBytes = 4 << 20;

std::string sourceText(const std::string &file) {
  static std::map<std::string, std::string> cache;
  auto [at, fresh] = cache.try_emplace(file);
  if (fresh) {
    std::ifstream stream(file, std::ios::binary);
    if (stream)
      at->second.assign(std::istreambuf_iterator<char>(stream), {});
    if (at->second.size() > kMaxSourceBytes)
      at->second.clear();
  }
  return at->second;
}

std::string sourceLine(const std::string &file, uint32_t line) {
  if (line == 0)
    return "";
  std::string text = sourceText(file);
  size_t begin = 0;
  for (uint32_t i = 1; i < line; ++i) {
    begin = text.find('\n', begin);
    if (begin == std::string::npos)
      return "";
    ++begin;
  }
  size_t end = text.find('\n', begin);
  std::string result = text.substr(begin, end == std::string::npos ? end : end - begin);
  if (!result.empty() && result.back() == '\r')
    result.pop_back();
  return result;
}

Place::Place(const Loc &loc) : file(loc.file_name()), line(loc.line()), column(loc.column()) {
  std::string text = sourceLine(file, line);
  size_t at = column; // one past the character reported, counted from 0
  if (at == 0 || at > text.size() || text[at - 1] != '(')
    return;
  --at;
  while (at > 0 && text[at - 1] == ' ')
    --at;
  auto inName = [&](size_t i) {
    return isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_';
  };
  size_t begin = at;
  while (begin > 0 && (inName(begin - 1) || text[begin - 1] == ':'))
    --begin;
  if (begin < at)
    column = static_cast<uint32_t>(begin + 1);
}

} // namespace sinter::detail
