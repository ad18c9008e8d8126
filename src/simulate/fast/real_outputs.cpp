#include "simulate/fast/real_outputs.h"

namespace fixgate {

FloatMatrix real_outputs(const IntegerView& integers, const Format& format) {
  FloatMatrix outputs(integers.rows, integers.columns);
  const double step = format.value(1);
  for (std::size_t k = 0; k < integers.values.size(); ++k)
    outputs.data()[k] = static_cast<float>(static_cast<double>(integers.values[k]) * step);
  return outputs;
}

}  // namespace fixgate
