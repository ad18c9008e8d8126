// The layers of a FixedNetwork as equations.
#pragma once

#include <string>

#include "fixed/fixed_network.h"

namespace fixgate {

/// One block a layer, in the order of the data flow, with the names of docs/numerics.md, section 7. The
/// network is verified.
std::string layers_text(const FixedNetwork& network);

}  // namespace fixgate
