//===- Diagnostics.cpp - renders diagnostics --------------------------------------------------===//
//
// See Diagnostics.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Diagnostics.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace mlir;

namespace sinter::compiler {

Place getPlace(Location loc) {
  Place place;
  loc->walk([&](Location inner) {
    auto file = dyn_cast<FileLineColLoc>(inner);
    if (!file)
      return WalkResult::advance();
    place = {file.getFilename().str(), file.getLine(), file.getColumn()};
    return WalkResult::interrupt();
  });
  return place;
}

std::string Reporter::sourceLine(const Place &place) {
  if (place.line == 0)
    return "";
  auto found = sources.find(place.file);
  if (found == sources.end()) {
    auto buffer = llvm::MemoryBuffer::getFile(place.file, /*IsText=*/true);
    found = sources.emplace(place.file, buffer ? (*buffer)->getBuffer().str() : "").first;
  }
  llvm::StringRef text = found->second;
  for (unsigned line = 1; line < place.line && !text.empty(); ++line)
    text = text.split('\n').second;
  return text.split('\n').first.rtrim('\r').str();
}

static std::string prefix(const Place &place) {
  if (place.file.empty())
    return "";
  if (place.line == 0)
    return place.file + ": ";
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
}

static const char *word(Message::Severity severity) {
  static const char *const words[] = {"error", "warning", "internal error", "note"};
  return words[severity];
}

std::string Reporter::render(const Message &message) {
  std::string text = prefix(message.place) + word(message.severity) + ": " + message.text;
  if (!message.code.empty())
    text += " [" + message.code + "]";
  text += "\n";
  std::string line = sourceLine(message.place);
  for (char &c : line) // what would speak to the terminal
    if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f)
      c = '?';
  if (!line.empty() && line.size() < 400) {
    std::string number = std::to_string(message.place.line);
    std::string gutter(number.size() < 5 ? 5 - number.size() : 0, ' ');
    std::string padding;
    for (unsigned i = 0; i + 1 < message.place.column;
         ++i) // columns count bytes, a letter may have several
      if (i >= line.size() || (line[i] & 0xc0) != 0x80)
        padding += i < line.size() && line[i] == '\t' ? '\t' : ' ';
    text += gutter + number + " | " + line + "\n" +
            std::string(gutter.size() + number.size(), ' ') + " | " + padding + "^\n";
  }
  for (const auto &[place, note] : message.notes)
    text += prefix(place) + "note: " + note + "\n";
  if (!message.help.empty())
    text += "help: " + message.help + "\n";
  return text;
}

static llvm::json::Object toJson(const Place &place) {
  return llvm::json::Object{
      {"file", place.file}, {"line", int64_t(place.line)}, {"column", int64_t(place.column)}};
}

/// Whether stderr shows colours, and the user wants any.
static bool hasColours() {
  const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
  return isatty(STDERR_FILENO) && !(no && *no) && terminal && llvm::StringRef(terminal) != "dumb";
}

/// Talk, with the words that say what a line is in colour where that is seen.
static void say(llvm::StringRef text) {
  static const bool colours = hasColours();
  if (!colours) {
    llvm::errs() << text;
    return;
  }
  static constexpr std::pair<llvm::StringLiteral, const char *> words[] = {
      {"internal error: ", "1;31"},
      {"error: ", "1;31"},
      {"warning: ", "1;35"},
      {"note: ", "1;36"},
      {"help: ", "1;32"}};
  for (llvm::StringRef rest = text; !rest.empty();) {
    auto [line, after] = rest.split('\n');
    rest = after;
    if (line.trim() != line && line.ends_with("^")) { // gutter | ^
      llvm::errs() << line.drop_back() << "\033[1;32m^\033[0m\n";
      continue;
    }
    for (auto [word, colour] : words) {
      size_t at = line.starts_with(word) ? 0 : line.find((": " + word).str());
      if (at == line.npos)
        continue;
      at += at ? 2 : 0;
      llvm::errs() << line.take_front(at) << "\033[" << colour << "m" << word.drop_back()
                   << "\033[0m ";
      line = line.drop_front(at + word.size());
      break;
    }
    llvm::errs() << line << "\n";
  }
}

void Reporter::report(Message message) {
  // Traces of other batch sizes word the same mistake with other sizes; one is enough.
  std::string key = message.text;
  if (message.place.line)
    llvm::erase_if(key, [](char c) { return isdigit(c); });
  key += message.code + prefix(message.place);
  if (!seen.insert(key).second)
    return;
  errors += message.severity == Message::Error;
  internalErrors += message.severity == Message::InternalError;
  std::string text = render(message);
  if (!json) {
    say(text);
    return;
  }
  llvm::json::Array notes;
  for (const auto &[place, note] : message.notes) {
    llvm::json::Object object = toJson(place);
    object["message"] = note;
    notes.push_back(std::move(object));
  }
  llvm::json::Object object = toJson(message.place);
  object["severity"] = word(message.severity);
  object["code"] = message.code;
  object["message"] = message.text;
  object["source"] = sourceLine(message.place);
  object["notes"] = std::move(notes);
  object["help"] = message.help;
  object["rendered"] = text;
  llvm::outs() << llvm::json::Value(std::move(object)) << "\n";
}

int Reporter::error(int exitCode, const llvm::Twine &text, llvm::StringRef code) {
  Message message;
  message.severity = exitCode == Internal ? Message::InternalError : Message::Error;
  message.text = text.str();
  message.code = code.str();
  report(std::move(message));
  return exitCode;
}

void Reporter::relay(llvm::StringRef jsonLine) {
  auto value = llvm::json::parse(jsonLine);
  const llvm::json::Object *object = value ? value->getAsObject() : nullptr;
  if (!object) {
    llvm::consumeError(value.takeError());
    error(Wrong, "the model program sent a diagnostic that is not JSON");
    return;
  }
  errors += object->getString("severity") == "error";
  if (json)
    llvm::outs() << jsonLine << "\n";
  else
    say(object->getString("rendered").value_or(""));
}

void Reporter::learnSources(ModuleOp module) {
  auto embedded = module->getAttrOfType<DictionaryAttr>("sinter.sources");
  if (!embedded)
    return;
  for (NamedAttribute file : embedded) {
    auto text = dyn_cast<DenseElementsAttr>(file.getValue());
    if (text && text.getElementType().isInteger(8) && !text.isSplat())
      sources[file.getName().str()] =
          std::string(text.getRawData().begin(), text.getRawData().end());
  }
}

void Reporter::report(Diagnostic &diagnostic) {
  Message message;
  message.place = getPlace(diagnostic.getLocation());
  message.severity = diagnostic.getSeverity() == DiagnosticSeverity::Error     ? Message::Error
                     : diagnostic.getSeverity() == DiagnosticSeverity::Warning ? Message::Warning
                                                                               : Message::Info;
  llvm::StringRef text;
  std::string whole = diagnostic.str();
  text = whole;
  // Our ops end their message with a code: "… [E0107]".
  size_t bracket = text.rfind(" [E");
  if (text.ends_with("]") && bracket != llvm::StringRef::npos) {
    message.code = text.substr(bracket + 2).drop_back().str();
    text = text.take_front(bracket);
  }
  size_t ours = text.find("internal error: ");
  if (ours != llvm::StringRef::npos && message.severity == Message::Error) {
    message.severity = Message::InternalError;
    text = text.substr(ours + strlen("internal error: "));
  }
  if (inPasses && message.severity == Message::Error && message.code.empty())
    message.severity = Message::InternalError;
  message.text = text.str();
  for (Diagnostic &note : diagnostic.getNotes()) {
    std::string words = note.str();
    if (!llvm::StringRef(words).starts_with("see current operation")) // internal form, pages long
      message.notes.push_back({getPlace(note.getLocation()), words});
  }
  report(std::move(message));
}

} // namespace sinter::compiler
