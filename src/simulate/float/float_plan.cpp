#include "simulate/float/float_plan.h"

#include "program/moves.h"
#include "program/uses.h"

namespace fixgate::program {
namespace {

/// Whether a statement reads, at an earlier tick, what itself or a later statement of its layer makes: only
/// then must one tick be finished before the next one begins.
bool reads_what_it_makes_later(const Program& program, LayerId id) {
  for (const Statement& statement : program.layers[id].statements)
    for (const Read& read : reads_of(statement))
      if (program.values[read.value].layer == id && !(read.value < target_of(statement))) return true;
  return false;
}

class LayerPreparation {
 public:
  LayerPreparation(const FloatNetwork& network, const IdVector<MatrixId, FloatMatrixProduct>& matrices,
                   LayerId id)
      : network_(network), matrices_(matrices), id_(id), layer_(network.program.layers[id]) {
    made_.layer = &layer_;
    made_.is_recurrent = reads_what_it_makes_later(network.program, id);
  }

  FloatLayer prepare() {
    for (const Statement& statement : layer_.statements) {
      const ValueId target = target_of(statement);
      size_ = network_.program.values[target].size;
      auto what = std::visit([&](const auto& any) { return prepared(any); }, statement);
      made_.statements.push_back({target, size_, std::move(what)});
    }
    return std::move(made_);
  }

 private:
  using What = decltype(FloatStatement::what);

  [[nodiscard]] ReadPath path(const Read& read) const { return {network_.program, layer_, read}; }

  What prepared(const SumStatement& statement) { return sum(statement.sum); }
  What prepared(const TableStatement& statement) {
    return FloatTable{network_.program.functions[statement.function], path(statement.argument)};
  }
  What prepared(const ExtremeStatement& statement) {
    FloatExtreme extreme{statement.largest, {}, {}};
    for (const auto& operand : statement.operands) {
      if (const auto* use = std::get_if<ConstantUse>(&operand))
        extreme.operands.emplace_back(constant(*use));
      else
        extreme.operands.emplace_back(path(std::get<Read>(operand)));
    }
    for (int element = 0; statement.window && element < size_; ++element)
      extreme.window.push_back(taps_of(*statement.window, element));
    return extreme;
  }
  What prepared(const Concat& move) {
    FloatConcat concat;
    for (const Read& operand : move.operands) concat.operands.push_back(path(operand));
    return concat;
  }
  What prepared(const View& move) { return FloatMove{path(move.operand), sources_of(move)}; }
  What prepared(const Pad& move) { return FloatMove{path(move.operand), sources_of(move)}; }
  What prepared(const Gather& move) { return FloatMove{path(move.operand), move.indices}; }
  What prepared(const Block& move) {
    return FloatBlock{path(move.operand), network_.program.clocks[layer_.clock].factor};
  }
  What prepared(const Join& move) {
    const ClockId inner = network_.program.values[move.operand.value].clock;
    return FloatJoin{move.operand.value, network_.program.clocks[inner].factor};
  }

  FloatSum sum(const Sum& from) {
    FloatSum made;
    for (const Term& term : from.terms) {
      FloatTerm its{term.negative, {}};
      for (const Factor& factor : term.factors)
        its.factors.push_back(std::visit([&](const auto& any) { return prepared_factor(any); }, factor));
      made.terms.push_back(std::move(its));
    }
    return made;
  }

  FloatFactor prepared_factor(const MatrixProduct& product) {
    FloatProductFactor factor{&matrices_[product.matrix], path(product.read), std::nullopt};
    if (made_.is_recurrent && network_.program.values[product.read.value].layer != id_) {
      factor.ahead = made_.ahead.size();
      made_.ahead.push_back(factor);
    }
    return factor;
  }
  FloatFactor prepared_factor(const RowLookup& lookup) {
    return FloatLookup{network_.weights[lookup.matrix].get(), path(lookup.token)};
  }
  FloatFactor prepared_factor(const Read& read) { return path(read); }
  FloatFactor prepared_factor(const ConstantUse& use) { return constant(use); }
  FloatFactor prepared_factor(const Sum& from) { return sum(from); }

  [[nodiscard]] FloatConstant constant(const ConstantUse& use) const {
    const Constant& described = network_.program.constants[use.constant];
    FloatConstant made{Eigen::RowVectorXf(size_)};
    for (int e = 0; e < size_; ++e)
      made.elements[e] =
          static_cast<float>(network_.constants[use.constant][e / described.inner % described.size]);
    return made;
  }

  const FloatNetwork& network_;
  const IdVector<MatrixId, FloatMatrixProduct>& matrices_;
  LayerId id_;
  const Layer& layer_;
  FloatLayer made_;
  int size_ = 0;
};

}  // namespace

FloatLayer prepare(const FloatNetwork& network, const IdVector<MatrixId, FloatMatrixProduct>& matrices,
                   LayerId layer) {
  return LayerPreparation(network, matrices, layer).prepare();
}

}  // namespace fixgate::program
