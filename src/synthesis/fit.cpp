#include "synthesis/fit.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <regex>
#include <vector>

namespace fixgate {
namespace {

struct ResourceKind {
  std::string_view name;  // nextpnr's
  std::string_view words;
  std::string_view remedy;  // what to type; {} is how many there are
};

constexpr std::string_view kLessLogic = "write it with fewer multipliers: fixgate rtl --lanes N";
constexpr std::string_view kLessMemory = "quantise to fewer bits: fixgate quantize --weights N";
constexpr std::string_view kFewerProducts = "write it with fixgate rtl --dsp {}";

constexpr std::array<ResourceKind, 10> kKinds{{{"ICESTORM_LC", "logic cells", kLessLogic},
                                               {"ICESTORM_RAM", "RAM blocks", kLessMemory},
                                               {"ICESTORM_DSP", "DSP blocks", kFewerProducts},
                                               {"SB_IO", "pins", ""},
                                               {"TRELLIS_SLICE", "slices", kLessLogic},
                                               {"TRELLIS_COMB", "logic cells", kLessLogic},
                                               {"TRELLIS_FF", "flip-flops", kLessLogic},
                                               {"MULT18X18D", "DSP blocks", kFewerProducts},
                                               {"DP16KD", "RAM blocks", kLessMemory},
                                               {"TRELLIS_IO", "pins", ""}}};

ResourceKind kind_of(const std::string& name) {
  const auto* const found = std::ranges::find(kKinds, name, &ResourceKind::name);
  return found == kKinds.end() ? ResourceKind{name, name, ""} : *found;
}

std::vector<std::string> other_devices(SynthesisTarget target, const std::string& device) {
  std::vector<std::string> others;
  for (const Device& one : devices_of(target))
    if (one.name != device) others.push_back(one.name);
  return others;
}

}  // namespace

std::map<std::string, Resource> parse_utilisation(std::string_view log) {
  static const std::regex line(R"(Info:\s+([A-Za-z0-9_]+):\s*([0-9]{1,12})/\s*([0-9]{1,12})\s+[0-9]+%)");
  std::map<std::string, Resource> resources;
  const std::string text(log);
  for (std::sregex_iterator found(text.begin(), text.end(), line), end; found != end; ++found)
    resources[(*found)[1]] = {std::stoll((*found)[2]), std::stoll((*found)[3])};
  return resources;
}

std::string what_does_not_fit(const std::map<std::string, Resource>& resources, SynthesisTarget target,
                              const std::string& device) {
  std::vector<std::string> needs;
  std::vector<std::string> remedies{
      fmt::format("give another --device ({})", fmt::join(other_devices(target, device), ", "))};
  for (const auto& [name, resource] : resources) {
    if (resource.used <= resource.available) continue;
    const ResourceKind kind = kind_of(name);
    needs.push_back(fmt::format("{} of {} {}", resource.used, resource.available, kind.words));
    std::string remedy = fmt::format(fmt::runtime(kind.remedy), resource.available);
    if (!remedy.empty() && std::ranges::find(remedies, remedy) == remedies.end())
      remedies.push_back(std::move(remedy));
  }
  if (needs.empty()) return {};
  return fmt::format("the design does not fit the {} {}: it needs {}; {}", to_text(target), device,
                     fmt::join(needs, ", "), fmt::join(remedies, ", or "));
}

}  // namespace fixgate
