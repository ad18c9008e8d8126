// For the tests: small networks that hardware supports, and accelerators of any geometry.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "fixed/program_of.h"
#include "fixed/testing/example_networks.h"
#include "hardware/engines.h"

namespace fixgate {

class RandomDesign {
 public:
  explicit RandomDesign(std::uint64_t seed) : engine_(seed) {}

  int number(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance() { return number(0, 1) == 1; }

  FixedChain network() {
    ExampleShape shape;
    shape.name = "random";
    shape.kind = chance() ? CellKind::Lstm : CellKind::Gru;
    shape.linear_before_reset = shape.kind == CellKind::Gru && chance();
    shape.layers = number(1, 2);
    shape.tokens = chance();
    shape.relu = chance();
    shape.initial_states = chance();
    shape.lookup = chance();
    shape.any_format = true;
    if (chance()) shape.select = SelectKind::LastStep;
    shape.inputs = number(1, 9);
    shape.hidden = number(1, 13);
    shape.outputs = number(1, 5);
    FixedChain network = make_example(shape, engine_());
    if (chance()) encode(network.weights);
    return network;
  }

  EngineGeometry geometry(const EngineShape& shape) {
    const std::vector<int> slices = possible_slices(shape);
    return {slices[static_cast<std::size_t>(number(0, static_cast<int>(slices.size()) - 1))], number(1, 5),
            1 << number(0, 3)};
  }

  Accelerator accelerator() {
    auto designed = design_accelerator(program_of(network()), {});
    EXPECT_TRUE(designed) << designed.error().message;
    for (Engine& engine : designed->engines)
      if (engine.kind != EngineKind::Embedding)
        engine.geometry = geometry(shape_of(designed->network, engine));
    return std::move(*designed);
  }

 private:
  // All in one encoding, or each in one of its own.
  void encode(std::vector<WeightMatrix>& matrices) {
    const bool is_common = chance();
    int encoding = number(0, 3);
    for (WeightMatrix& matrix : matrices) {
      if (!is_common) encoding = number(0, 3);
      const double largest = std::ldexp(1, matrix.code().plain_width() - 1);
      matrix.encoding = static_cast<WeightEncoding>(encoding);
      const int fixed = fixed_width(matrix.encoding);
      if (fixed > 0 || matrix.encoding == WeightEncoding::PowerOfTwo)
        matrix.width = fixed > 0 ? fixed : number(2, 4);
      const WeightCode code = matrix.code();
      for (std::int32_t& weight : matrix.values)
        weight =
            static_cast<std::int32_t>(code.nearest(weight / largest * static_cast<double>(-code.smallest())));
    }
  }

  std::mt19937_64 engine_;
};

}  // namespace fixgate
