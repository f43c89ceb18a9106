// Collects and prints the mistakes of a model program, each as soon as it is found.
//
// Invariant: one mistake is printed once, however many traces meet it; messages that differ in
// numbers only are one. Text goes to stderr; with SINTER_DIAG_FD or --format json, one JSON object
// a line goes there (to stdout). Reading on: Snippet.cpp (source lines, carets),
// dialects/rules/include/sinter/rules/Errors.def (codes).
#pragma once

#include "sinter/loc.h"

#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace sinter::detail {

/// A place in a source file; line 0: nowhere.
struct Place {
  std::string file;
  uint32_t line = 0, column = 0;

  Place() = default;
  /// `loc`, its column stepped back from a "(" to the name in front of it.
  Place(const Loc &loc);
  friend bool operator==(const Place &, const Place &) = default;
};

/// Text of line `line` of `file`, without its end; empty when it cannot be read.
std::string sourceLine(const std::string &file, uint32_t line);
/// All of `file`; empty when it cannot be read.
const std::string &sourceText(const std::string &file);

/// `text` with every byte that is not UTF-8 replaced by '?'.
std::string utf8(const std::string &text);

enum class Severity { Error, Warning };

struct Note {
  Place place;
  std::string message;
};

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code;
  std::string message;
  Place place;
  std::vector<Note> notes;
  std::string help;
};

/// The text as users see it, ending in a newline.
std::string render(const Diagnostic &diagnostic);
/// One JSON object without a newline; its field `rendered` holds the text.
std::string renderJson(const Diagnostic &diagnostic);

/// Where the diagnostics of this process go.
class Diagnostics {
public:
  /// Prints unless the same one was printed before.
  void report(const Diagnostic &diagnostic);
  int errors() const { return errorCount; }
  /// Sends JSON lines to `fd` instead of text to stderr; -1: text.
  void useJson(int fd) { jsonFd = fd; }

private:
  std::set<std::tuple<std::string, std::string, uint32_t, uint32_t, std::string>> seen;
  int errorCount = 0;
  int jsonFd = -1;
};

} // namespace sinter::detail
