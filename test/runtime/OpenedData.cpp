// OpenedData.cpp - opening data sets for tests. See OpenedData.h.
#include "OpenedData.h"

#include <cstring>

Opened::Opened(const sinter_data &spec, const std::string &path, const char *first,
               const char *second, sinter_pool *pool, bool testsOnly) {
  diag d = diag_make(text, sizeof text);
  data_known known = {};
  known.path = "w.safetensors";
  known.tests_only = testsOnly;
  const char *texts[] = {first, second};
  for (uint32_t i = 0; i < VOCABULARIES; ++i)
    if (const sinter_field *field = vocabulary_field(&spec, i); field && texts[i])
      vocabulary_parse(&known.vocabularies[i], field, texts[i], known.path, &d);
  if (!vocabulary_field(&spec, 0)) {
    known.columns = first ? strdup(first) : nullptr;
    known.classes = second ? strdup(second) : nullptr;
  }
  code = dataset_open(&data, &spec, path.empty() ? nullptr : path.c_str(), &known, pool, &d);
}
