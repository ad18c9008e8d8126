// Which simulator runs a fixed-point network.
#pragma once

namespace fixgate {

/// Both give the same integers; the reference is there to check with.
enum class Simulator { Fast, Reference };

}  // namespace fixgate
