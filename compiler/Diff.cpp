//===- Diff.cpp - what changed between two texts of a module ----------------------------------===//
//
// See Diff.h. Lines are aligned without the names of values; then names are followed from where
// they are defined to where they are used, and a line that uses another value than before is a
// change.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Diff.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

#include <algorithm>
#include <vector>

namespace sinter::compiler {

/// Longer lines are cut: notes and schedules of one op can fill a screen.
static constexpr size_t kWidth = 240;

namespace {
/// A line, the same without the names of values, and these in order.
struct Line {
  llvm::StringRef text;
  std::string key;
  llvm::SmallVector<llvm::StringRef, 4> names;
  size_t defined = 0; ///< so many names stand left of " = ", or in a block's head
};
} // namespace

static Line parse(llvm::StringRef text) {
  Line line;
  line.text = text;
  size_t equals = text.find(" = ");
  bool head = text.ltrim().starts_with("^");
  for (size_t i = 0; i < text.size();) {
    line.key += text[i];
    if (text[i++] != '%')
      continue;
    size_t end = i;
    while (end < text.size() &&
           (llvm::isAlnum(text[end]) || llvm::StringRef("_.$-").contains(text[end])))
      ++end;
    line.names.push_back(text.slice(i, end));
    line.defined += head || (equals != llvm::StringRef::npos && i < equals);
    i = end;
  }
  return line;
}

static std::vector<Line> parseLines(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef> lines;
  text.split(lines, '\n');
  std::vector<Line> parsed;
  for (llvm::StringRef line : lines)
    parsed.push_back(parse(line));
  return parsed;
}

namespace {
/// Both texts in step; what differs goes to `text`.
struct Diff {
  llvm::StringRef before;
  std::vector<Line> a, b;
  size_t limit;
  llvm::StringMap<llvm::StringRef> renamed = {}; // names of `before` to those of `after`
  std::string text = {};
  size_t shown = 0, hidden = 0;
  std::string inside = {}, shownInside = {}; // the entry that the lines belong to

  void show(char sign, llvm::StringRef line) {
    if (!inside.empty() && inside != shownInside) {
      shownInside = inside;
      put("  in @" + inside);
    }
    bool cut = line.size() > kWidth;
    put(std::string(1, sign) + line.take_front(kWidth).str() + (cut ? " ..." : ""));
    if (cut && sign == '+')
      showNotes(line);
  }

  /// Reasons are what the reader of a trace is after: those of a line that was cut and that are new
  /// here get lines of their own.
  void showNotes(llvm::StringRef line) {
    llvm::StringRef rest = line.split("notes = [").second;
    while (rest.consume_front("\"")) {
      auto [note, others] = rest.split('"');
      rest = others.ltrim(", ");
      bool cut = note.size() > kWidth;
      if (!before.contains(note))
        put("      " + note.take_front(kWidth).str() + (cut ? " ..." : ""));
    }
  }

  void put(const std::string &line) {
    if (shown++ < limit)
      text += line + "\n";
    else
      ++hidden;
  }

  /// Notes the entry or function that begins in this line.
  void enter(llvm::StringRef line) {
    llvm::StringRef word = line.ltrim().split(' ').first;
    if (!word.ends_with(".entry") && !word.ends_with(".func"))
      return;
    llvm::StringRef name = line.split('@').second;
    inside = name.take_until([](char c) { return c == ' ' || c == '(' || c == '{'; }).str();
  }

  /// Two lines that are equal but for names.
  void pair(const Line &x, const Line &y) {
    enter(y.text);
    bool same = true;
    for (size_t i = x.defined; i < x.names.size(); ++i) {
      auto known = renamed.find(x.names[i]);
      same &= (known == renamed.end() ? x.names[i] : known->second) == y.names[i];
    }
    for (size_t i = 0; i < x.defined; ++i)
      renamed[x.names[i]] = y.names[i];
    if (same)
      return;
    show('-', x.text);
    show('+', y.text);
  }

  void run() {
    size_t start = 0, aEnd = a.size(), bEnd = b.size();
    for (; start < aEnd && start < bEnd && a[start].key == b[start].key; ++start)
      pair(a[start], b[start]);
    while (aEnd > start && bEnd > start && a[aEnd - 1].key == b[bEnd - 1].key)
      --aEnd, --bEnd;
    size_t n = aEnd - start, m = bEnd - start;
    if (n * m > 4'000'000) { // too far apart to compare line by line
      for (size_t i = start; i < aEnd; ++i)
        show('-', a[i].text);
      for (size_t j = start; j < bEnd; ++j)
        add(b[j]);
    } else {
      align(start, n, m);
    }
    for (; aEnd < a.size(); ++aEnd, ++bEnd)
      pair(a[aEnd], b[bEnd]);
  }

  /// The longest common subsequence of n and m lines from `start`.
  void align(size_t start, size_t n, size_t m) {
    // common[i][j] is its length for the rests from i and j.
    std::vector<std::vector<unsigned>> common(n + 1, std::vector<unsigned>(m + 1, 0));
    auto equal = [&](size_t i, size_t j) { return a[start + i].key == b[start + j].key; };
    for (size_t i = n; i-- > 0;)
      for (size_t j = m; j-- > 0;)
        common[i][j] =
            equal(i, j) ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    for (size_t i = 0, j = 0; i < n || j < m;) {
      if (i < n && j < m && equal(i, j))
        pair(a[start + i++], b[start + j++]);
      else if (j == m || (i < n && common[i + 1][j] >= common[i][j + 1]))
        show('-', a[start + i++].text);
      else
        add(b[start + j++]);
    }
  }

  void add(const Line &line) {
    enter(line.text);
    show('+', line.text);
  }
};
} // namespace

std::string diffLines(llvm::StringRef before, llvm::StringRef after, size_t limit) {
  if (before == after)
    return "";
  Diff diff{before, parseLines(before), parseLines(after), limit};
  diff.run();
  if (diff.hidden)
    diff.text += "  ... and " + std::to_string(diff.hidden) + " more lines\n";
  return diff.text;
}

} // namespace sinter::compiler
