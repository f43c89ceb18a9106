// The table of diagnostic codes. Reading on: include/sinter/rules/Errors.def.
#include "sinter/rules/errors.h"

namespace sinter::rules {

static constexpr ErrorInfo kErrors[] = {
#define SINTER_ERROR(code, title, documentation) {#code, title, documentation},
#include "sinter/rules/Errors.def"
#undef SINTER_ERROR
};

const ErrorInfo *allErrors(int &count) {
  count = static_cast<int>(sizeof(kErrors) / sizeof(kErrors[0]));
  return kErrors;
}

const ErrorInfo *findError(std::string_view code) {
  for (const ErrorInfo &info : kErrors)
    if (info.code == code)
      return &info;
  return nullptr;
}

} // namespace sinter::rules
