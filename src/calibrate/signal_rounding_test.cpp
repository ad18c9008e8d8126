#include "calibrate/signal_rounding.h"

#include <gtest/gtest.h>

#include "simulate/float_trace.h"

namespace fixgate {
namespace {

FixedSignal signal(SignalRole role, const Format& format) {
  return {"s", role, {format, Rounding::Nearest, Overflow::Saturate}};
}

TEST(SignalRounding, RoundsAndSaturatesAllButTheOutputs) {
  const Format format = *parse_format("sfix4_En2");  // -2 to 1.75
  const std::vector<FixedSignal> signals = {signal(SignalRole::Hidden, format),
                                            signal(SignalRole::Output, format)};
  FloatTrace trace(2);
  SignalRounding rounding(signals, &trace);
  for (int which = 0; which < 2; ++which) {
    std::vector<float> values = {0.3F, -5, 5, 1.2F};
    rounding.observe(which, values.data(), 4);
    EXPECT_EQ(trace.values[static_cast<std::size_t>(which)], values);
  }
  EXPECT_EQ(trace.values[0], (std::vector<float>{0.25F, -2, 1.75F, 1.25F}));
  EXPECT_EQ(trace.values[1], (std::vector<float>{0.3F, -5, 5, 1.2F}));
}

}  // namespace
}  // namespace fixgate
