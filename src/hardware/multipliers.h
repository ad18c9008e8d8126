// All multipliers of an engine by the widths of their operands, and the DSP blocks that they take. The
// networks are those whose sums align_sums accepts.
#pragma once

#include <optional>
#include <vector>

#include "hardware/accelerator.h"
#include "hardware/geometry.h"

namespace fixgate {

/// Bits of a product's operands and of its result, all signed.
struct ProductWidths {
  int a = 1;
  int b = 1;
  int result = 2;

  friend bool operator==(const ProductWidths&, const ProductWidths&) = default;
};

/// DSP blocks that a product takes: the rule by which Yosys (synth_xilinx) maps one to DSP48E1. None below 2
/// bits of an operand or 9 bits of the result; one up to 25 x 18 bits; wider operands are cut into pieces.
int dsp_blocks(const ProductWidths& product);

struct EngineMultipliers {
  std::optional<ProductWidths> lane;      // of each multiplier of the geometry; none: lanes select or shift
  std::vector<ProductWidths> of_a_slice;  // element-wise products, slopes of tables, an embedding's address
};

EngineMultipliers list_multipliers(const FixedChain& network, const Engine& engine);

/// A geometry's price in DSP blocks that Yosys is predicted to map.
GeometryPrice dsp_price(const FixedChain& network, const Engine& engine);

/// Multipliers beside those of the geometries, and DSP blocks of all.
struct MultiplierCount {
  int beside = 0;
  std::int64_t dsp_blocks = 0;
};

MultiplierCount count_multipliers(const Accelerator& accelerator);

}  // namespace fixgate
