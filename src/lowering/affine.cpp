#include "lowering/affine.h"

namespace fixgate::lowering {
namespace {

using program::Factor;
using program::Read;
using program::Sum;
using program::Term;

class AffineReader {
 public:
  AffineReader(const Draft& draft, int size) : draft_(draft), size_(size) {}

  [[nodiscard]] std::optional<Affine> of(const Sum& sum) const {
    Affine all{std::nullopt, Eigen::VectorXd::Zero(size_), Eigen::VectorXd::Zero(size_)};
    for (const Term& term : sum.terms) {
      auto one = of(term);
      if (!one || (all.read && one->read && *all.read != *one->read)) return std::nullopt;
      if (one->read) all.read = one->read;
      all.scale += one->scale;
      all.shift += one->shift;
    }
    return all;
  }

 private:
  [[nodiscard]] std::optional<Affine> of(const Term& term) const {
    Affine product{std::nullopt, Eigen::VectorXd::Zero(size_),
                   Eigen::VectorXd::Constant(size_, term.negative ? -1 : 1)};
    for (const Factor& factor : term.factors) {
      auto one = of(factor);
      if (!one || (product.read && one->read)) return std::nullopt;
      // (a x + b) c, whichever of the two has the x.
      product.scale =
          (one->read ? one->scale.cwiseProduct(product.shift) : product.scale.cwiseProduct(one->shift))
              .eval();
      product.shift = product.shift.cwiseProduct(one->shift).eval();
      if (one->read) product.read = one->read;
    }
    return product;
  }

  [[nodiscard]] std::optional<Affine> of(const Factor& factor) const {
    if (const auto* read = std::get_if<Read>(&factor))
      return Affine{*read, Eigen::VectorXd::Ones(size_), Eigen::VectorXd::Zero(size_)};
    if (const auto* bracket = std::get_if<Sum>(&factor)) return of(*bracket);
    const auto* use = std::get_if<program::ConstantUse>(&factor);
    if (use == nullptr) return std::nullopt;
    const program::Constant& constant = draft_.network.program.constants[use->constant];
    Affine number{std::nullopt, Eigen::VectorXd::Zero(size_), Eigen::VectorXd(size_)};
    for (int element = 0; element < size_; ++element)
      number.shift[element] =
          draft_.network.constants[use->constant][element / constant.inner % constant.size];
    return number;
  }

  const Draft& draft_;
  int size_;
};

}  // namespace

std::optional<Affine> affine_of(const Draft& draft, const Sum& sum, int size) {
  return AffineReader(draft, size).of(sum);
}

}  // namespace fixgate::lowering
