// What a model program was asked for: arguments when run by hand, environment when run by `sinter
// build` (D29).
//   SINTER_OUT_FD    write the container to this descriptor      -o FILE
//   SINTER_DIAG_FD   JSON diagnostics, one object a line         --format json (to stdout)
//   SINTER_SET       build options "batch=64,width=512"          --set NAME=VALUE
//   SINTER_BATCH     batch sizes of prediction entries "1,8"     --batch 1,8
//   SINTER_NO_EMBED_SOURCE=1                                     --no-embed-source
// Reading on: Serialize.cpp, Model.cpp.
#include "frontend/src/Call.h"

#include <charconv>
#include <cstdlib>

namespace sinter::detail {

static std::optional<int64_t> wholeNumber(const std::string &text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

static std::vector<std::string> split(const std::string &text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    size_t comma = text.find(',', begin);
    parts.push_back(text.substr(begin, comma == std::string::npos ? comma : comma - begin));
    if (comma == std::string::npos)
      return parts;
    begin = comma + 1;
  }
}

void misuse(Context &context, const char *code, const std::string &message,
            const std::string &help) {
  context.diagnostics.report({Severity::Error, code, message, Place(), {}, help});
  context.options.usage = true;
}

static std::optional<int64_t> optionValue(const std::string &text) {
  if (text == "true" || text == "false")
    return text == "true";
  return wholeNumber(text);
}

static void readSet(Context &context, const std::string &text) {
  for (const std::string &part : split(text)) {
    size_t equals = part.find('=');
    std::optional<int64_t> value;
    if (equals != std::string::npos && equals > 0)
      value = optionValue(part.substr(equals + 1));
    if (!value || *value < 0)
      misuse(context, "E0013",
             "--set expects NAME=VALUE with a whole number of 0 or more, true or false, got '" +
                 part + "'");
    else
      context.options.set[part.substr(0, equals)] = *value;
  }
}

static void readBatch(Context &context, const std::string &text) {
  for (const std::string &part : split(text)) {
    std::optional<int64_t> value = wholeNumber(part);
    bool twice = false;
    for (int64_t known : context.options.batches)
      twice |= value == known;
    if (!value || *value < 1 || twice)
      misuse(context, "E0014",
             "--batch expects different whole numbers of 1 or more, got '" + text + "'");
    else
      context.options.batches.push_back(*value);
  }
}

static const char *environment(const char *name) {
  const char *value = std::getenv(name);
  return value && *value ? value : nullptr;
}

static int descriptor(Context &context, const char *name) {
  const char *text = environment(name);
  if (!text)
    return -1;
  std::optional<int64_t> value = wholeNumber(text);
  if (value && *value >= 0 && *value <= INT32_MAX)
    return static_cast<int>(*value);
  misuse(context, "E0024", std::string(name) + " expects a file descriptor, got '" + text + "'");
  return -1;
}

void readOptions(Context &context, int argc, char **argv) {
  RunOptions &options = context.options;
  // Where to complain comes first.
  int diagnosticsFd = descriptor(context, "SINTER_DIAG_FD");
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string(argv[i]) == "--format" && std::string(argv[i + 1]) == "json")
      diagnosticsFd = 1;
  context.diagnostics.useJson(diagnosticsFd);
  options.outFd = descriptor(context, "SINTER_OUT_FD");
  if (const char *text = environment("SINTER_SET"))
    readSet(context, text);
  if (const char *text = environment("SINTER_BATCH"))
    readBatch(context, text);
  if (environment("SINTER_NO_EMBED_SOURCE"))
    options.embedSource = false;
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i];
    if (flag == "--no-embed-source") {
      options.embedSource = false;
      continue;
    }
    bool known = flag == "-o" || flag == "--set" || flag == "--batch" || flag == "--format";
    if (!known || i + 1 == argc) {
      misuse(context, "E0024",
             known ? flag + " expects a value, got none"
                   : "the program expects -o FILE, --set NAME=VALUE, --batch N,N, --format json or "
                     "--no-embed-source, got '" +
                         flag + "'");
      continue;
    }
    std::string value = argv[++i];
    if (flag == "-o")
      options.outPath = value;
    else if (flag == "--set")
      readSet(context, value);
    else if (flag == "--batch") {
      options.batches.clear();
      readBatch(context, value);
    } else if (value != "json" && value != "text")
      misuse(context, "E0024", "--format expects json or text, got '" + value + "'");
  }
}

} // namespace sinter::detail
