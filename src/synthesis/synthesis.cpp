#include "synthesis/synthesis.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "files/read.h"
#include "files/write.h"
#include "hardware/accelerator_files.h"
#include "hardware/checked_design.h"
#include "tools/work_folder.h"

namespace fixgate {
namespace {

/// One kind of cell: types that begin with `prefix`, and what each adds.
struct CellRule {
  std::string_view prefix;
  std::int64_t AreaCounts::*count;
  std::int64_t amount = 1;
};

// The first rule that fits counts. Amounts above one: a CCU2C holds two LUTs, a RAMB36 two 18-Kbit blocks.
const std::vector<CellRule>& rules_of(SynthesisTarget target) {
  static const std::map<SynthesisTarget, std::vector<CellRule>> rules{
      {SynthesisTarget::Ice40,
       {{"SB_LUT4", &AreaCounts::luts},
        {"SB_DFF", &AreaCounts::flip_flops},
        {"SB_MAC16", &AreaCounts::dsp_blocks},
        {"SB_RAM40", &AreaCounts::ram_blocks},
        {"SB_CARRY", &AreaCounts::carries}}},
      {SynthesisTarget::Ecp5,
       {{"LUT", &AreaCounts::luts},
        {"CCU2C", &AreaCounts::luts, 2},
        {"TRELLIS_FF", &AreaCounts::flip_flops},
        {"TRELLIS_DPR16X4", &AreaCounts::lut_rams},
        {"MULT", &AreaCounts::dsp_blocks},
        {"DP16KD", &AreaCounts::ram_blocks},
        {"PDPW16KD", &AreaCounts::ram_blocks}}},
      {SynthesisTarget::Xilinx7,
       {{"LUT", &AreaCounts::luts},
        {"INV", &AreaCounts::luts},
        {"FD", &AreaCounts::flip_flops},
        {"DSP48E1", &AreaCounts::dsp_blocks},
        {"RAMB18E1", &AreaCounts::ram_blocks},
        {"RAMB36E1", &AreaCounts::ram_blocks, 2},
        {"RAM", &AreaCounts::lut_rams},
        {"SRL", &AreaCounts::lut_rams},
        {"CARRY4", &AreaCounts::carries}}},
      {SynthesisTarget::Generic,
       {{"$_DFF", &AreaCounts::flip_flops},
        {"$_SDFF", &AreaCounts::flip_flops},
        {"$_ALDFF", &AreaCounts::flip_flops},
        {"$_", &AreaCounts::gates}}}};
  return rules.at(target);
}

std::filesystem::path result_folder(const std::filesystem::path& folder, const SynthesisReport& report) {
  return folder / "synth" /
         (to_text(report.target) + (report.device.name.empty() ? "" : "-" + report.device.name));
}

struct Figure {
  const char* key;
  const char* words;
  std::int64_t AreaCounts::*count;
};

std::vector<Figure> figures_of(SynthesisTarget target) {
  if (target == SynthesisTarget::Generic)
    return {{"gates", "gates", &AreaCounts::gates},
            {"flip_flops", "flip-flops", &AreaCounts::flip_flops},
            {"memory_bits", "memory bits", &AreaCounts::memory_bits}};
  const bool is_ice40 = target == SynthesisTarget::Ice40;
  std::vector<Figure> figures{
      {"luts", is_ice40 || target == SynthesisTarget::Ecp5 ? "LUTs (4 inputs)" : "LUTs (up to 6 inputs)",
       &AreaCounts::luts},
      {"flip_flops", "flip-flops", &AreaCounts::flip_flops},
      {"dsp_blocks", "DSP blocks", &AreaCounts::dsp_blocks},
      {"ram_blocks", is_ice40 ? "RAM blocks (4 Kbit)" : "RAM blocks (18 Kbit)", &AreaCounts::ram_blocks}};
  if (!is_ice40) figures.push_back({"lut_rams", "LUT memories", &AreaCounts::lut_rams});
  if (target != SynthesisTarget::Ecp5) figures.push_back({"carries", "carry cells", &AreaCounts::carries});
  return figures;
}

nlohmann::ordered_json placement_json(const SynthesisReport& report) {
  nlohmann::ordered_json json{
      {"tool", report.placement->version},     {"device", report.device.name},
      {"package", report.device.package},      {"seed", report.seed},
      {"wanted_mhz", report.wanted_frequency}, {"max_mhz", report.placement->frequency}};
  for (const auto& [name, resource] : report.placement->resources)
    json["resources"][name] = {{"used", resource.used}, {"available", resource.available}};
  return json;
}

constexpr const char* kReport = "report.json";
constexpr std::array<const char*, 3> kKept{kNetlistJson, kNetlistVerilog, kYosysLog};

// A folder from elsewhere may hold links: nothing outside it is to be written.
Result<void> check_no_link(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return {};
  return fail("{}: is a link, which may lead out of the accelerator's folder: remove it", path.string());
}

// Before the work, which may take hours.
Result<void> check_results(const std::filesystem::path& folder, const std::filesystem::path& results) {
  if (::access(folder.c_str(), W_OK) != 0)
    return fail("{}: cannot be written: {}", folder.string(), std::strerror(errno));
  FIXGATE_CHECK(check_no_link(folder / "synth"));
  FIXGATE_CHECK(check_no_link(results));
  for (const char* name : kKept) FIXGATE_CHECK(check_no_link(results / name));
  return check_no_link(results / kReport);
}

Result<void> keep_results(const SynthesisReport& report, const std::filesystem::path& work,
                          const std::filesystem::path& results) {
  std::error_code error;
  std::filesystem::create_directories(results, error);
  if (error) return fail("{}: cannot be made: {}", results.string(), error.message());
  for (const char* name : kKept) {
    FIXGATE_ASSIGN(const std::string bytes, read_file(work / name));
    FIXGATE_CHECK(write_file(results / name, bytes));
  }
  return write_file(results / kReport, to_json(report));
}

}  // namespace

AreaCounts count_area(SynthesisTarget target, const CellCounts& cells) {
  AreaCounts area;
  area.memory_bits = cells.memory_bits;
  for (const auto& [type, count] : cells.by_type)
    for (const CellRule& rule : rules_of(target))
      if (type.starts_with(rule.prefix)) {
        area.*rule.count += rule.amount * count;
        break;
      }
  return area;
}

Result<SynthesisReport> synthesise(const Accelerator& accelerator, const std::filesystem::path& folder,
                                   const SynthesisOptions& options) {
  SynthesisReport report;
  report.top = accelerator.name;
  report.target = options.target;
  report.wanted_frequency = options.frequency;
  report.seed = options.seed;
  FIXGATE_ASSIGN(report.device, find_device(options.target, options.device));
  FIXGATE_ASSIGN(const auto placer, placement_program(options.target));
  FIXGATE_CHECK(check_results(folder, result_folder(folder, report)));
  FIXGATE_ASSIGN(const Design design, options.as_it_is ? design_as_it_is(accelerator, folder)
                                                       : generated_design(accelerator, folder));
  FIXGATE_ASSIGN(const OwnFolder work, make_work_folder());
  if (auto written = write_files(work.path(), design.files); !written)
    return tl::make_unexpected(written.error().within(kWorkFolder));
  FIXGATE_ASSIGN(report.mapping,
                 map_design({options.target, report.device.has_multipliers, accelerator.name, work.path(),
                             source_paths(design.files, accelerator.name), options.time_limit}));
  report.area = count_area(options.target, report.mapping.cells);
  if (placer) {
    const PlacementSpec spec{options.target,    report.device, work.path(),
                             options.frequency, options.seed,  options.time_limit};
    FIXGATE_ASSIGN(report.placement, place_design(spec, *placer));
  }
  FIXGATE_CHECK(keep_results(report, work.path(), result_folder(folder, report)));
  return report;
}

std::filesystem::path report_path(const SynthesisReport& report, const std::filesystem::path& folder) {
  return result_folder(folder, report) / kReport;
}

std::string to_json(const SynthesisReport& report) {
  nlohmann::ordered_json json{{"version", 1},
                              {"top", report.top},
                              {"target", to_text(report.target)},
                              {"tool", report.mapping.version}};
  for (const Figure& figure : figures_of(report.target)) json[figure.key] = report.area.*figure.count;
  for (const auto& [type, count] : report.mapping.cells.by_type) json["cells"][type] = count;
  if (report.placement) json["placement"] = placement_json(report);
  return json.dump(1) + "\n";
}

std::string to_table(const SynthesisReport& report) {
  std::string text = fmt::format("{:<22} {}\n", "design", report.top);
  text += fmt::format("{:<22} {}{}\n", "target", to_text(report.target),
                      report.device.name.empty() ? "" : " " + report.device.name);
  text += fmt::format("{:<22} {}\n", "synthesis", report.mapping.version);
  for (const Figure& figure : figures_of(report.target))
    text += fmt::format("{:<22} {:>10}\n", figure.words, report.area.*figure.count);
  if (!report.placement) return text;
  text += fmt::format("{:<22} {}, seed {}\n", "placement", report.placement->version, report.seed);
  for (const auto& [name, resource] : report.placement->resources)
    if (resource.used > 0)
      text += fmt::format("{:<22} {:>10} of {}\n", "  " + name, resource.used, resource.available);
  text += fmt::format("{:<22} {:>10.2f} MHz ({} wanted)\n", "maximum frequency", report.placement->frequency,
                      report.wanted_frequency);
  return text;
}

}  // namespace fixgate
