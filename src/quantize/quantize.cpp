#include "quantize/quantize.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "calibrate/weight_sites.h"
#include "fixed/verify.h"
#include "numeric/exact_sum.h"
#include "numeric/requantise.h"
#include "quantize/compensated.h"
#include "quantize/resolve.h"
#include "quantize/row_widths.h"
#include "quantize/table_cache.h"

namespace fixgate {
namespace {

/// Builds the FixedChain layer by layer, in the order of the data flow.
class Builder {
 public:
  Builder(const Network& network, const FormatPlan& plan, const WeightStatistics* statistics,
          WeightCache* cache, const GivenWeights* given, const Supervision& supervision)
      : network_(network),
        plan_(plan),
        statistics_(statistics),
        cache_(cache),
        given_(given),
        supervision_(supervision),
        list_(list_signals(network)) {}

  Result<FixedChain> run(const SignalProfile* profile) {
    if (plan_.max_footprint)
      return fail("the plan's max_footprint needs calibration data; a search takes --max-footprint instead");
    FIXGATE_ASSIGN(const auto formats, resolve_signals(plan_, list_.signals, profile));
    for (std::size_t s = 0; s < formats.size(); ++s)
      fixed_.signals.push_back({list_.signals[s].name, list_.signals[s].role, formats[s]});
    describe();
    weight_names_ = weight_names(network_);
    for (const Signal& signal : list_.signals)
      if (signal.has_function) table_names_.push_back(signal.name);
    FIXGATE_ASSIGN(const auto weights, resolve_weights(plan_, weight_names_));
    for (std::size_t k = 0; k < weights.size(); ++k) weight_options_[weight_names_[k]] = weights[k];
    FIXGATE_ASSIGN(const auto tables, resolve_tables(plan_, table_names_));
    for (std::size_t k = 0; k < tables.size(); ++k) table_options_[table_names_[k]] = tables[k];
    current_ = list_.input;
    for (index_ = 0; index_ < network_.layers.size(); ++index_)
      if (auto built = std::visit(*this, network_.layers[index_]); !built)
        return tl::make_unexpected(
            built.error().within(fmt::format("layer '{}'", layer_name(network_.layers[index_]))));
    return std::move(fixed_);
  }

  Result<void> operator()(const EmbeddingLayer& layer) {
    FixedEmbedding fixed{layer.name, -1, here().output};
    FIXGATE_ASSIGN(fixed.weights, add_weights(layer.name + ".table", *layer.table));
    shared_[layer.table.get()] = fixed.weights;
    return push(std::move(fixed));
  }

  Result<void> operator()(const SelectLayer& layer) { return push(FixedSelect{layer.name, layer.kind}); }

  Result<void> operator()(const DenseLayer& layer) {
    FixedDense fixed;
    fixed.name = layer.name;
    fixed.input_signal = current_;
    const auto tied = shared_.find(layer.weights.get());
    if (tied != shared_.end()) {
      fixed.weights = tied->second;
    } else {
      FIXGATE_ASSIGN(fixed.weights, add_weights(layer.name + ".W", *layer.weights));
    }
    shared_[layer.weights.get()] = fixed.weights;
    fixed.output_signal = here().output;
    if (layer.has_bias) {
      const Bias bias = layer.bias.cast<double>() + correction(fixed.weights, *layer.weights, true);
      FIXGATE_ASSIGN(fixed.bias, bias_at(bias, input_fractions(fixed.weights)));
    }
    if (layer.has_activation) {
      fixed.pre_signal = here().pre_activation;
      FIXGATE_ASSIGN(fixed.table, add_table(layer.activation, fixed.pre_signal, fixed.output_signal));
    }
    return push(std::move(fixed));
  }

  Result<void> operator()(const RecurrentLayer& layer) {
    FixedRecurrent fixed;
    fixed.name = layer.name;
    fixed.kind = layer.kind;
    fixed.linear_before_reset = layer.linear_before_reset;
    fixed.input_signal = current_;
    fixed.inputs = static_cast<int>(layer.inputs());
    fixed.hidden = static_cast<int>(layer.hidden());
    for (std::size_t cell = 0; cell < layer.cells.size(); ++cell) {
      FIXGATE_ASSIGN(FixedCell built, build_cell(layer, cell));
      fixed.cells.push_back(std::move(built));
    }
    fixed.output_signal = here().output;
    return push(std::move(fixed));
  }

 private:
  using Fractions = std::vector<int>;  // by row
  using Bias = Eigen::VectorXd;

  void describe() {
    const ParameterCount parameters = count_parameters(network_);
    fixed_.name = network_.name;
    fixed_.takes_tokens = network_.takes_tokens;
    fixed_.inputs = static_cast<int>(network_.inputs);
    fixed_.input_signal = list_.input;
    fixed_.streaming = network_.streaming;
    if (network_.call.count > 0) fixed_.call = network_.call;
    fixed_.output_function = network_.output_function;
    fixed_.float_parameters = parameters.whole;
    fixed_.float_recurrent_parameters = parameters.recurrent;
  }

  [[nodiscard]] const LayerSignals& here() const { return list_.layers[index_]; }
  [[nodiscard]] const Format& format(int signal) const {
    return fixed_.signals[static_cast<std::size_t>(signal)].format.format;
  }
  [[nodiscard]] const WeightMatrix& weights(int index) const {
    return fixed_.weights[static_cast<std::size_t>(index)];
  }

  template <typename Layer>
  Result<void> push(Layer layer) {
    fixed_.layers.emplace_back(std::move(layer));
    current_ = here().output;
    return {};
  }

  Result<int> add_weights(const std::string& name, const FloatMatrix& matrix) {
    FIXGATE_CHECK(supervision_.check());
    if (given_ != nullptr) {
      fixed_.weights.push_back(given_->at(name));
      return static_cast<int>(fixed_.weights.size()) - 1;
    }
    const WeightOptions& options = weight_options_.at(name);
    if ((options.rounding != WeightRounding::Nearest || options.correct_bias) && statistics_ == nullptr)
      return fail("weights '{}': rounding = \"{}\" and correct_bias need calibration data", name,
                  to_text(options.rounding));
    const auto round = [&] { return rounded(name, matrix, options); };
    fixed_.weights.push_back(cache_ == nullptr ? round() : *cache_->get(name, options, round));
    return static_cast<int>(fixed_.weights.size()) - 1;
  }

  [[nodiscard]] WeightMatrix rounded(const std::string& name, const FloatMatrix& matrix,
                                     const WeightOptions& options) const {
    static const std::vector<MatrixUse> kUnknown;
    const bool is_nearest = options.rounding == WeightRounding::Nearest;
    const std::vector<MatrixUse>& uses = is_nearest ? kUnknown : statistics_->at(name);
    std::vector<int> widths;
    if (options.mixed_rows) widths = choose_row_widths(matrix, options, uses);
    return is_nearest ? quantise_weights(name, matrix, options, std::move(widths))
                      : compensate_weights(name, matrix, options, uses, std::move(widths));
  }

  // What the bias behind a matrix makes up for, if the plan wants it. A tied table's last use is the
  // decoder's.
  [[nodiscard]] Bias correction(int index, const FloatMatrix& matrix, bool last_use = false) const {
    const WeightMatrix& fixed = weights(index);
    if (given_ != nullptr || !weight_options_.at(fixed.name).correct_bias) return Bias::Zero(fixed.rows);
    const auto& uses = statistics_->at(fixed.name);
    const MatrixUse& use = last_use ? uses.back() : uses.front();
    return use.has_bias ? lost_mean(matrix, fixed, use) : Bias::Zero(fixed.rows);
  }

  // The same table, made twice, is stored once.
  Result<int> add_table(const ActivationFunction& function, int input, int output) {
    const auto& target = fixed_.signals[static_cast<std::size_t>(output)];
    auto table = kept_table(function, format(input), target.format, table_options_.at(target.name));
    if (!table) return tl::make_unexpected(table.error().within(fmt::format("signal '{}'", target.name)));
    const auto same = std::ranges::find(fixed_.tables, *table);
    if (same != fixed_.tables.end()) return static_cast<int>(same - fixed_.tables.begin());
    fixed_.tables.push_back(std::move(*table));
    return static_cast<int>(fixed_.tables.size()) - 1;
  }

  Fractions fractions(int weight_index, int input) const {
    Fractions rows = weights(weight_index).row_fractions;
    for (int& row : rows) row = product_fraction(row, format(input).fraction);
    return rows;
  }
  Fractions input_fractions(int weight_index) const { return fractions(weight_index, current_); }

  static Result<BiasVector> bias_at(const Bias& bias, const Fractions& rows) {
    BiasVector fixed;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      FIXGATE_ASSIGN(const std::int64_t q, quantise_bias(bias[static_cast<Eigen::Index>(row)], rows[row]));
      fixed.push_back(q);
    }
    return fixed;
  }

  Result<FixedCell> build_cell(const RecurrentLayer& layer, std::size_t index) {
    const RecurrentCell& cell = layer.cells[index];
    FixedCell fixed;
    fixed.reverse = cell.reverse;
    fixed.signals = here().cells[index];
    const auto names = gate_names(layer.kind);
    for (std::size_t gate = 0; gate < names.size(); ++gate) {
      FIXGATE_ASSIGN(FixedGate built, build_gate(layer, index, gate, fixed.signals));
      fixed.gates.push_back(std::move(built));
    }
    if (layer.kind == CellKind::Lstm) {
      FIXGATE_ASSIGN(fixed.cell_table,
                     add_table(cell.activations[2], fixed.signals.cell, fixed.signals.cell_activation));
      FIXGATE_ASSIGN(fixed.initial_cell, initial_state(cell.initial_cell, fixed.signals.cell));
    }
    FIXGATE_ASSIGN(fixed.initial_hidden, initial_state(cell.initial_hidden, fixed.signals.hidden));
    return fixed;
  }

  Result<std::vector<std::int64_t>> initial_state(const FloatVector& state, int index) const {
    std::vector<std::int64_t> fixed;
    if (state.isZero(0)) return fixed;
    const FixedSignal& signal = fixed_.signals[static_cast<std::size_t>(index)];
    for (const float value : state) {
      std::int64_t overflows = 0;
      fixed.push_back(quantise_input(value, signal.format, overflows));
      if (overflows != 0)
        return fail(
            "the constant initial state {} does not fit signal '{}' ({}): give it a format that holds it",
            value, signal.name, to_text(signal.format.format));
    }
    return fixed;
  }

  Result<FixedGate> build_gate(const RecurrentLayer& layer, std::size_t index, std::size_t gate,
                               const CellSignals& signals) {
    const RecurrentCell& cell = layer.cells[index];
    const Eigen::Index hidden = layer.hidden();
    const Eigen::Index first = static_cast<Eigen::Index>(gate) * hidden;
    const std::string prefix = cell_prefix(layer, index);
    FixedGate fixed;
    fixed.name = gate_names(layer.kind)[gate];
    const FloatMatrix input_weights = cell.input_weights.middleRows(first, hidden);
    const FloatMatrix recurrent_weights = cell.recurrent_weights.middleRows(first, hidden);
    FIXGATE_ASSIGN(fixed.input_weights, add_weights(prefix + "W_" + fixed.name, input_weights));
    FIXGATE_ASSIGN(fixed.recurrent_weights, add_weights(prefix + "R_" + fixed.name, recurrent_weights));
    const bool is_candidate = layer.kind == CellKind::Gru && gate == 2;
    const Bias input_bias = cell.input_bias.segment(first, hidden).cast<double>() +
                            correction(fixed.input_weights, input_weights);
    const Bias recurrent_bias = cell.recurrent_bias.segment(first, hidden).cast<double>() +
                                correction(fixed.recurrent_weights, recurrent_weights);
    if (is_candidate && layer.linear_before_reset) {
      FIXGATE_ASSIGN(fixed.bias, bias_at(input_bias, input_fractions(fixed.input_weights)));
      FIXGATE_ASSIGN(fixed.recurrent_bias,
                     bias_at(recurrent_bias, fractions(fixed.recurrent_weights, signals.hidden)));
    } else {
      const int reads = is_candidate ? signals.reset_hidden : signals.hidden;
      FIXGATE_ASSIGN(fixed.bias, bias_at(input_bias + recurrent_bias, accumulator_fractions(fixed, reads)));
    }
    const std::size_t function = gate_function(layer.kind, gate);
    const int output = signals.gate.empty() ? signals.hidden : signals.gate[gate];
    FIXGATE_ASSIGN(fixed.table, add_table(cell.activations[function], signals.pre_activation[gate], output));
    return fixed;
  }

  // Which of ONNX's f, g, h a gate uses: g for the candidates.
  static std::size_t gate_function(CellKind kind, std::size_t gate) {
    if (kind == CellKind::Lstm) return gate == 3 ? 1 : 0;
    return kind == CellKind::Gru && gate == 2 ? 1 : 0;
  }

  Fractions accumulator_fractions(const FixedGate& gate, int hidden_signal) const {
    Fractions rows = input_fractions(gate.input_weights);
    const Fractions recurrent = fractions(gate.recurrent_weights, hidden_signal);
    for (std::size_t row = 0; row < rows.size(); ++row) rows[row] = sum_fraction(rows[row], recurrent[row]);
    return rows;
  }

  const Network& network_;
  const FormatPlan& plan_;
  const WeightStatistics* statistics_;
  WeightCache* cache_;
  const GivenWeights* given_;  // null: the plan's rounding chooses them
  const Supervision supervision_;
  SignalList list_;
  FixedChain fixed_;
  std::vector<std::string> weight_names_;
  std::vector<std::string> table_names_;
  std::map<std::string, WeightOptions> weight_options_;
  std::map<std::string, TableOptions> table_options_;
  std::map<const FloatMatrix*, int> shared_;  // matrices that may be tied
  std::size_t index_ = 0;
  int current_ = -1;  // the signal that the layer reads
};

FormatPlan resolved_plan(const FormatPlan& plan, const FixedChain& network) {
  FormatPlan resolved = plan;
  resolved.signals.clear();
  for (const FixedSignal& signal : network.signals) {
    SignalRule rule;
    rule.match = signal.name;
    rule.format = signal.format.format;
    rule.rounding = signal.format.rounding;
    rule.overflow = signal.format.overflow;
    resolved.signals.push_back(rule);
  }
  return resolved;
}

Result<Quantised> build(Builder builder, const FormatPlan& plan, const SignalProfile* profile) {
  FIXGATE_ASSIGN(FixedChain fixed, builder.run(profile));
  Quantised quantised{std::move(fixed), {}, std::nullopt};
  quantised.resolved = resolved_plan(plan, quantised.network);
  quantised.network.plan = to_toml(quantised.resolved);
  FIXGATE_CHECK(verify(quantised.network));
  return quantised;
}

}  // namespace

std::vector<std::string> weight_names(const Network& network) {
  std::set<const FloatMatrix*> seen;  // tied ones have their first user's name
  std::vector<std::string> names;
  for (const Layer& layer : network.layers) {
    if (const auto* embedding = std::get_if<EmbeddingLayer>(&layer)) {
      names.push_back(embedding->name + ".table");
      seen.insert(embedding->table.get());
    }
    if (const auto* dense = std::get_if<DenseLayer>(&layer))
      if (seen.insert(dense->weights.get()).second) names.push_back(dense->name + ".W");
    if (const auto* recurrent = std::get_if<RecurrentLayer>(&layer))
      for (std::size_t cell = 0; cell < recurrent->cells.size(); ++cell)
        for (const std::string& gate : gate_names(recurrent->kind))
          for (const char* matrix : {"W_", "R_"})
            names.push_back(cell_prefix(*recurrent, cell) + matrix + gate);
  }
  return names;
}

Result<Quantised> quantise(const Network& network, const FormatPlan& plan, const SignalProfile* profile,
                           const WeightStatistics* statistics, WeightCache* cache,
                           const Supervision& supervision) {
  return build(Builder(network, plan, statistics, cache, nullptr, supervision), plan, profile);
}

Result<Quantised> quantise(const Network& network, const FormatPlan& plan, const SignalProfile* profile,
                           const GivenWeights& weights) {
  return build(Builder(network, plan, nullptr, nullptr, &weights, {}), plan, profile);
}

}  // namespace fixgate
