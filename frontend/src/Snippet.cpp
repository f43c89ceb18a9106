// Source lines for diagnostics, and the step from a "(" back to the name in front of it (D15):
// clang reports a call at its name, g++ at its parenthesis. Reading on: Diagnostics.h.
#include "frontend/src/Diagnostics.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>

namespace sinter::detail {

static constexpr size_t kMaxSourceBytes = 4 << 20;

/// A source file and where its lines begin; read once.
struct Source {
  std::string text;
  std::vector<size_t> lines;
};

static const Source &source(const std::string &file) {
  static std::map<std::string, Source> cache;
  auto [at, fresh] = cache.try_emplace(file);
  Source &result = at->second;
  if (!fresh)
    return result;
  std::ifstream stream(file, std::ios::binary);
  if (stream)
    result.text.assign(std::istreambuf_iterator<char>(stream), {});
  if (result.text.size() > kMaxSourceBytes)
    result.text.clear();
  for (size_t begin = 0; begin < result.text.size();) {
    result.lines.push_back(begin);
    size_t end = result.text.find('\n', begin);
    begin = end == std::string::npos ? result.text.size() : end + 1;
  }
  return result;
}

const std::string &sourceText(const std::string &file) { return source(file).text; }

std::string sourceLine(const std::string &file, uint32_t line) {
  const Source &whole = source(file);
  if (line == 0 || line > whole.lines.size())
    return "";
  size_t begin = whole.lines[line - 1];
  size_t end = std::min(whole.text.find('\n', begin), whole.text.size());
  if (end > begin && whole.text[end - 1] == '\r')
    --end;
  return whole.text.substr(begin, end - begin);
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
