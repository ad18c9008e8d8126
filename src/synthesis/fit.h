// Whether a design fits its device, from what nextpnr says.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "synthesis/nextpnr.h"

namespace fixgate {

/// What nextpnr's log says of the device's use, by nextpnr's names: "Info: ICESTORM_LC: 6012/ 5280 113%".
/// Empty: nothing.
std::map<std::string, Resource> parse_utilisation(std::string_view log);

/// Each resource of which there is too little, and what to type; empty: there is enough of all.
std::string what_does_not_fit(const std::map<std::string, Resource>& resources, SynthesisTarget target,
                              const std::string& device);

}  // namespace fixgate
