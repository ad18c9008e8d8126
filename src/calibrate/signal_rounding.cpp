#include "calibrate/signal_rounding.h"

#include "numeric/requantise.h"

namespace fixgate {

void SignalRounding::observe(int signal, float* values, Eigen::Index count) {
  const FixedSignal& its = signals_[static_cast<std::size_t>(signal)];
  std::int64_t overflows = 0;
  if (its.role != SignalRole::Output)
    for (Eigen::Index k = 0; k < count; ++k)
      values[k] =
          static_cast<float>(its.format.format.value(quantise_input(values[k], its.format, overflows)));
  if (next_ != nullptr) next_->observe(signal, values, count);
}

}  // namespace fixgate
