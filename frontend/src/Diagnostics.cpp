// Prints diagnostics as text and JSON. Reading on: Diagnostics.h.
#include "frontend/src/Diagnostics.h"

#include <cerrno>
#include <cstdio>
#include <unistd.h>

namespace sinter::detail {

static std::string prefix(const Place &place) {
  if (place.line == 0)
    return "";
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
}

static const char *word(Severity severity) {
  return severity == Severity::Error ? "error" : "warning";
}

/// The line with its number and, below it, a caret; tabs are kept so that the caret stands right.
static std::string snippet(const Place &place) {
  std::string line = sourceLine(place.file, place.line);
  if (place.line == 0 || line.empty())
    return "";
  std::string number = std::to_string(place.line);
  std::string gutter(number.size() < 5 ? 5 - number.size() : 0, ' ');
  std::string blank(gutter.size() + number.size(), ' ');
  std::string padding;
  for (uint32_t i = 0; i + 1 < place.column; ++i)
    if (i >= line.size() || (line[i] & 0xc0) != 0x80) // a letter may have several bytes
      padding += i < line.size() && line[i] == '\t' ? '\t' : ' ';
  return gutter + number + " | " + line + "\n" + blank + " | " + padding + "^\n";
}

std::string render(const Diagnostic &diagnostic) {
  std::string text = prefix(diagnostic.place) + word(diagnostic.severity) + ": " +
                     diagnostic.message + " [" + diagnostic.code + "]\n" +
                     snippet(diagnostic.place);
  for (const Note &note : diagnostic.notes)
    text += prefix(note.place) + "note: " + note.message + "\n";
  if (!diagnostic.help.empty())
    text += "help: " + diagnostic.help + "\n";
  return text;
}

std::string utf8(const std::string &text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    unsigned char lead = static_cast<unsigned char>(text[i]);
    size_t length = lead < 0x80                   ? 1
                    : lead >= 0xc2 && lead < 0xe0 ? 2
                    : (lead & 0xf0) == 0xe0       ? 3
                    : lead >= 0xf0 && lead < 0xf5 ? 4
                                                  : 0;
    bool good = length > 0 && i + length <= text.size();
    for (size_t k = 1; good && k < length; ++k)
      good = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (good && length > 2) { // overlong forms, surrogates, beyond U+10FFFF
      unsigned char second = static_cast<unsigned char>(text[i + 1]);
      good = !(lead == 0xe0 && second < 0xa0) && !(lead == 0xed && second >= 0xa0) &&
             !(lead == 0xf0 && second < 0x90) && !(lead == 0xf4 && second >= 0x90);
    }
    out += good ? text.substr(i, length) : "?";
    i += good ? length : 1;
  }
  return out;
}

static std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (unsigned char c : utf8(text)) {
    char escape[8];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20) {
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + '"';
}

static std::string jsonPlace(const Place &place) {
  return "\"file\":" + quoted(place.file) + ",\"line\":" + std::to_string(place.line) +
         ",\"column\":" + std::to_string(place.column);
}

std::string renderJson(const Diagnostic &diagnostic) {
  std::string out = std::string("{\"severity\":\"") + word(diagnostic.severity) + "\",\"code\":\"" +
                    diagnostic.code + "\"," + jsonPlace(diagnostic.place) +
                    ",\"message\":" + quoted(diagnostic.message) + ",\"source\":" +
                    quoted(sourceLine(diagnostic.place.file, diagnostic.place.line)) +
                    ",\"notes\":[";
  for (size_t i = 0; i < diagnostic.notes.size(); ++i)
    out += std::string(i ? "," : "") + "{" + jsonPlace(diagnostic.notes[i].place) +
           ",\"message\":" + quoted(diagnostic.notes[i].message) + "}";
  return out + "],\"help\":" + quoted(diagnostic.help) +
         ",\"rendered\":" + quoted(render(diagnostic)) + "}";
}

static void writeAll(int fd, const std::string &text) {
  for (size_t done = 0; done < text.size();) {
    ssize_t count = write(fd, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return; // nobody listens; the exit code still tells
    done += static_cast<size_t>(count);
  }
}

void Diagnostics::report(const Diagnostic &diagnostic) {
  // Traces of other batch sizes word the same mistake with other sizes.
  const Place &place = diagnostic.place;
  std::string message;
  for (char c : diagnostic.message)
    if (place.line == 0 || c < '0' || c > '9')
      message += c;
  if (!seen.insert({diagnostic.code, place.file, place.line, place.column, message}).second)
    return;
  errorCount += diagnostic.severity == Severity::Error;
  if (jsonFd >= 0)
    writeAll(jsonFd, renderJson(diagnostic) + "\n");
  else
    writeAll(STDERR_FILENO, render(diagnostic));
}

} // namespace sinter::detail
