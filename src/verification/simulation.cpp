#include "verification/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "files/fingerprint.h"
#include "files/read.h"
#include "files/write.h"

namespace fixgate {
namespace {

constexpr std::array<const char*, 5> kStallNames{"none", "light", "heavy", "bursts", "mixed"};

/// The first line of what the program says about its version.
Result<std::string> version_of(SimulatorKind simulator) {
  const bool is_verilator = simulator == SimulatorKind::Verilator;
  const ProgramCall call{
      is_verilator ? "verilator" : "iverilog", {is_verilator ? "--version" : "-V"}, {}, {}};
  FIXGATE_ASSIGN(const ProgramResult result, run_program_well(call));
  return result.output.substr(0, result.output.find('\n'));
}

/// Both simulators go on without a memory file that is missing or too short, and say so.
Result<void> check_memories(const ProgramResult& result) {
  for (const std::string* text : {&result.error, &result.output}) {
    const std::size_t at = text->find("$readmem");
    if (at == std::string::npos) continue;
    const std::size_t begin = text->rfind('\n', at) + 1;  // npos + 1 is 0
    return fail("the accelerator's folder is damaged: {}", text->substr(begin, text->find('\n', at) - begin));
  }
  return {};
}

bool has_compiler_cache() {
  return find_program("ccache").has_value();
}

}  // namespace

Result<SimulatorKind> parse_simulator(const std::string& name) {
  if (name == "verilator") return SimulatorKind::Verilator;
  if (name == "icarus") return SimulatorKind::Icarus;
  return fail("--simulator {}: expected verilator or icarus", name);
}

Result<Stalls> parse_stalls(const std::string& name) {
  const auto* const found = std::ranges::find(kStallNames, name);
  if (found != kStallNames.end()) return static_cast<Stalls>(found - kStallNames.begin());
  return fail("--stalls {}: expected none, light, heavy, bursts or mixed", name);
}

std::string to_text(Stalls stalls) {
  return kStallNames.at(static_cast<std::size_t>(stalls));
}

Result<Simulation> Simulation::build(SimulationSpec spec) {
  FIXGATE_ASSIGN(std::string version, version_of(spec.simulator));
  std::error_code error;
  std::filesystem::create_directories(spec.build, error);
  if (error) return fail("{}: cannot be made: {}", spec.build.string(), error.message());
  spec.build = std::filesystem::absolute(spec.build);
  for (std::filesystem::path& source : spec.sources) source = std::filesystem::absolute(source);
  Simulation simulation(std::move(spec), std::move(version));
  FIXGATE_CHECK(simulation.compile());
  return simulation;
}

std::filesystem::path Simulation::product() const {
  return spec_.build / (spec_.simulator == SimulatorKind::Verilator ? "simulation" : "simulation.vvp");
}

ProgramCall Simulation::compile_call() const {
  ProgramCall call;
  call.folder = spec_.folder;
  if (spec_.simulator == SimulatorKind::Verilator) {
    call.program = "verilator";
    call.arguments = {"--binary",   "--timing",   "-O3",          "-Wno-lint",
                      "-Wno-style", "-Wno-fatal", "--Mdir",       spec_.build.string(),
                      "-o",         "simulation", "--top-module", spec_.top + "_tb"};
    if (spec_.waveform) call.arguments.insert(call.arguments.end(), {"--trace", "+define+FG_WAVEFORM"});
    if (spec_.netlist)  // Verilator refuses the default values of ports in Yosys's models of iCE40 cells.
      call.arguments.insert(call.arguments.end(),
                            {"+define+FG_NETLIST", "+define+NO_ICE40_DEFAULT_ASSIGNMENTS"});
    if (has_compiler_cache()) call.environment = {"OBJCACHE=ccache"};
  } else {
    call.program = "iverilog";
    call.arguments = {"-g2012", "-o", product().string(), "-s", spec_.top + "_tb"};
    if (spec_.waveform) call.arguments.emplace_back("-DFG_WAVEFORM");
    if (spec_.netlist) call.arguments.emplace_back("-DFG_NETLIST");
  }
  for (const std::filesystem::path& source : spec_.sources) call.arguments.push_back(source.string());
  return call;
}

Result<std::string> Simulation::fingerprint() const {
  std::vector<std::string> parts = compile_call().arguments;
  parts.push_back(version_);
  for (const std::filesystem::path& source : spec_.sources) {
    FIXGATE_ASSIGN(std::string text, read_file(source));
    parts.push_back(std::move(text));
  }
  return fingerprint_of(parts);
}

Result<void> Simulation::compile() const {
  const std::filesystem::path stamp = spec_.build / "built_from.txt";
  FIXGATE_ASSIGN(const std::string wanted, fingerprint());
  const auto built = read_file(stamp);
  if (built && *built == wanted && std::filesystem::exists(product())) return {};
  std::error_code ignored;
  std::filesystem::remove(stamp, ignored);
  FIXGATE_CHECK(run_program_well(compile_call()));
  return write_file(stamp, wanted);
}

Result<void> Simulation::run(const SimulationRun& run, const LineListener& listener) const {
  ProgramCall call;
  call.folder = spec_.folder;
  call.program = spec_.simulator == SimulatorKind::Verilator ? product().string() : "vvp";
  if (spec_.simulator == SimulatorKind::Icarus) call.arguments = {"-n", product().string()};
  call.arguments.push_back("+beats=" + std::filesystem::absolute(run.beats).string());
  call.arguments.push_back(fmt::format("+outputs={}", run.outputs));
  call.arguments.push_back(fmt::format("+patience={}", run.patience));
  call.arguments.push_back(fmt::format("+stalls={}", static_cast<int>(run.stalls)));
  call.arguments.push_back(fmt::format("+burst={}", run.longest_burst));
  call.arguments.push_back(fmt::format("+seed={}", run.seed));
  if (!run.waveform.empty())
    call.arguments.push_back("+waveform=" + std::filesystem::absolute(run.waveform).string());
  FIXGATE_ASSIGN(const ProgramResult result, run_program_well(call, listener));
  return check_memories(result);
}

}  // namespace fixgate
