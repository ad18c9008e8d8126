// An accelerator's folder built with Verilator or Icarus, and run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hardware/accelerator.h"
#include "tools/program.h"

namespace fixgate {

enum class SimulatorKind { Verilator, Icarus };
enum class Stalls { None, Light, Heavy, Bursts, Mixed };  // the numbers of the testbench's +stalls

Result<SimulatorKind> parse_simulator(const std::string& name);
Result<Stalls> parse_stalls(const std::string& name);
std::string to_text(Stalls stalls);

/// What is built.
struct SimulationSpec {
  SimulatorKind simulator = SimulatorKind::Verilator;
  std::string top;                             // the accelerator's module; the testbench is <top>_tb
  std::filesystem::path folder;                // the accelerator's; memories are read from there
  std::vector<std::filesystem::path> sources;  // of the design and the testbench, packages first
  std::filesystem::path build;                 // folder for the result, made when missing
  bool netlist = false;                        // no hidden values
  bool waveform = false;
};

/// One run of it.
struct SimulationRun {
  std::filesystem::path beats;
  std::int64_t outputs = 0;
  std::int64_t patience = 0;        // cycles without an event
  std::int64_t longest_burst = 64;  // of stalls, in cycles; a power of two
  Stalls stalls = Stalls::None;
  std::uint32_t seed = 1;          // not 0
  std::filesystem::path waveform;  // empty: none
};

class Simulation {
 public:
  /// Compiles, unless `spec.build` holds the result of the same sources, arguments and simulator. Errors: the
  /// simulator is missing or refuses the sources, with its message; a source that cannot be read.
  static Result<Simulation> build(SimulationSpec spec);

  /// Hands every line of the testbench to `listener`. Error: the program failed, with its message.
  Result<void> run(const SimulationRun& run, const LineListener& listener) const;

  /// As the simulator states it: "Verilator 5.006 2023-01-22 rev (Debian 5.006-3)".
  [[nodiscard]] const std::string& version() const { return version_; }

 private:
  Simulation(SimulationSpec spec, std::string version)
      : spec_(std::move(spec)), version_(std::move(version)) {}

  [[nodiscard]] ProgramCall compile_call() const;
  [[nodiscard]] std::filesystem::path product() const;
  Result<std::string> fingerprint() const;
  Result<void> compile() const;

  SimulationSpec spec_;
  std::string version_;
};

}  // namespace fixgate
