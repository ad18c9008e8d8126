// What a trial finds out about one plan.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"
#include "program/fixed_network.h"

namespace fixgate {

struct Figures {
  std::string failure;       // why no network can be made of the plan; then the rest means nothing
  std::int64_t samples = 0;  // seen; fewer than all: the plan lost its race, and the losses are estimates
  bool complete = false;     // all were seen
  double metric = 0;         // over the samples seen
  double loss = 0;           // against float on the same samples (see loss.h)
  double loss_bound = 0;     // upper confidence bound of the loss on data of this kind
  double distance = 0;       // mean squared difference of the outputs from float's; 0 where that is not kept
  double footprint = 0;      // of the whole model; stored bits / (32 * float parameters)
  double footprint_recurrent = 0;
  double bit_operations = 0;         // see bit_operations()
  std::int64_t cycles = 0;           // a step, predicted; 0: no hardware was asked for
  std::int64_t multiplier_bits = 0;  // see hardware_figures.h; 0 likewise
  double seconds = 0;                // of the trial

  [[nodiscard]] bool usable() const { return failure.empty(); }
};

/// What the search makes small. Cycles and area need hardware to be asked for.
enum class Objective { Loss, Footprint, BitOperations, Cycles, Area };

std::string to_text(Objective objective);
/// "loss,footprint". Errors: an unknown word, one twice, no loss, nothing but the loss.
Result<std::vector<Objective>> parse_objectives(std::string_view text);

double objective_value(const Figures& figures, Objective objective);

/// Whether `a` is no worse than `b` in every objective and better in one.
bool dominates(const Figures& a, const Figures& b, const std::vector<Objective>& objectives);

/// Indices of the complete figures that no other one dominates, by rising footprint; of equal ones the first.
std::vector<std::size_t> pareto_front(const std::vector<Figures>& all,
                                      const std::vector<Objective>& objectives);

/// Bits of weight x bits of what it is multiplied with, summed over the multiplications of a step (and those of
/// layers that run once a sequence), in parts
/// of float's 32 x 32 (the "bit operations" of the literature: Baskin et al., UNIQ, ACM TOCS 37, 2021): a
/// proxy for energy and for area at a given speed.
double bit_operations(const program::FixedNetwork& network);

}  // namespace fixgate
