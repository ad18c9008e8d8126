#include "quantize/quantise_program.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "numeric/requantise.h"
#include "program/exact_sums.h"
#include "program/format_groups.h"
#include "program/product_sites.h"
#include "program/uses.h"
#include "program/verify.h"
#include "quantize/compensated.h"
#include "quantize/exact_matrices.h"
#include "quantize/parameter_counts.h"
#include "quantize/program_constants.h"
#include "quantize/program_signals.h"
#include "quantize/program_tables.h"
#include "quantize/row_widths.h"
#include "quantize/wide_sums.h"

namespace fixgate::program {
namespace {

constexpr int kLeastDiagonalWidth = 8;  // few, and each scales a whole element
constexpr int kExactWidth = 2;          // of -1, 0 and 1

/// The matrices that are the first of those that share their weights.
std::vector<MatrixId> first_matrices(const FloatNetwork& network) {
  const auto shared = shared_matrices(network);
  std::vector<MatrixId> first;
  for (const MatrixId id : network.program.matrices.ids())
    if (shared[id] == id) first.push_back(id);
  return first;
}

/// Makes a FixedNetwork part by part: formats, weights, tables, initial states, constants.
class Builder {
 public:
  Builder(const FloatNetwork& network, const FormatPlan& plan, const QuantiseHelp& help)
      : network_(network),
        plan_(plan),
        help_(help),
        groups_(format_groups_of(network.program)),
        signals_(plan_signals_of(network, groups_)) {}

  Result<FixedNetwork> build() {
    if (plan_.max_footprint)
      return fail("the plan's max_footprint needs calibration data; a search takes --max-footprint instead");
    fixed_.program = network_.program;
    const ParameterCount parameters = parameters_of_file(network_);
    fixed_.float_parameters = parameters.whole;
    fixed_.float_recurrent_parameters = parameters.recurrent;
    FIXGATE_CHECK(add_formats());
    FIXGATE_CHECK(add_weights());
    FIXGATE_CHECK(add_tables());
    FIXGATE_CHECK(add_initial_states());
    FIXGATE_CHECK(add_constants());
    return std::move(fixed_);
  }

  /// The plan with every signal's format in full.
  [[nodiscard]] FormatPlan resolved() const {
    FormatPlan resolved = plan_;
    resolved.signals.clear();
    for (std::size_t k = 0; k < formats_.size(); ++k) {
      SignalRule rule;
      rule.match = signals_[k].names.front().name;
      rule.format = formats_[k].format;
      rule.rounding = formats_[k].rounding;
      rule.overflow = formats_[k].overflow;
      resolved.signals.push_back(rule);
    }
    return resolved;
  }

 private:
  Result<void> add_formats() {
    FIXGATE_ASSIGN(formats_, resolve_signals(plan_, signals_, help_.profile));
    for (const ValueId id : fixed_.program.values.ids()) {
      const auto group = groups_.group_of[id];
      fixed_.formats.add(group ? formats_[group->index()] : SignalFormat());
    }
    return {};
  }

  Result<void> add_weights() {
    FIXGATE_ASSIGN(const auto options, matrix_options());
    const auto shared = shared_matrices(network_);
    std::map<MatrixId, WeightMatrix> made;
    for (const MatrixId id : fixed_.program.matrices.ids()) {
      if (shared[id] == id) {
        FIXGATE_ASSIGN(WeightMatrix rounded, matrix_of(id, options.at(id)));
        made.emplace(id, std::move(rounded));
      }
      WeightMatrix matrix = made.at(shared[id]);
      matrix.name = full_name(fixed_.program, fixed_.program.matrices[id]);
      fixed_.weights.add(std::move(matrix));
    }
    return {};
  }

  Result<std::map<MatrixId, WeightOptions>> matrix_options() const {
    const std::vector<std::string> names = weight_names(network_);
    FIXGATE_ASSIGN(const auto resolved, resolve_weights(plan_, names));
    std::map<MatrixId, WeightOptions> options;
    const std::vector<MatrixId> first = first_matrices(network_);
    for (std::size_t k = 0; k < first.size(); ++k) {
      options.emplace(first[k], settled(first[k], names[k], resolved[k]));
    }
    return options;
  }

  /// A row of one weight has nothing that could make up for its error, and a matrix of one power of two has no
  /// error.
  [[nodiscard]] WeightOptions settled(MatrixId id, const std::string& name, WeightOptions options) const {
    const bool is_diagonal = std::holds_alternative<Diagonal>(network_.program.matrices[id].shape);
    const auto power = common_power(*network_.weights[id]);
    const auto names_it = [&](const WeightRule& rule) {
      return rule.match != "*" && matches(rule.match, name);
    };
    const bool is_named = std::ranges::any_of(plan_.weights, names_it);
    if (!is_diagonal && (!power || is_named)) return options;
    options.rounding = WeightRounding::Nearest;
    options.correct_bias = false;
    options.mixed_rows = false;
    if (is_named) return options;
    const bool is_plain = options.code.encoding == WeightEncoding::Integer;
    options.code = {WeightEncoding::Integer,
                    is_plain ? std::max(options.code.width, kLeastDiagonalWidth) : kLeastDiagonalWidth};
    if (!power) return options;
    options.code.width = kExactWidth;
    options.has_fraction = true;
    options.fraction = -*power;
    return options;
  }

  Result<WeightMatrix> matrix_of(MatrixId id, const WeightOptions& options) {
    FIXGATE_CHECK(help_.supervision.check());
    const std::string name = full_name(network_.program, network_.program.matrices[id]);
    if (help_.weights != nullptr) return help_.weights->at(name);
    const bool needs_statistics = options.rounding != WeightRounding::Nearest || options.correct_bias;
    if (needs_statistics && help_.statistics == nullptr)
      return fail("weights '{}': rounding = \"{}\" and correct_bias need calibration data", name,
                  to_text(options.rounding));
    if (options.correct_bias) corrected_.insert(id);
    const auto round = [&] { return rounded(name, *network_.weights[id], options); };
    return help_.cache == nullptr ? round() : *help_.cache->get(name, options, round);
  }

  [[nodiscard]] WeightMatrix rounded(const std::string& name, const FloatMatrix& matrix,
                                     const WeightOptions& options) const {
    static const std::vector<MatrixUse> kUnknown;
    // A matrix that nothing reads has no statistics.
    const bool is_nearest = options.rounding == WeightRounding::Nearest || !help_.statistics->contains(name);
    const std::vector<MatrixUse>& uses = is_nearest ? kUnknown : help_.statistics->at(name);
    std::vector<int> widths;
    if (options.mixed_rows) widths = choose_row_widths(matrix, options, uses);
    return is_nearest ? quantise_weights(name, matrix, options, std::move(widths))
                      : compensate_weights(name, matrix, options, uses, std::move(widths));
  }

  Result<void> add_tables() {
    const std::vector<FormatGroupId> written = groups_of_tables(fixed_.program, groups_);
    std::vector<PlanSignal> signals;
    for (const FormatGroupId id : written) signals.push_back(signals_[id.index()]);
    FIXGATE_ASSIGN(const auto resolved, resolve_signal_tables(plan_, signals));
    std::map<FormatGroupId, TableOptions> options;
    for (std::size_t k = 0; k < written.size(); ++k) options.emplace(written[k], resolved[k]);
    return make_tables(fixed_, [&](ValueId target) { return options[*groups_.group_of[target]]; });
  }

  Result<void> add_initial_states() {
    for (const StateId id : fixed_.program.states.ids()) {
      const ValueId value = fixed_.program.states[id].value;
      std::vector<std::int64_t> integers;
      if (!network_.initial[id].isZero(0)) {
        FIXGATE_ASSIGN(integers, initial_integers(network_.initial[id], value));
      }
      fixed_.initial.add(std::move(integers));
    }
    return {};
  }

  [[nodiscard]] Result<std::vector<std::int64_t>> initial_integers(const FloatVector& initial,
                                                                   ValueId value) const {
    std::vector<std::int64_t> integers;
    const SignalFormat& format = fixed_.formats[value];
    for (const float one : initial) {
      std::int64_t overflows = 0;
      integers.push_back(quantise_input(one, format, overflows));
      if (overflows != 0)
        return fail(
            "the constant initial state {} does not fit signal '{}' ({}): give it a format that holds it",
            one, full_name(fixed_.program, fixed_.program.values[value]), to_text(format.format));
    }
    return integers;
  }

  Result<void> add_constants() {
    std::map<ConstantId, Eigen::VectorXd> biases;
    for (const ConstantId id : biases_of(fixed_.program)) biases.emplace(id, network_.constants[id]);
    correct(biases);
    const auto limits = constant_limits(fixed_.program, fixed_.formats);
    for (const ConstantId id : fixed_.program.constants.ids()) {
      FixedConstant constant{
          std::vector<std::int64_t>(static_cast<std::size_t>(network_.constants[id].size()), 0)};
      if (!biases.contains(id)) {
        auto made = quantise_constant(network_.constants[id], limits[id]);
        if (!made)
          return tl::make_unexpected(
              made.error().within(full_name(fixed_.program, fixed_.program.constants[id])));
        constant = std::move(*made);
      }
      fixed_.constants.add(std::move(constant));
    }
    return quantise_biases(fixed_, biases);
  }

  /// Biases make up for the means that products beside them lose, where the plan wants it.
  void correct(std::map<ConstantId, Eigen::VectorXd>& biases) const {
    const auto shared = shared_matrices(network_);
    std::map<MatrixId, std::size_t> uses;  // so far
    for (const ProductSite& site : product_sites_of(fixed_.program)) {
      const MatrixId matrix = shared[site.matrix];
      if (!corrected_.contains(matrix)) continue;
      const auto& all = help_.statistics->at(full_name(fixed_.program, fixed_.program.matrices[matrix]));
      const MatrixUse& use = all[uses[matrix]++];
      const auto bias = site.beside ? biases.find(*site.beside) : biases.end();
      if (bias == biases.end() || !use.has_bias) continue;
      add_lost(site, lost_mean(*network_.weights[matrix], fixed_.weights[matrix], use), bias->second);
    }
  }

  void add_lost(const ProductSite& site, const Eigen::VectorXd& lost, Eigen::VectorXd& bias) const {
    const Constant& constant = fixed_.program.constants[*site.beside];
    const Matrix& matrix = fixed_.program.matrices[site.matrix];
    std::vector<int> rows(static_cast<std::size_t>(constant.size), -1);  // by element of the constant
    for (int element = 0; element < fixed_.program.values[site.target].size; ++element)
      rows[static_cast<std::size_t>(constant_index(constant, element))] = row_of(matrix, element);
    for (Eigen::Index k = 0; k < bias.size(); ++k)
      if (const int row = rows[static_cast<std::size_t>(k)]; row >= 0) bias[k] += lost[row];
  }

  const FloatNetwork& network_;
  const FormatPlan& plan_;
  const QuantiseHelp& help_;
  FormatGroups groups_;
  std::vector<PlanSignal> signals_;    // by group
  std::vector<SignalFormat> formats_;  // by group
  std::set<MatrixId> corrected_;       // whose biases make up for their errors
  FixedNetwork fixed_;
};

}  // namespace

std::vector<std::string> weight_names(const FloatNetwork& network) {
  std::vector<std::string> names;
  for (const MatrixId id : first_matrices(network))
    names.push_back(full_name(network.program, network.program.matrices[id]));
  return names;
}

Result<QuantisedProgram> quantise(const FloatNetwork& network, const FormatPlan& plan,
                                  const QuantiseHelp& help) {
  Builder builder(network, plan, help);
  QuantisedProgram quantised;
  FIXGATE_ASSIGN(quantised.network, builder.build());
  quantised.resolved = builder.resolved();
  quantised.network.plan = to_toml(quantised.resolved);
  if (const auto verified = verify(quantised.network); !verified) {
    FIXGATE_CHECK(check_widths(quantised.network));
    return tl::make_unexpected(verified.error());
  }
  return quantised;
}

}  // namespace fixgate::program
