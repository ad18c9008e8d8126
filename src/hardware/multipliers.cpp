#include "hardware/multipliers.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "hardware/descriptor.h"
#include "hardware/engines.h"
#include "hardware/gates.h"
#include "hardware/memories.h"
#include "hardware/network_parts.h"
#include "hardware/stream_width.h"

namespace fixgate {
namespace {

// Yosys's rule for Xilinx 7 (techlibs/common/mul2dsp.v and its macros in synth_xilinx).
constexpr int kLeastOperand = 2;
constexpr int kLeastResult = 9;
constexpr int kWideOperand = 25;
constexpr int kNarrowOperand = 18;
constexpr int kPiece = 17;  // of an operand that is cut; a bit goes to the sign

int blocks_of_pieces(const ProductWidths& product);

// The operand `cut` has more than `most` bits: pieces of 17 and what is left of it.
int blocks_of_cut(int cut, int most, const auto& product_of) {
  const int pieces = (cut - most + kPiece - 1) / kPiece;
  return pieces * blocks_of_pieces(product_of(kPiece + 1)) +
         blocks_of_pieces(product_of(cut - pieces * kPiece));
}

int blocks_of_pieces(const ProductWidths& product) {
  if (std::min(product.a, product.b) < kLeastOperand || product.result < kLeastResult) return 0;
  if (product.a > kWideOperand)
    return blocks_of_cut(product.a, kWideOperand, [&](int a) {
      return ProductWidths{a, product.b, std::min(product.result, a + product.b)};
    });
  if (product.b > kNarrowOperand)
    return blocks_of_cut(product.b, kNarrowOperand, [&](int b) {
      return ProductWidths{product.a, b, std::min(product.result, product.a + b)};
    });
  return 1;
}

ProductWidths full_product(int a, int b) {
  return {a, b, a + b};
}

bool selects(const WeightCode& code) {
  return code.encoding == WeightEncoding::Ternary || code.encoding == WeightEncoding::Binary;
}

bool shifts(const WeightCode& code) {
  return code.encoding == WeightEncoding::PowerOfTwo;
}

class MultiplierLister {
 public:
  MultiplierLister(const FixedChain& network, const Engine& engine) : network_(network), engine_(engine) {}

  // The address of a token's row, unless that is a shift. Both factors are unsigned.
  void operator()(const FixedEmbedding&) {
    const auto dimension = static_cast<unsigned>(engine_.outputs);
    if (!std::has_single_bit(dimension))
      add({index_width(engine_.inputs) + 1, static_cast<int>(std::bit_width(dimension)) + 1,
           index_width(engine_.inputs * engine_.outputs)});
  }

  void operator()(const FixedDense& layer) {
    const WeightCode w = stored_weights(network_, layer).w;
    if (!selects(w) && !shifts(w))
      multipliers_.lane = full_product(w.plain_width(), width(layer.input_signal));
    if (layer.table >= 0) add_table(layer.table);
  }

  void operator()(const FixedRecurrent& layer) {
    add_lanes(layer);
    add_gate_tables(layer);
    const CellSignals& signals = layer.cells.front().signals;
    if (layer.kind == CellKind::Lstm)
      add_lstm(signals);
    else
      add_gru(signals);
  }

  void operator()(const FixedSelect&) {}

  [[nodiscard]] EngineMultipliers multipliers() && { return std::move(multipliers_); }

 private:
  [[nodiscard]] int width(int signal) const { return travelling_width(format_of(network_, signal)); }
  [[nodiscard]] int fraction(int signal) const { return format_of(network_, signal).fraction; }
  void add(const ProductWidths& product) { multipliers_.of_a_slice.push_back(product); }

  void add_lanes(const FixedRecurrent& layer) {
    const auto [w, r] = stored_weights(network_, layer);
    if ((selects(w) && selects(r)) || (shifts(w) && shifts(r))) return;
    const CellSignals& s = layer.cells.front().signals;
    int operand = std::max(width(layer.input_signal), width(s.hidden));
    if (shape_of(network_, engine_).has_second_pass()) operand = std::max(operand, width(s.reset_hidden));
    multipliers_.lane = full_product(std::max(w.plain_width(), r.plain_width()), operand);
  }

  void add_gate_tables(const FixedRecurrent& layer) {
    const AlignedSums sums = align_sums(network_, layer).value();
    const FixedCell& cell = layer.cells.front();
    const std::vector<std::uint32_t> classes = gate_classes(network_, layer, sums);
    for (std::size_t gate = 0; gate < classes.size(); ++gate)
      if (classes[gate] == gate) add_table(cell.gates[gate].table);
    if (cell.cell_table >= 0) add_table(cell.cell_table);
  }

  // slope * (address - start); the difference has a sign that is always 0.
  void add_table(int index) {
    const ActivationTable& table = table_of(network_, index);
    if (table.kind != TableKind::PiecewiseLinear) return;
    const int address =
        table.symmetry == TableSymmetry::None ? table.input.width : std::max(1, table.input.width - 1);
    const int slope = table_widths(table).slope;
    add({slope, address + 1, slope + address});
  }

  // f * c, i * g, o * t. Gates travel in the width of the widest, but Yosys sees what is extended.
  void add_lstm(const CellSignals& s) {
    add(full_product(width(s.gate[2]), width(s.cell)));
    add(full_product(width(s.gate[0]), width(s.gate[3])));
    add(full_product(width(s.gate[1]), width(s.cell_activation)));
  }

  // r * rec or r * h, and z * (h - n)
  void add_gru(const CellSignals& s) {
    const int candidate = s.gate[2];
    add(full_product(width(s.gate[1]), width(s.recurrent >= 0 ? s.recurrent : s.hidden)));
    const int apart = fraction(candidate) - fraction(s.hidden);
    const int difference =
        std::max(width(s.hidden) + std::max(0, apart), width(candidate) + std::max(0, -apart)) + 1;
    add(full_product(width(s.gate[0]), difference));
  }

  const FixedChain& network_;
  const Engine& engine_;
  EngineMultipliers multipliers_;
};

GeometryPrice price_of(const EngineMultipliers& multipliers) {
  GeometryPrice price{multipliers.lane ? dsp_blocks(*multipliers.lane) : 0, 0};
  for (const ProductWidths& product : multipliers.of_a_slice) price.slice += dsp_blocks(product);
  return price;
}

}  // namespace

int dsp_blocks(const ProductWidths& product) {
  return blocks_of_pieces({std::max(product.a, product.b), std::min(product.a, product.b), product.result});
}

EngineMultipliers list_multipliers(const FixedChain& network, const Engine& engine) {
  MultiplierLister lister(network, engine);
  std::visit(lister, layer_of(network, engine));
  return std::move(lister).multipliers();
}

GeometryPrice dsp_price(const FixedChain& network, const Engine& engine) {
  return price_of(list_multipliers(network, engine));
}

MultiplierCount count_multipliers(const Accelerator& accelerator) {
  MultiplierCount count;
  for (const Engine& engine : accelerator.engines) {
    const EngineMultipliers multipliers = list_multipliers(accelerator.network, engine);
    count.beside += engine.geometry.slices * static_cast<int>(multipliers.of_a_slice.size());
    count.dsp_blocks += price_of(multipliers).of(engine.geometry);
  }
  return count;
}

}  // namespace fixgate
