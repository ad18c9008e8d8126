#include "synthesis/nextpnr.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "files/read.h"
#include "synthesis/fit.h"
#include "tools/work_folder.h"

namespace fixgate {
namespace {

using nlohmann::json;

constexpr const char* kReport = "nextpnr.json";

std::vector<std::string> arguments_of(const PlacementSpec& spec) {
  std::vector<std::string> arguments{"--" + spec.device.name,
                                     "--package",
                                     spec.device.package,
                                     "--json",
                                     kNetlistJson,
                                     "--report",
                                     kReport,
                                     "--freq",
                                     fmt::format("{}", spec.frequency),
                                     "--seed",
                                     std::to_string(spec.seed),
                                     "--timing-allow-fail"};
  if (spec.target == SynthesisTarget::Ice40) arguments.emplace_back("--pcf-allow-unconstrained");
  if (spec.target == SynthesisTarget::Ecp5) arguments.emplace_back("--lpf-allow-unconstrained");
  return arguments;
}

Result<std::string> nextpnr_version(const std::string& program, const PlacementSpec& spec) {
  FIXGATE_ASSIGN(const ProgramResult result,
                 run_program_well(call_in(spec.folder, program, {"--version"}, spec.time_limit)));
  const std::string& text = result.output.empty() ? result.error : result.output;
  return text.substr(0, text.find('\n'));
}

}  // namespace

Result<std::optional<std::string>> placement_program(SynthesisTarget target) {
  if (target != SynthesisTarget::Ice40 && target != SynthesisTarget::Ecp5) return std::nullopt;
  const std::string name = "nextpnr-" + to_text(target);
  if (find_program(name)) return name;
  if (find_program("yowasp-" + name)) return "yowasp-" + name;
  if (target == SynthesisTarget::Ecp5)
    return fail("neither {0} nor yowasp-{0} is on the PATH: install yowasp-{0} with pip from PyPI", name);
  FIXGATE_CHECK(find_program(name));
  return std::nullopt;
}

Result<Placement> parse_placement(const std::string& text) {
  const json parsed = json::parse(text, nullptr, false);
  Placement placement;
  try {
    for (const auto& [name, resource] : parsed.at("utilization").items())
      placement.resources[name] = {resource.at("used"), resource.at("available")};
    placement.frequency = std::numeric_limits<double>::infinity();
    for (const auto& clock : parsed.at("fmax"))
      placement.frequency = std::min(placement.frequency, clock.at("achieved").get<double>());
  } catch (const json::exception& error) {
    return fail("not what nextpnr's --report writes: {}", error.what());
  }
  if (placement.frequency == std::numeric_limits<double>::infinity())
    return fail("nextpnr's report names no clock");
  return placement;
}

Result<Placement> place_design(const PlacementSpec& spec, const std::string& program) {
  const ProgramCall call = call_in(spec.folder, program, arguments_of(spec), spec.time_limit);
  FIXGATE_ASSIGN(const ProgramResult result, run_program(call));
  if (result.exit_code != 0) {
    const std::string reason =
        what_does_not_fit(parse_utilisation(result.error + result.output), spec.target, spec.device.name);
    return fail("{}", reason.empty() ? failure_message(call, result) : reason);
  }
  FIXGATE_ASSIGN(const std::string text, read_file(spec.folder / kReport));
  FIXGATE_ASSIGN(Placement placement, parse_placement(text));
  FIXGATE_ASSIGN(placement.version, nextpnr_version(program, spec));
  return placement;
}

}  // namespace fixgate
