#include "verification/simulation.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "files/write.h"
#include "tools/work_folder.h"

namespace fixgate {
namespace {

constexpr double kQuickProgram = 60;  // seconds for a program that only states its version
constexpr const char* kProgram = "simulation";
constexpr const char* kBeats = "beats.txt";
// Neither simulator knows default values of ports, which Yosys's models of iCE40 cells have.
constexpr const char* kNoDefaults = "NO_ICE40_DEFAULT_ASSIGNMENTS";
constexpr const char* kWaveformPipe = "waveform.vcd";
constexpr std::array<const char*, 5> kStallNames{"none", "light", "heavy", "bursts", "mixed"};

/// The first line of what the program says about its version.
Result<std::string> version_of(const SimulationSpec& spec) {
  const bool is_verilator = spec.simulator == SimulatorKind::Verilator;
  FIXGATE_ASSIGN(const ProgramResult result,
                 run_program_well(call_in(spec.folder, is_verilator ? "verilator" : "iverilog",
                                          {is_verilator ? "--version" : "-V"}, kQuickProgram)));
  return result.output.substr(0, result.output.find('\n'));
}

/// Verilator writes C++ and has it compiled; what is missing then shows late and at length.
Result<void> check_programs(SimulatorKind simulator) {
  const bool is_verilator = simulator == SimulatorKind::Verilator;
  for (const char* program : {"verilator", "g++", "make"})
    if (is_verilator) FIXGATE_CHECK(find_program(program));
  for (const char* program : {"iverilog", "vvp"})
    if (!is_verilator) FIXGATE_CHECK(find_program(program));
  return {};
}

/// Both simulators go on without a memory file that is missing or too short, and say so.
Result<void> check_memories(const ProgramResult& result) {
  for (const std::string* text : {&result.error, &result.output}) {
    const std::size_t at = text->find("$readmem");
    if (at == std::string::npos) continue;
    const std::size_t begin = text->rfind('\n', at) + 1;  // npos + 1 is 0
    return fail("the accelerator's memories are damaged: {}",
                text->substr(begin, text->find('\n', at) - begin));
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
  FIXGATE_CHECK(check_programs(spec.simulator));
  FIXGATE_ASSIGN(std::string version, version_of(spec));
  Simulation simulation(std::move(spec), std::move(version));
  const bool is_verilator = simulation.spec_.simulator == SimulatorKind::Verilator;
  FIXGATE_CHECK(run_program_well(is_verilator ? simulation.verilator_call() : simulation.icarus_call()));
  return simulation;
}

ProgramCall Simulation::verilator_call() const {
  ProgramCall call = call_in(spec_.folder, "verilator",
                             {"--binary", "--timing", "-O3", "-Wno-lint", "-Wno-style", "-Wno-fatal"},
                             spec_.compile_time_limit);
  std::vector<std::string>& arguments = call.arguments;
  // Verilator's makefile refuses a folder with a space in its path, which it asks for by CURDIR, but never
  // uses it.
  arguments.insert(arguments.end(), {"-MAKEFLAGS", "CURDIR=."});
  arguments.insert(arguments.end(), {"--Mdir", "obj", "-o", kProgram, "--top-module", spec_.top + "_tb"});
  if (spec_.waveform) arguments.insert(arguments.end(), {"--trace", "+define+FG_WAVEFORM"});
  if (spec_.netlist) {  // -fno-gate: Verilator 5.006 computes some netlists wrongly with that optimisation
    arguments.insert(arguments.end(), {"+define+FG_NETLIST", "-fno-gate"});
    arguments.push_back(fmt::format("+define+{}", kNoDefaults));
  }
  arguments.insert(arguments.end(), spec_.sources.begin(), spec_.sources.end());
  if (has_compiler_cache()) call.environment.emplace_back("OBJCACHE=ccache");
  return call;
}

ProgramCall Simulation::icarus_call() const {
  ProgramCall call = call_in(spec_.folder, "iverilog", {"-g2012", "-o", kProgram, "-s", spec_.top + "_tb"},
                             spec_.compile_time_limit);
  if (spec_.waveform) call.arguments.emplace_back("-DFG_WAVEFORM");
  if (spec_.netlist)
    call.arguments.insert(call.arguments.end(), {"-DFG_NETLIST", fmt::format("-D{}", kNoDefaults)});
  call.arguments.insert(call.arguments.end(), spec_.sources.begin(), spec_.sources.end());
  return call;
}

ProgramCall Simulation::run_call(const SimulationRun& run) const {
  const bool is_verilator = spec_.simulator == SimulatorKind::Verilator;
  ProgramCall call =
      call_in(spec_.folder, is_verilator ? fmt::format("obj/{}", kProgram) : "vvp", {}, run.time_limit);
  if (!is_verilator) call.arguments = {"-n", kProgram};
  call.arguments.push_back(fmt::format("+beats={}", kBeats));
  call.arguments.push_back(fmt::format("+outputs={}", run.outputs));
  call.arguments.push_back(fmt::format("+patience={}", run.patience));
  call.arguments.push_back(fmt::format("+stalls={}", static_cast<int>(run.stalls)));
  call.arguments.push_back(fmt::format("+burst={}", run.longest_burst));
  call.arguments.push_back(fmt::format("+seed={}", run.seed));
  return call;
}

// The waveform comes through a pipe, because the simulators do not notice, or wait for ever, when a file
// cannot be written.
Result<void> Simulation::run(const SimulationRun& run, const LineListener& listener) const {
  FIXGATE_CHECK(write_file(spec_.folder / kBeats, run.beats));
  ProgramCall call = run_call(run);
  ProgramListeners listeners{listener, {}, run.waveform};
  if (run.waveform) {
    listeners.pipe = spec_.folder / kWaveformPipe;
    if (::mkfifo(listeners.pipe.c_str(), S_IRUSR | S_IWUSR) != 0)
      return fail("{}: cannot be made: {}", listeners.pipe.string(), std::strerror(errno));
    call.arguments.push_back(fmt::format("+waveform={}", kWaveformPipe));
  }
  FIXGATE_ASSIGN(const ProgramResult result, run_program_well(call, listeners));
  return check_memories(result);
}

}  // namespace fixgate
