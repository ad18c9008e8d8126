// What a design is synthesised for.
#pragma once

#include <string>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

enum class SynthesisTarget { Ice40, Ecp5, Xilinx7, Generic };

std::string to_text(SynthesisTarget target);  // "ice40"
/// Error: none of the targets.
Result<SynthesisTarget> parse_target(const std::string& name);

/// A chip that nextpnr can place and route.
struct Device {
  std::string name;     // nextpnr's option without its dashes: "up5k"
  std::string package;  // "sg48"
  bool has_multipliers = false;
};

/// The first is the default; none: the target is only mapped, not placed.
const std::vector<Device>& devices_of(SynthesisTarget target);
/// An empty name: the default. Error: the target has no such device; lists them.
Result<Device> find_device(SynthesisTarget target, const std::string& name);

}  // namespace fixgate
