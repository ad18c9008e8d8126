// nextpnr: a mapped design placed and routed on a device.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "synthesis/target.h"
#include "synthesis/yosys.h"

namespace fixgate {

struct PlacementSpec {
  SynthesisTarget target = SynthesisTarget::Ice40;
  Device device;
  std::filesystem::path folder;  // nextpnr's own; holds Yosys's netlist
  double frequency = 25;         // MHz that it aims at
  int seed = 1;
  double time_limit = kLongestSynthesis;  // seconds
};

struct Resource {
  std::int64_t used = 0;
  std::int64_t available = 0;
};

struct Placement {
  std::map<std::string, Resource> resources;  // by nextpnr's name: "ICESTORM_LC"
  double frequency = 0;                       // MHz that the slowest clock reaches
  std::string version;
};

/// The program that places for a target: Debian's or PyPI's; none: the target is only mapped. Error: neither
/// is on the PATH.
Result<std::optional<std::string>> placement_program(SynthesisTarget target);

/// Errors: the design does not fit the device: says what it needs of what, and what to do; nextpnr refuses it
/// otherwise, with its message, or takes too long.
Result<Placement> place_design(const PlacementSpec& spec, const std::string& program);

/// nextpnr's --report. Error: not of that form, or without a clock.
Result<Placement> parse_placement(const std::string& json);

}  // namespace fixgate
