//===- Parse.cpp - PTX text to decoded instructions -------------------------------------------===//
//
// One instruction a line, as LLVM prints them. Registers get numbers in the order in which they are
// met, labels places. Reading on: Emulator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/ptx/Emulator.h"

#include <cstdlib>
#include <cstring>

using namespace sinter::ptx;

static std::string_view trim(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Commas outside of braces and brackets separate operands.
static std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (text[i] == '{' || text[i] == '['))
      ++depth;
    if (i < text.size() && (text[i] == '}' || text[i] == ']'))
      --depth;
    if (i < text.size() && (text[i] != ',' || depth))
      continue;
    if (std::string_view part = trim(text.substr(begin, i - begin)); !part.empty())
      parts.push_back(part);
    begin = i + 1;
  }
  return parts;
}

namespace {
/// One entry being read.
struct Reader {
  Kernel kernel;
  std::map<std::string, size_t, std::less<>> registers, labels, shared; ///< shared: offsets
  std::vector<std::pair<size_t, std::string>> branches;                 ///< instruction, label
  std::string error;

  int64_t numberOf(std::string_view name) {
    auto [at, fresh] = registers.try_emplace(std::string(name), registers.size());
    return static_cast<int64_t>(at->second);
  }
  Operand readOperand(std::string_view text);
  void readAddress(std::string_view inside, Operand &operand);
  void readInstruction(std::string_view line);
  void readDeclaration(std::string_view line);
  void finish();
};
} // namespace

static bool isSpecial(std::string_view name, uint64_t &which) {
  static constexpr std::string_view names[] = {"%tid.x", "%ntid.x", "%ctaid.x", "%nctaid.x"};
  for (which = 0; which < 4; ++which)
    if (names[which] == name)
      return true;
  return false;
}

/// [register], [register+bytes] or [parameter].
void Reader::readAddress(std::string_view inside, Operand &operand) {
  size_t plus = inside.find('+');
  if (plus != std::string_view::npos)
    operand.offset = strtoll(std::string(inside.substr(plus + 1)).c_str(), nullptr, 0);
  operand = {operand.kind, operand.value, operand.offset, {}};
  std::string_view base = inside.substr(0, plus);
  if (base.front() == '%') {
    operand.kind = Operand::Register;
    operand.value = numberOf(base);
    return;
  }
  operand.kind = Operand::Immediate;
  if (auto found = shared.find(base); found != shared.end()) {
    operand.value = found->second;
    return;
  }
  for (size_t i = 0; i < kernel.parameters.size(); ++i)
    if (kernel.parameters[i] == base) {
      operand.value = i;
      return;
    }
  error = "expects a parameter, got '" + std::string(base) + "'";
}

Operand Reader::readOperand(std::string_view text) {
  Operand operand;
  std::string copy(text);
  if (text.front() == '[') {
    readAddress(text.substr(1, text.size() - 2), operand);
  } else if (isSpecial(text, operand.value)) {
    operand.kind = Operand::Special;
  } else if (text.front() == '%' || text == "_") { // _: a result that nobody wants
    operand.kind = Operand::Register;
    operand.value = numberOf(text);
  } else if (auto found = shared.find(text); found != shared.end()) {
    operand.value = found->second;
  } else if (text.rfind("__local_depot", 0) == 0) {
    operand.kind = Operand::Local;
  } else if (text.rfind("0f", 0) == 0 || text.rfind("0d", 0) == 0) {
    operand.value = strtoull(copy.c_str() + 2, nullptr, 16);
  } else {
    char *end = nullptr;
    operand.value = static_cast<uint64_t>(strtoll(copy.c_str(), &end, 0));
    if (*end && strcmp(end, "U") != 0)
      error = "expects an operand, got '" + copy + "'";
  }
  return operand;
}

void Reader::readInstruction(std::string_view line) {
  Instruction instruction;
  instruction.text = std::string(line);
  if (line.back() == ';')
    line.remove_suffix(1);
  if (line.front() == '@') {
    size_t end = line.find_first_of(" \t");
    instruction.negated = line[1] == '!';
    instruction.predicate =
        numberOf(line.substr(instruction.negated ? 2 : 1, end - (instruction.negated ? 2 : 1)));
    line = trim(line.substr(end));
  }
  size_t end = std::min(line.find_first_of(" \t"), line.size());
  std::string mnemonic(line.substr(0, end));
  std::string_view rest = trim(line.substr(end));
  bool branches = mnemonic == "bra" || mnemonic == "bra.uni";
  // 64 bits as two registers of 32: {low, high}.
  if (!rest.empty() && mnemonic == "mov.b64" && rest.find('{') != std::string_view::npos)
    mnemonic += rest.front() == '{' ? ".split" : ".join";
  instruction.run = findInstruction(mnemonic);
  instruction.exchange = findExchange(mnemonic);
  instruction.barrier = mnemonic == "bar.sync" || mnemonic == "barrier.sync";
  if (!instruction.run && !instruction.exchange && !instruction.barrier) {
    error = "unknown instruction '" + mnemonic + "'";
    return;
  }
  if (branches) {
    this->branches.push_back({kernel.body.size(), std::string(rest)});
  } else {
    std::string plain;
    for (char c : rest)
      if (c != '{' && c != '}')
        plain += c == '|' ? ',' : c; // d|p: two results
    for (std::string_view part : split(plain))
      instruction.operands.push_back(readOperand(part));
  }
  kernel.body.push_back(std::move(instruction));
}

/// `.local .align 16 .b8 __local_depot3[512];` says how much memory a thread has of its own,
/// `.shared .align 4 .b8 tile[1024];` how much a block has.
void Reader::readDeclaration(std::string_view line) {
  size_t open = line.find('[');
  if (open == std::string_view::npos)
    return;
  size_t bytes = strtoull(std::string(line.substr(open + 1)).c_str(), nullptr, 10);
  if (line.rfind(".local", 0) == 0)
    kernel.localBytes = bytes;
  if (line.rfind(".shared", 0) != 0)
    return;
  size_t name = line.find_last_of(" \t", open) + 1;
  constexpr size_t kAlignment = 16;
  shared[std::string(line.substr(name, open - name))] = kernel.sharedBytes;
  kernel.sharedBytes += (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

void Reader::finish() {
  for (auto &[at, label] : branches) {
    auto found = labels.find(label);
    if (found == labels.end())
      error = "expects a label, got '" + label + "'";
    else
      kernel.body[at].target = found->second;
  }
  kernel.registers = registers.size();
}

std::string Program::parse(std::string_view text) {
  Reader reader;
  enum { Outside, Parameters, Body } state = Outside;
  for (size_t number = 1; !text.empty(); ++number) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (size_t comment = line.find("//"); comment != std::string_view::npos)
      line = trim(line.substr(0, comment));
    if (line.empty())
      continue;
    if (size_t entry = line.find(".entry "); entry != std::string_view::npos) {
      reader = {};
      std::string_view name = line.substr(entry + strlen(".entry "));
      reader.kernel.name = std::string(name.substr(0, name.find('(')));
      state = Parameters;
    } else if (state == Parameters && line.rfind(".param", 0) == 0) {
      std::string_view name = line.substr(line.find_last_of(" \t") + 1);
      reader.kernel.parameters.emplace_back(name.substr(0, name.find(',')));
    } else if (line == "{") {
      state = Body;
    } else if (state == Body && line == "}") {
      reader.finish();
      kernels[reader.kernel.name] = reader.kernel;
      state = Outside;
    } else if (state == Body && line.front() == '.') {
      reader.readDeclaration(line);
    } else if (state == Body && line.back() == ':') {
      reader.labels[std::string(line.substr(0, line.size() - 1))] = reader.kernel.body.size();
    } else if (state == Body) {
      reader.readInstruction(line);
    }
    if (!reader.error.empty())
      return "line " + std::to_string(number) + ": " + reader.error + ": " + std::string(line);
  }
  return "";
}

const Kernel *Program::find(const std::string &name) const {
  auto found = kernels.find(name);
  return found == kernels.end() ? nullptr : &found->second;
}
