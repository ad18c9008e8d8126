// Scales and shifts by feature in front of dense matrices become part of these.
#include <algorithm>
#include <map>

#include "lowering/affine.h"
#include "lowering/groups.h"
#include "program/uses.h"

namespace fixgate::lowering {
namespace {

using program::Factor;
using program::MatrixProduct;
using program::Read;
using program::Statement;
using program::Sum;
using program::SumStatement;
using program::Term;
using program::ValueId;

class AffineFolder {
 public:
  explicit AffineFolder(Groups& groups) : groups_(groups) {}

  void run() {
    for (Group& group : groups_.groups) {
      if (group.definitions.size() != 1 || group.definitions.front().statement() == nullptr) continue;
      const auto* sum = std::get_if<SumStatement>(group.definitions.front().statement());
      if (sum == nullptr) continue;
      const auto affine = affine_of(groups_.draft, sum->sum, groups_.program().values[sum->target].size);
      if (!affine || !affine->read || groups_.draft.carried.contains(sum->target)) continue;
      if (can_fold(sum->target, group, *affine)) fold(sum->target, *affine);
    }
  }

 private:
  /// Every reader is a dense matrix of the same clock, that nothing else uses.
  bool can_fold(ValueId value, const Group& group, const Affine& affine) {
    found_.clear();
    if (!(affine.read->tick == program::Tick{})) return false;
    for (const program::Output& output : groups_.program().outputs)
      if (output.value == value) return false;
    for (Group& other : groups_.groups)
      for (Definition& definition : other.definitions) {
        const auto reads = reads_of(definition);
        const auto count = std::ranges::count(reads, value, &Read::value);
        if (count == 0) continue;
        auto* statement = std::get_if<Statement>(&definition.how);
        auto* sum = statement == nullptr ? nullptr : std::get_if<SumStatement>(statement);
        if (sum == nullptr || other.clock != group.clock) return false;
        if (collect(sum->sum, value) != count) return false;
      }
    return !found_.empty() &&
           std::ranges::all_of(found_, [&](const Place& place) { return is_alone(*place.product); });
  }

  struct Place {
    Sum* sum;  // that the product is a term of, by itself
    MatrixProduct* product;
    bool negative;
  };

  /// Products with the value that are terms by themselves.
  std::ptrdiff_t collect(Sum& sum, ValueId value) {
    std::ptrdiff_t count = 0;
    for (Term& term : sum.terms)
      for (Factor& factor : term.factors) {
        if (auto* bracket = std::get_if<Sum>(&factor)) count += collect(*bracket, value);
        auto* product = std::get_if<MatrixProduct>(&factor);
        if (product == nullptr || product->read.value != value || term.factors.size() != 1) continue;
        const bool is_dense =
            std::holds_alternative<program::Dense>(groups_.program().matrices[product->matrix].shape);
        if (!is_dense || !(product->read.tick == program::Tick{})) continue;
        found_.push_back({&sum, product, term.negative});
        ++count;
      }
    return count;
  }

  [[nodiscard]] bool is_alone(const MatrixProduct& product) const {
    int uses = 0;
    for (const Group& group : groups_.groups) {
      program::Layer layer;
      for (const Definition& definition : group.definitions)
        if (definition.statement() != nullptr) layer.statements.push_back(*definition.statement());
      uses += static_cast<int>(std::ranges::count(program::uses_of(layer).matrices, product.matrix));
    }
    return uses == 1;
  }

  void fold(ValueId, const Affine& affine) {
    std::vector<Eigen::VectorXd> shifts;
    for (const Place& place : found_) {
      SharedMatrix& weights = groups_.draft.network.weights[place.product->matrix];
      const Eigen::MatrixXd wide = weights->cast<double>();
      shifts.emplace_back((place.negative ? -1.0 : 1.0) * (wide * affine.shift));
      weights = std::make_shared<const FloatMatrix>((wide * affine.scale.asDiagonal()).cast<float>());
      place.product->read = *affine.read;
    }
    // A new bias moves the terms of its sum: no product is looked at any more.
    for (std::size_t place = 0; place < found_.size(); ++place)
      bias_of(*found_[place].sum, shifts[place].size()) += shifts[place];
  }

  /// The numbers of the sum's bias, one a row; a new one where it has none.
  Eigen::VectorXd& bias_of(Sum& sum, Eigen::Index rows) {
    auto& network = groups_.draft.network;
    for (const Term& term : sum.terms) {
      const auto* use =
          term.factors.size() == 1 ? std::get_if<program::ConstantUse>(&term.factors.front()) : nullptr;
      if (use != nullptr && !term.negative && network.constants[use->constant].size() == rows &&
          network.program.constants[use->constant].inner == 1)
        return network.constants[use->constant];
    }
    const auto id = network.program.constants.add({"b", program::LayerId(0), static_cast<int>(rows), 1});
    network.constants.add(Eigen::VectorXd::Zero(rows));
    sum.terms.push_back(Term{false, {program::ConstantUse{id}}});
    return network.constants[id];
  }

  Groups& groups_;
  std::vector<Place> found_;
};

}  // namespace

void fold_affine(Groups& groups) {
  AffineFolder(groups).run();
}

}  // namespace fixgate::lowering
