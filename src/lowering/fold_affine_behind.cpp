// Scales and shifts behind matrices become part of these.
#include <algorithm>
#include <map>
#include <numeric>

#include "lowering/affine.h"
#include "lowering/groups.h"
#include "program/uses.h"

namespace fixgate::lowering {
namespace {

using program::ConstantUse;
using program::MatrixId;
using program::MatrixProduct;
using program::Statement;
using program::Sum;
using program::SumStatement;
using program::Term;
using program::Tick;
using program::ValueId;

/// The sum that a group consists of.
SumStatement* only_sum(Group& group) {
  if (group.definitions.size() != 1) return nullptr;
  auto* statement = std::get_if<Statement>(&group.definitions.front().how);
  return statement == nullptr ? nullptr : std::get_if<SumStatement>(statement);
}

/// How the elements of a product lie: element e is of row (e / inner) modulo rows.
struct RowLayout {
  int inner = 1;
  int rows = 1;

  [[nodiscard]] int row_of(Eigen::Index element) const { return static_cast<int>(element / inner % rows); }
  friend bool operator==(const RowLayout&, const RowLayout&) = default;
};

RowLayout layout_of(const program::Matrix& matrix) {
  if (const auto* diagonal = std::get_if<program::Diagonal>(&matrix.shape))
    return {diagonal->inner, matrix.rows};
  const auto* slide = std::get_if<program::Slide>(&matrix.shape);
  if (slide == nullptr) return {1, matrix.rows};
  const int inner = std::accumulate(slide->after.begin(), slide->after.end(), 1,
                                    [](int count, const auto& axis) { return count * axis.outputs; });
  return {inner, matrix.rows};
}

/// A number a row; nothing where elements of one row differ.
std::optional<Eigen::VectorXd> by_row(const Eigen::VectorXd& elements, const RowLayout& layout) {
  Eigen::VectorXd rows(layout.rows);
  std::vector<bool> is_known(static_cast<std::size_t>(layout.rows));
  for (Eigen::Index element = 0; element < elements.size(); ++element) {
    const int row = layout.row_of(element);
    auto known = is_known.begin() + row;
    if (*known && rows[row] != elements[element]) return std::nullopt;
    rows[row] = elements[element];
    *known = true;
  }
  return rows;
}

class BehindFolder {
 public:
  explicit BehindFolder(Groups& groups) : groups_(groups) {}

  void run() {
    count_uses();
    for (Group& group : groups_.groups) {
      SumStatement* sum = only_sum(group);
      if (sum == nullptr) continue;
      const auto affine = affine_of(groups_.draft, sum->sum, groups_.program().values[sum->target].size);
      if (!affine || !affine->read || !(affine->read->tick == Tick{})) continue;
      if (Group* source = source_of(*affine->read, group)) fold(*source, *affine, group, *sum);
    }
    std::erase_if(groups_.groups, [](const Group& group) { return group.definitions.empty(); });
  }

 private:
  void count_uses() {
    for (const program::Output& output : groups_.program().outputs) ++reads_[output.value];
    for (const Group& group : groups_.groups) {
      program::Layer layer;
      for (const Definition& definition : group.definitions) {
        for (const program::Read& read : reads_of(definition)) ++reads_[read.value];
        if (definition.statement() != nullptr) layer.statements.push_back(*definition.statement());
      }
      for (const MatrixId matrix : program::uses_of(layer).matrices) ++matrix_uses_[matrix];
    }
  }

  /// The group that makes the value by matrices and a bias alone, if nothing else reads it.
  Group* source_of(const program::Read& read, const Group& reader) {
    if (reads_[read.value] != 1 || groups_.draft.carried.contains(read.value) ||
        program::state_of(groups_.program(), read.value))
      return nullptr;
    for (Group& group : groups_.groups) {
      const SumStatement* sum = only_sum(group);
      if (sum == nullptr || sum->target != read.value) continue;
      return group.clock == reader.clock && !group.is_reverse && are_products(sum->sum) ? &group : nullptr;
    }
    return nullptr;
  }

  [[nodiscard]] bool are_products(const Sum& sum) const {
    bool any = false;
    for (const Term& term : sum.terms) {
      if (term.factors.size() != 1) return false;
      const auto* product = std::get_if<MatrixProduct>(&term.factors.front());
      const bool is_constant = std::holds_alternative<ConstantUse>(term.factors.front());
      if (product == nullptr ? !is_constant : matrix_uses_.at(product->matrix) != 1) return false;
      any = any || product != nullptr;
    }
    return any;
  }

  /// The layout that all matrices of the sum have.
  [[nodiscard]] std::optional<RowLayout> layout_of_all(const Sum& sum) const {
    std::optional<RowLayout> layout;
    for (const Term& term : sum.terms) {
      const auto* product = std::get_if<MatrixProduct>(&term.factors.front());
      if (product == nullptr) continue;
      const RowLayout one = layout_of(groups_.program().matrices[product->matrix]);
      if (layout && *layout != one) return std::nullopt;
      layout = one;
    }
    return layout;
  }

  void fold(Group& source, const Affine& affine, Group& reader, SumStatement& statement) {
    const Sum& sum = only_sum(source)->sum;
    const auto layout = layout_of_all(sum);
    const auto scale = layout ? by_row(affine.scale, *layout) : std::nullopt;
    if (!scale) return;
    Sum scaled;
    for (const Term& term : sum.terms)
      if (const auto* product = std::get_if<MatrixProduct>(&term.factors.front())) {
        scale_rows(product->matrix, *scale);
        scaled.terms.push_back(term);
      }
    const Eigen::VectorXd bias = bias_of(sum, affine.scale.size()).cwiseProduct(affine.scale) + affine.shift;
    scaled.terms.push_back(Term{false, {ConstantUse{add_bias(bias, *layout)}}});
    reader.name = source.name;
    reader.label = source.label;
    statement.sum = std::move(scaled);
    source.definitions.clear();
  }

  void scale_rows(MatrixId matrix, const Eigen::VectorXd& scale) {
    SharedMatrix& weights = groups_.draft.network.weights[matrix];
    weights =
        std::make_shared<const FloatMatrix>((scale.asDiagonal() * weights->cast<double>()).cast<float>());
  }

  /// All constants of the sum, an element each.
  [[nodiscard]] Eigen::VectorXd bias_of(const Sum& sum, Eigen::Index size) const {
    Eigen::VectorXd bias = Eigen::VectorXd::Zero(size);
    for (const Term& term : sum.terms) {
      const auto* use = std::get_if<ConstantUse>(&term.factors.front());
      if (use == nullptr) continue;
      const program::Constant& constant = groups_.program().constants[use->constant];
      const Eigen::VectorXd& numbers = groups_.draft.network.constants[use->constant];
      for (Eigen::Index element = 0; element < size; ++element)
        bias[element] += (term.negative ? -1 : 1) * numbers[element / constant.inner % constant.size];
    }
    return bias;
  }

  program::ConstantId add_bias(const Eigen::VectorXd& bias, const RowLayout& layout) {
    const auto rows = by_row(bias, layout);
    const Eigen::VectorXd& numbers = rows ? *rows : bias;
    const auto id = groups_.program().constants.add(
        {"b", program::LayerId(0), static_cast<int>(numbers.size()), rows ? layout.inner : 1});
    groups_.draft.network.constants.add(numbers);
    return id;
  }

  Groups& groups_;
  std::map<ValueId, int> reads_;
  std::map<MatrixId, int> matrix_uses_;
};

}  // namespace

void fold_affine_behind(Groups& groups) {
  BehindFolder(groups).run();
}

}  // namespace fixgate::lowering
