// nextpnr: a mapped design placed and routed on a device.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "synthesis/target.h"

namespace fixgate {

struct PlacementSpec {
  SynthesisTarget target = SynthesisTarget::Ice40;
  Device device;
  std::filesystem::path json;  // from Yosys
  std::filesystem::path work;  // folder for what nextpnr writes, there already
  double frequency = 25;       // MHz that it aims at
  int seed = 1;
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

/// Errors: nextpnr refuses the design (it does not fit, it has too many pins), with its message.
Result<Placement> place_design(const PlacementSpec& spec, const std::string& program);

/// nextpnr's --report. Error: not of that form, or without a clock.
Result<Placement> parse_placement(const std::string& json);

}  // namespace fixgate
