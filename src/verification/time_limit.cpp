#include "verification/time_limit.h"

namespace fixgate {
namespace {

constexpr double kLeast = 120;            // seconds
constexpr double kCyclesUnderStalls = 3;  // bursts let half of the cycles pass; and for each beat
constexpr double kCyclesOfABeat = 20;     // at both ends, of which heavy stalls let an eighth pass

// Measured on one machine, examples of 8, 26 and 32 multipliers, both runs together: Icarus took 0.27, 0.63
// and 0.67 ms a predicted cycle, Verilator 1.5, 1.8 and 1.7 us. The limits are 12 to 17 times that, and 300
// to 520 times: what Verilator makes depends more on the machine, its compiler and its caches. Those for
// waveforms and netlists are estimates.
constexpr double kVerilatorSeconds = 1e-4;  // a cycle of a design without multipliers, and as much again
constexpr double kIcarusSeconds = 1e-3;
constexpr double kMultipliersOfAUnit = 16;  // for each so many
constexpr double kWaveformFactor = 4;
constexpr double kNetlistFactor = 20;

double stalled_cycles(const std::vector<ExpectedSequence>& sequences, std::int64_t predicted) {
  double beats = static_cast<double>(count_outputs(sequences));
  for (const ExpectedSequence& sequence : sequences) beats += static_cast<double>(sequence.inputs.size());
  return kCyclesUnderStalls * static_cast<double>(predicted) + kCyclesOfABeat * beats;
}

}  // namespace

double simulation_time_limit(const Accelerator& accelerator, const std::vector<ExpectedSequence>& sequences,
                             std::int64_t predicted, const SimulationSpec& spec) {
  const double size = 1 + accelerator.multipliers() / kMultipliersOfAUnit;
  double seconds = spec.simulator == SimulatorKind::Verilator ? kVerilatorSeconds : kIcarusSeconds;
  if (spec.waveform) seconds *= kWaveformFactor;
  if (spec.netlist) seconds *= kNetlistFactor;
  return kLeast + stalled_cycles(sequences, predicted) * size * seconds;
}

}  // namespace fixgate
