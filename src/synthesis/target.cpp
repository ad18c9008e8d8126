#include "synthesis/target.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

namespace fixgate {
namespace {

constexpr std::array<const char*, 4> kNames{"ice40", "ecp5", "xilinx7", "generic"};

}  // namespace

std::string to_text(SynthesisTarget target) {
  return kNames.at(static_cast<std::size_t>(target));
}

Result<SynthesisTarget> parse_target(const std::string& name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found != kNames.end()) return static_cast<SynthesisTarget>(found - kNames.begin());
  return fail("'{}' is no target; there are {}", name, fmt::join(kNames, ", "));
}

const std::vector<Device>& devices_of(SynthesisTarget target) {
  static const std::map<SynthesisTarget, std::vector<Device>> devices{
      {SynthesisTarget::Ice40,
       {{"hx8k", "ct256", false},
        {"up5k", "sg48", true},
        {"hx1k", "tq144", false},
        {"lp8k", "cm225", false}}},
      {SynthesisTarget::Ecp5,
       {{"25k", "CABGA381", true}, {"45k", "CABGA381", true}, {"85k", "CABGA381", true}}},
      {SynthesisTarget::Xilinx7, {}},
      {SynthesisTarget::Generic, {}}};
  return devices.at(target);
}

Result<Device> find_device(SynthesisTarget target, const std::string& name) {
  const std::vector<Device>& devices = devices_of(target);
  if (devices.empty() && !name.empty())
    return fail("--device {}: the target {} is mapped without a device; leave the option out", name,
                to_text(target));
  if (name.empty()) return devices.empty() ? Device{"", "", true} : devices.front();
  const auto found = std::ranges::find(devices, name, &Device::name);
  if (found != devices.end()) return *found;
  std::vector<std::string> names;
  for (const Device& device : devices) names.push_back(device.name);
  return fail("--device {}: the target {} has {}", name, to_text(target), fmt::join(names, ", "));
}

}  // namespace fixgate
