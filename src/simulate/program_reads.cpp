#include "simulate/program_reads.h"

namespace fixgate::program {
namespace {

/// Every read that a statement makes.
class ReadVisitor {
 public:
  explicit ReadVisitor(std::vector<Read>& reads) : reads_(reads) {}

  void operator()(const SumStatement& statement) const { (*this)(statement.sum); }
  void operator()(const TableStatement& statement) const { reads_.push_back(statement.argument); }
  void operator()(const ExtremeStatement& statement) const {
    for (const auto& operand : statement.operands)
      if (const auto* read = std::get_if<Read>(&operand)) reads_.push_back(*read);
  }
  void operator()(const Concat& move) const {
    reads_.insert(reads_.end(), move.operands.begin(), move.operands.end());
  }
  template <typename Move>
  void operator()(const Move& move) const {
    reads_.push_back(move.operand);
  }

  void operator()(const Sum& sum) const {
    for (const Term& term : sum.terms)
      for (const Factor& factor : term.factors) std::visit([this](const auto& any) { add(any); }, factor);
  }

 private:
  void add(const MatrixProduct& product) const { reads_.push_back(product.read); }
  void add(const RowLookup& lookup) const { reads_.push_back(lookup.token); }
  void add(const Read& read) const { reads_.push_back(read); }
  void add(const ConstantUse&) const {}
  void add(const Sum& sum) const { (*this)(sum); }

  std::vector<Read>& reads_;
};

}  // namespace

std::vector<Read> reads_of(const Statement& statement) {
  std::vector<Read> reads;
  std::visit(ReadVisitor(reads), statement);
  return reads;
}

}  // namespace fixgate::program
