// How the parts of a search share its time.
#pragma once

#include <limits>

namespace fixgate {

/// All times are seconds since the search began; without a limit the ends are infinite.
class TimeBudget {
 public:
  struct Parts {
    bool final_networks = false;  // made in full after the trials
    bool confirmation = false;    // of the chosen one on the test part
  };

  /// No limit.
  TimeBudget() = default;
  /// `limit` seconds, of which `prepared` have gone by before the first trial; what is left is shared out.
  TimeBudget(double limit, double prepared, const Parts& parts);

  /// No trial begins later.
  [[nodiscard]] double trials_end() const { return trials_end_; }
  /// No final network begins that would not be done by then.
  [[nodiscard]] double final_networks_end() const { return final_networks_end_; }

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  double trials_end_ = kNever;
  double final_networks_end_ = kNever;
};

}  // namespace fixgate
