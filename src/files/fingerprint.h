// A short number that changes when any of several texts does.
#pragma once

#include <string>
#include <vector>

namespace fixgate {

/// FNV-1a of the parts, 16 hexadecimal digits: enough to notice that an input changed; no protection against
/// malice is claimed.
std::string fingerprint_of(const std::vector<std::string>& parts);

}  // namespace fixgate
