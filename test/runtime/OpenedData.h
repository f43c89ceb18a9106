// OpenedData.h - a data set that a test has opened, and the fields of its examples.
#pragma once

#include "TestTools.h" // before C headers, which define atomics as macros

extern "C" {
#include "data.h"
}

#include <string>
#include <type_traits>
#include <vector>

/// Opens a data set for as long as it lives; `text` has what was said of it.
struct Opened {
  /// `path` empty: the built-in data. What weights would keep of the data: vocabularies, or the
  /// columns of a table and the names of classes.
  Opened(const sinter_data &spec, const std::string &path, const char *first = nullptr,
         const char *second = nullptr, sinter_pool *pool = nullptr, bool testsOnly = false);
  /// Of a specification with its `data`.
  template <class Spec>
    requires requires(const Spec &spec) { spec.data; }
  Opened(const Spec &spec, const std::string &path, const char *first = nullptr,
         const char *second = nullptr)
      : Opened(spec.data, path, first, second) {}
  /// Where no training examples are asked for.
  template <class Spec> static Opened ofTests(const Spec &spec, const std::string &path) {
    return Opened(spec.data, path, nullptr, nullptr, nullptr, true);
  }
  ~Opened() { dataset_free(&data); }
  Opened(const Opened &) = delete;

  /// A field of an example, as the type that an entry would take it in.
  template <class T = int32_t>
  std::vector<T> get(const split &from, uint32_t field, uint64_t example) {
    constexpr uint32_t dtype = std::is_same_v<T, float>     ? SINTER_F32
                               : std::is_same_v<T, double>  ? SINTER_F64
                               : std::is_same_v<T, int64_t> ? SINTER_I64
                                                            : SINTER_I32;
    std::vector<T> numbers(field_elements(&data.spec->fields[field]));
    diag d = diag_make(text, sizeof text);
    code = data.reader->fill(&data, &from, field, split_place(&from, example), dtype,
                             numbers.data(), 0, &d);
    return numbers;
  }
  /// Its only element.
  template <class T = int32_t> T one(const split &from, uint32_t field, uint64_t example) {
    return get<T>(from, field, example)[0];
  }
  const char *list(int i) const { return data.vocabularies[i].list; }

  dataset data = {};
  char text[4096] = "";
  int code;
};
