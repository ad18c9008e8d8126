#include "simulate/vector/layer_plan.h"

#include <algorithm>
#include <limits>

#include "program/uses.h"
#include "simulate/vector/lookup_steps.h"

namespace fixgate::program {
namespace {

bool has_half_weights(const WeightMatrix& weights) {
  const auto [low, high] = std::ranges::minmax(weights.values);
  return low >= std::numeric_limits<std::int16_t>::min() && high <= std::numeric_limits<std::int16_t>::max();
}

/// True if the product of every row fits 32 bits.
bool fits_words(const WeightMatrix& weights, const Format& input) {
  for (int row = 0; row < weights.rows; ++row) {
    const ExactRange range = row_product(weights.row(row), 0, input);
    if (signed_width(range.range.low, range.range.high) > 32) return false;
  }
  return true;
}

/// True of a matrix whose every element multiplies all inputs, in the order of its row's columns.
bool is_dense(const Matrix& matrix) {
  const auto* slide = std::get_if<Slide>(&matrix.shape);
  if (slide == nullptr) return std::holds_alternative<Dense>(matrix.shape);
  if (slide->input_size() != matrix.columns || slide->output_size() != matrix.rows) return false;
  for (int element = 0; element < matrix.rows; ++element) {
    const OutputTaps taps = taps_of(*slide, element);
    if (taps.row != element || taps.taps.size() != static_cast<std::size_t>(matrix.columns)) return false;
    for (const Tap& tap : taps.taps)
      if (tap.input != tap.column) return false;
  }
  return true;
}

class LayerPlanner : public StepOperands {
 public:
  LayerPlanner(const FixedNetwork& network, LayerId id, const ValueLayouts& layouts,
               const fast::MachineSettings& machine)
      : network_(network),
        id_(id),
        layer_(network.program.layers[id]),
        layouts_(layouts),
        machine_(machine) {}

  LayerPlan plan() {
    for (const Statement& statement : layer_.statements) {
      note_reads(statement);
      plan_.targets.push_back(target_of(statement));
      plan_.steps.push_back(make_step(network_, layer_, statement, *this, machine_));
    }
    for (ProductGroup& group : plan_.groups) make_kernel(group);
    place_scratch();
    for (ProductGroup& group : plan_.groups) work_out_tokens(group);
    return std::move(plan_);
  }

  Source read(const Read& read) override { return source_of(layout(read.value).storage, operand(read)); }
  Source read_if_any(const Read& read) override {
    return source_of(layout(read.value).storage, stepwise(operand_of(read, true)));
  }
  std::size_t operand(const Read& read) override { return stepwise(operand_of(read, false)); }
  [[nodiscard]] const ValueLayout& layout(ValueId value) const override { return layouts_[value]; }

  Source product(const MatrixProduct& product, Lanes lanes) override {
    const Matrix& matrix = network_.program.matrices[product.matrix];
    const WeightMatrix& weights = network_.weights[product.matrix];
    const Format& input = network_.formats[product.read.value].format;
    const bool can_be_half = layout(product.read.value).storage == Storage::Half &&
                             has_half_weights(weights) && is_dense(matrix) &&
                             (lanes == Lanes::Words || fits_words(weights, input));
    ProductGroup& group = group_of(product, can_be_half, can_be_half ? Lanes::Words : lanes);
    group.matrices.push_back(product.matrix);
    Operand operand;
    operand.group = static_cast<std::size_t>(&group - plan_.groups.data());
    operand.part = group.matrices.size() - 1;
    plan_.operands.push_back(std::move(operand));
    group.outputs.push_back(plan_.operands.size() - 1);
    return source_of(group.lanes == Lanes::Words ? Storage::Word : Storage::Long, group.outputs.back());
  }

 private:
  static Source source_of(Storage storage, std::size_t operand) {
    if (storage == Storage::Half) return {Source::Kind::Half, operand, 0};
    return {storage == Storage::Word ? Source::Kind::Word : Source::Kind::Long, operand, 0};
  }

  [[nodiscard]] bool is_own(ValueId value) const { return network_.program.values[value].layer == id_; }

  void note_reads(const Statement& statement) {
    for (const Read& read : reads_of(statement))
      if (is_own(read.value) && !(read.tick == Tick{})) plan_.is_recurrent = true;
  }

  std::size_t stepwise(std::size_t operand) {
    plan_.operands[operand].is_stepwise = true;
    return operand;
  }

  std::size_t operand_of(const Read& read, bool is_left_out) {
    for (std::size_t index = 0; index < plan_.operands.size(); ++index) {
      const Operand& known = plan_.operands[index];
      if (known.path && known.path->read() == read && known.is_left_out == is_left_out) return index;
    }
    Operand operand;
    operand.path.emplace(network_.program, layer_, read);
    operand.is_own_now = is_own(read.value) && read.tick == Tick{};
    operand.is_left_out = is_left_out;
    if (operand.is_own_now)
      operand.step =
          static_cast<std::size_t>(std::ranges::find(plan_.targets, read.value) - plan_.targets.begin());
    plan_.operands.push_back(std::move(operand));
    return plan_.operands.size() - 1;
  }

  /// A group that the product can join, or a new one.
  ProductGroup& group_of(const MatrixProduct& product, bool is_half, Lanes lanes) {
    const std::size_t input = operand_of(product.read, false);
    const int rows = network_.program.matrices[product.matrix].rows;
    for (ProductGroup& group : plan_.groups)
      if (is_half && group.is_half && group.input == input &&
          network_.program.matrices[group.matrices.front()].rows == rows)
        return group;
    ProductGroup& group = plan_.groups.emplace_back();
    group.input = input;
    group.lanes = lanes;
    group.is_half = is_half;
    group.is_ahead = !is_own(product.read.value);
    if (!group.is_ahead) stepwise(input);
    if (plan_.operands[input].is_own_now) group.before = plan_.steps.size();
    return group;
  }

  void make_kernel(ProductGroup& group) const {
    const Read& read = plan_.operands[group.input].path->read();
    if (group.is_half) {
      std::vector<const WeightMatrix*> matrices;
      for (const MatrixId id : group.matrices) matrices.push_back(&network_.weights[id]);
      group.kernel = make_half_products(matrices, machine_);
      return;
    }
    const MatrixId id = group.matrices.front();
    const Matrix& matrix = network_.program.matrices[id];
    const auto* slide = std::get_if<Slide>(&matrix.shape);
    const int size = slide != nullptr ? static_cast<int>(slide->output_size()) : matrix.rows;
    group.rows = std::make_unique<const SparseRows>(sparse_rows_of(matrix, network_.weights[id], size));
    group.kernel = make_sparse_products(*group.rows, layout(read.value).storage, group.lanes);
  }

  void place_scratch() {
    for (ProductGroup& group : plan_.groups) {
      group.offset = plan_.scratch_bytes;
      group.part_bytes = group.kernel->part_bytes();
      group.stride = rounded_up(group.part_bytes * group.matrices.size(), fast::kAlignment);
      plan_.scratch_bytes += group.stride;
    }
    for (const ValueId target : plan_.targets) {
      plan_.target_offsets.push_back(plan_.scratch_bytes);
      if (!layout(target).is_kept) plan_.scratch_bytes += layout(target).stride;
    }
  }

  /// The lookup that makes the value at each of the layer's own ticks from a token of that tick.
  [[nodiscard]] const RowLookup* lookup_of(const Read& read) const {
    const Value& value = network_.program.values[read.value];
    if (!value.layer || value.clock != layer_.clock || !(read.tick == Tick{})) return nullptr;
    for (const Statement& statement : network_.program.layers[*value.layer].statements) {
      const auto* sum = std::get_if<SumStatement>(&statement);
      if (sum == nullptr || sum->target != read.value) continue;
      const auto* lookup = std::get_if<RowLookup>(&sum->sum.terms.front().factors.front());
      const bool is_plain = lookup != nullptr && lookup->token.tick == Tick{} &&
                            network_.program.values[lookup->token.value].clock == layer_.clock;
      return is_plain ? lookup : nullptr;
    }
    return nullptr;
  }

  void work_out_tokens(ProductGroup& group) const {
    constexpr std::size_t kMostBytes = std::size_t{1} << 26;
    const Read& read = plan_.operands[group.input].path->read();
    const RowLookup* lookup = group.is_ahead ? lookup_of(read) : nullptr;
    if (lookup == nullptr) return;
    const auto tokens = static_cast<std::size_t>(network_.program.matrices[lookup->matrix].rows);
    if (tokens * group.stride > kMostBytes) return;
    const LookedUpRows rows = looked_up_rows(network_, *lookup, read.value);
    TokenProducts& made = group.by_token.emplace();
    made.token = lookup->token.value;
    made.products = hwy::AllocateAligned<std::uint8_t>(tokens * group.stride);
    for (std::size_t token = 0; token < tokens; ++token) {
      const std::uint8_t* input = rows.rows.get() + token * rows.stride;
      std::uint8_t* output = made.products.get() + token * group.stride;
      group.kernel->multiply(&input, 1, &output);
    }
  }

  const FixedNetwork& network_;
  LayerId id_;
  const Layer& layer_;
  const ValueLayouts& layouts_;
  const fast::MachineSettings& machine_;
  LayerPlan plan_;
};

}  // namespace

LayerPlan plan_layer(const FixedNetwork& network, LayerId layer, const ValueLayouts& layouts,
                     const fast::MachineSettings& machine) {
  return LayerPlanner(network, layer, layouts, machine).plan();
}

}  // namespace fixgate::program
