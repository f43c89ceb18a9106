// What layers share: their parameters and the product over rows. Reading on: Nn.cpp, Matmul.cpp.
#pragma once

#include "frontend/src/Call.h"

namespace sinter::detail {

/// The parameter `suffix` of a layer, whose use the layer notes as a whole.
Tensor layerParameter(const Name &layer, const std::string &suffix, const Type &type,
                      const Init &init, const Loc &loc);
/// `init`, or uniform in ±bound where the user left it out.
Init orUniform(const Init &init, double bound);
/// x · weightᵀ + bias over the last axis: one product over all rows, so the leading axes are joined
/// and put back. A layer without a bias leaves it empty.
Tensor applyToRows(Call &call, const Tensor &x, const Tensor &weight,
                   const std::optional<Tensor> &bias);

} // namespace sinter::detail
