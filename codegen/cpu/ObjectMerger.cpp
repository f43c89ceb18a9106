//===- ObjectMerger.cpp - several relocatable objects become one ------------------------------===//
//
// See ObjectMerger.h. Sections stay what they are, only their numbers change: the linker
// meets several `.text`, as it does with one a function. Symbols are one table, locals first, as
// ELF wants it. No tool is run, so that objects for other machines join as well, and nothing
// depends on which linker is installed.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/ObjectMerger.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Object/ELF.h"

#include <map>

using namespace llvm;
using namespace llvm::object;
using namespace sinter;

namespace {
using File = ELFFile<ELF64LE>;
using Header = ELF64LE::Ehdr;
using Section = ELF64LE::Shdr;
using Symbol = ELF64LE::Sym;
using Relocation = ELF64LE::Rela;

/// A section of the result.
struct Kept {
  Section header;
  std::string bytes; ///< empty for SHT_NOBITS
  StringRef name;
  size_t file = 0; ///< which object it comes from
};

/// The object being put together.
class Joiner {
public:
  explicit Joiner(function_ref<bool(StringRef)> isLocal) : isLocal(isLocal) {}
  Error add(StringRef object);
  Error write(raw_ostream &out);

private:
  Error addSymbols(const File &file, const Section &table);
  /// Fills `symbols`: nothing, locals, globals made local, globals. -> the numbers of `globals`.
  std::vector<size_t> orderSymbols();
  /// Sections name each other and symbols by the numbers of the result.
  void renumber(ArrayRef<size_t> globalNumbers);
  /// Appends the symbol table and the names of symbols and sections.
  void addTables();
  /// Writes the file: header, sections, their headers.
  void writeSections(raw_ostream &out);
  uint32_t addName(StringRef name);
  void append(Section header, StringRef name, StringRef bytes) {
    sections.push_back({header, bytes.str(), name, 0});
  }

  function_ref<bool(StringRef)> isLocal;
  Header first{};
  size_t files = 0;
  std::vector<Kept> sections;
  std::vector<std::map<uint32_t, uint32_t>> sectionNumbers; ///< by file: old -> new
  std::vector<std::vector<size_t>> symbolNumbers; ///< by file: old -> new, or kGlobal and an index
                                                  ///< in `globals`
  std::vector<Symbol> locals, globals;
  std::vector<Symbol> symbols; ///< the result's table
  size_t firstGlobal = 0;      ///< in `symbols`
  StringMap<size_t> globalsByName;
  std::string names = std::string(1, '\0');
};
} // namespace

/// Globals have numbers once all locals are counted.
static constexpr size_t kGlobal = size_t(1) << 40;

static Error refuse(const Twine &what) {
  return createStringError("internal error: objects do not join: " + what);
}

uint32_t Joiner::addName(StringRef name) {
  if (name.empty())
    return 0;
  size_t place = names.size();
  names.append(name.begin(), name.end()).push_back('\0');
  return place;
}

Error Joiner::add(StringRef object) {
  Expected<File> file = File::create(object);
  if (!file)
    return file.takeError();
  if (files == 0)
    first = file->getHeader();
  else if (first.e_machine != file->getHeader().e_machine ||
           first.e_flags != file->getHeader().e_flags)
    return refuse("they are for several machines");
  auto headers = file->sections();
  if (!headers)
    return headers.takeError();
  auto &numbers = sectionNumbers.emplace_back();
  const Section *table = nullptr;
  for (auto [i, header] : llvm::enumerate(*headers)) {
    Expected<StringRef> name = file->getSectionName(header);
    Expected<ArrayRef<uint8_t>> bytes = file->getSectionContents(header);
    if (!name)
      return name.takeError();
    if (!bytes)
      return bytes.takeError();
    if (header.sh_type == ELF::SHT_SYMTAB)
      table = &header;
    switch (header.sh_type) {
    case ELF::SHT_PROGBITS:
      if (*name == ".note.GNU-stack" && files)
        continue;
      [[fallthrough]];
    case ELF::SHT_NOBITS:
    case ELF::SHT_RELA:
    case ELF::SHT_X86_64_UNWIND:
      numbers[i] = sections.size() + 1;
      sections.push_back({header, std::string(bytes->begin(), bytes->end()), *name, files});
      break;
    case ELF::SHT_NULL:
    case ELF::SHT_SYMTAB:
    case ELF::SHT_STRTAB:
    case ELF::SHT_LLVM_ADDRSIG: // a hint, in old symbol numbers
      break;
    default:
      return refuse("section '" + *name + "' is of an unknown kind");
    }
  }
  if (!table)
    return refuse("one has no symbols");
  if (Error error = addSymbols(*file, *table))
    return error;
  ++files;
  return Error::success();
}

Error Joiner::addSymbols(const File &file, const Section &table) {
  auto symbols = file.symbols(&table);
  auto strings = file.getStringTableForSymtab(table);
  if (!symbols)
    return symbols.takeError();
  if (!strings)
    return strings.takeError();
  auto &numbers = symbolNumbers.emplace_back();
  for (auto [i, symbol] : llvm::enumerate(*symbols)) {
    Expected<StringRef> name = symbol.getName(*strings);
    if (!name)
      return name.takeError();
    bool isFile = symbol.getType() == ELF::STT_FILE;
    if (i == 0 || (isFile && files)) {
      numbers.push_back(0);
      continue;
    }
    Symbol copy = symbol;
    if (symbol.st_shndx != ELF::SHN_UNDEF && symbol.st_shndx < ELF::SHN_LORESERVE) {
      auto section = sectionNumbers.back().find(symbol.st_shndx);
      if (section == sectionNumbers.back().end())
        return refuse("'" + *name + "' lies in a section left out");
      copy.st_shndx = section->second;
    } else if (symbol.st_shndx == ELF::SHN_XINDEX) {
      return refuse("one has too many sections");
    }
    if (symbol.getBinding() == ELF::STB_LOCAL) {
      copy.st_name = addName(*name);
      locals.push_back(copy);
      numbers.push_back(locals.size()); // symbol 0 is none
      continue;
    }
    auto [known, isNew] = globalsByName.try_emplace(*name, globals.size());
    numbers.push_back(kGlobal | known->second);
    if (isNew) {
      copy.st_name = addName(*name);
      globals.push_back(copy);
    } else if (copy.st_shndx != ELF::SHN_UNDEF) {
      Symbol &other = globals[known->second];
      if (other.st_shndx != ELF::SHN_UNDEF)
        return refuse("'" + *name + "' is defined twice");
      copy.st_name = other.st_name;
      other = copy;
    }
  }
  return Error::success();
}

std::vector<size_t> Joiner::orderSymbols() {
  symbols.assign(1, Symbol{});
  symbols.insert(symbols.end(), locals.begin(), locals.end());
  std::vector<size_t> globalNumbers(globals.size());
  for (bool local : {true, false}) {
    for (auto [i, symbol] : llvm::enumerate(globals)) {
      bool becomesLocal =
          symbol.st_shndx != ELF::SHN_UNDEF && isLocal(names.data() + symbol.st_name);
      if (becomesLocal != local)
        continue;
      globalNumbers[i] = symbols.size();
      symbols.push_back(symbol);
      if (local) {
        symbols.back().setBinding(ELF::STB_LOCAL);
        symbols.back().st_other = ELF::STV_DEFAULT;
      }
    }
    if (local)
      firstGlobal = symbols.size();
  }
  return globalNumbers;
}

void Joiner::renumber(ArrayRef<size_t> globalNumbers) {
  for (Kept &section : sections) {
    auto &numbers = sectionNumbers[section.file];
    if (section.header.sh_type != ELF::SHT_RELA) {
      if (section.header.sh_link)
        section.header.sh_link = numbers[section.header.sh_link];
      continue;
    }
    section.header.sh_link = sections.size() + 1; // the symbol table, which comes next
    section.header.sh_info = numbers[section.header.sh_info];
    auto *relocations = reinterpret_cast<Relocation *>(section.bytes.data());
    for (size_t i = 0; i < section.bytes.size() / sizeof(Relocation); ++i) {
      size_t number = symbolNumbers[section.file][relocations[i].getSymbol(false)];
      relocations[i].setSymbol(number & kGlobal ? globalNumbers[number & ~kGlobal] : number, false);
    }
  }
}

void Joiner::addTables() {
  Section table{};
  table.sh_type = ELF::SHT_SYMTAB;
  table.sh_link = sections.size() + 2;
  table.sh_info = firstGlobal;
  table.sh_addralign = 8;
  table.sh_entsize = sizeof(Symbol);
  append(
      table, ".symtab",
      StringRef(reinterpret_cast<const char *>(symbols.data()), symbols.size() * sizeof(Symbol)));
  Section strings{};
  strings.sh_type = ELF::SHT_STRTAB;
  strings.sh_addralign = 1;
  append(strings, ".strtab", names);
  append(strings, ".shstrtab", "");
  names.assign(1, '\0');
  for (Kept &section : sections)
    section.header.sh_name = addName(section.name);
  sections.back().bytes = names;
}

void Joiner::writeSections(raw_ostream &out) {
  uint64_t at = sizeof(Header);
  for (Kept &section : sections) {
    at = alignTo(at, std::max<uint64_t>(1, section.header.sh_addralign));
    section.header.sh_offset = at;
    if (section.header.sh_type != ELF::SHT_NOBITS)
      section.header.sh_size = section.bytes.size();
    at += section.bytes.size();
  }
  first.e_shoff = alignTo(at, 8);
  first.e_shnum = sections.size() + 1;
  first.e_shstrndx = sections.size();
  auto raw = [&](const auto &header) {
    out.write(reinterpret_cast<const char *>(&header), sizeof(header));
  };
  raw(first);
  at = sizeof(Header);
  for (const Kept &section : sections) {
    out.write_zeros(section.header.sh_offset - at);
    out << section.bytes;
    at = section.header.sh_offset + section.bytes.size();
  }
  out.write_zeros(first.e_shoff - at);
  raw(Section{});
  for (const Kept &section : sections)
    raw(section.header);
}

Error Joiner::write(raw_ostream &out) {
  if (sections.size() + 4 >= ELF::SHN_LORESERVE)
    return refuse("there are too many sections");
  renumber(orderSymbols());
  addTables();
  writeSections(out);
  return Error::success();
}

Error codegen::mergeObjects(ArrayRef<StringRef> objects, function_ref<bool(StringRef)> isLocal,
                            raw_ostream &out) {
  Joiner joiner(isLocal);
  for (StringRef object : objects)
    if (Error error = joiner.add(object))
      return error;
  return joiner.write(out);
}
