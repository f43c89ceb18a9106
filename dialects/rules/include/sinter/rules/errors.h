// The table of diagnostic codes, from Errors.def, for `sinter explain` and the tests.
#pragma once

#include <string_view>

namespace sinter::rules {

/// One stable code.
struct ErrorInfo {
  std::string_view code;          ///< "E0103"
  std::string_view title;         ///< a few words
  std::string_view documentation; ///< what it means and how to mend it
};

/// All codes in the order of Errors.def; `count` gets their number.
const ErrorInfo *allErrors(int &count);
/// The entry of `code`, or null.
const ErrorInfo *findError(std::string_view code);

} // namespace sinter::rules
