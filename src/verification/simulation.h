// A design built with Verilator or Icarus, and run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/accelerator.h"
#include "tools/program.h"

namespace fixgate {

enum class SimulatorKind { Verilator, Icarus };
enum class Stalls { None, Light, Heavy, Bursts, Mixed };  // the numbers of the testbench's +stalls

Result<SimulatorKind> parse_simulator(const std::string& name);
Result<Stalls> parse_stalls(const std::string& name);
std::string to_text(Stalls stalls);

/// What is built, and where: all files lie below `folder`, which is the simulator's own, and are named from
/// there.
struct SimulationSpec {
  SimulatorKind simulator = SimulatorKind::Verilator;
  std::string top;                   // the accelerator's module; the testbench is <top>_tb
  std::filesystem::path folder;      // of OwnFolder's kind; memories are read from there
  std::vector<std::string> sources;  // of the design and the testbench, packages first
  bool netlist = false;              // no hidden values
  bool waveform = false;
  double compile_time_limit = 0;  // seconds; 0: none
};

/// Takes the bytes of a value change dump.
using WaveformSink = std::function<Result<void>(std::string_view)>;

/// One run of it.
struct SimulationRun {
  std::string beats;  // as the testbench reads them
  std::int64_t outputs = 0;
  std::int64_t patience = 0;        // cycles without an event
  std::int64_t longest_burst = 64;  // of stalls, in cycles; a power of two
  Stalls stalls = Stalls::None;
  std::uint32_t seed = 1;  // not 0
  double time_limit = 0;   // seconds; 0: none
  WaveformSink waveform;   // empty: none; else the design is built for one
};

class Simulation {
 public:
  /// Compiles. Errors: the simulator or its compiler is missing, or refuses the sources, with its message.
  static Result<Simulation> build(SimulationSpec spec);

  /// Hands every line of the testbench to `listener`. Errors: the program failed, with its message, or took
  /// too long; that of the waveform's sink.
  Result<void> run(const SimulationRun& run, const LineListener& listener) const;

  /// As the simulator states it: "Verilator 5.006 2023-01-22 rev (Debian 5.006-3)".
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] const SimulationSpec& spec() const { return spec_; }

 private:
  Simulation(SimulationSpec spec, std::string version)
      : spec_(std::move(spec)), version_(std::move(version)) {}

  [[nodiscard]] ProgramCall verilator_call() const;
  [[nodiscard]] ProgramCall icarus_call() const;
  [[nodiscard]] ProgramCall run_call(const SimulationRun& run) const;

  SimulationSpec spec_;
  std::string version_;
};

}  // namespace fixgate
