#include "program/product_sites.h"

#include <utility>

namespace fixgate::program {
namespace {

class SiteLister {
 public:
  explicit SiteLister(const Program& program) : program_(program) {}

  std::vector<ProductSite> list() {
    for (const LayerId id : program_.layers.ids())
      for (const Statement& statement : program_.layers[id].statements)
        if (const auto* sum = std::get_if<SumStatement>(&statement)) {
          layer_ = id;
          target_ = sum->target;
          add(sum->sum, true);
        }
    return std::move(sites_);
  }

 private:
  static std::optional<ConstantId> lone_constant(const Sum& sum) {
    for (const Term& term : sum.terms)
      if (const auto* use = std::get_if<ConstantUse>(&term.factors.front());
          use != nullptr && term.factors.size() == 1 && !term.negative)
        return use->constant;
    return std::nullopt;
  }

  void add(const Sum& sum, bool is_own) {
    const auto beside = lone_constant(sum);
    for (const Term& term : sum.terms) {
      const bool is_single = term.factors.size() == 1;
      for (const Factor& factor : term.factors) {
        const auto place = [&](MatrixId matrix, const Read& read, bool is_lookup) {
          sites_.push_back({matrix, read, is_lookup, layer_, target_,
                            is_single && !term.negative ? beside : std::nullopt, is_single && is_own});
        };
        if (const auto* product = std::get_if<MatrixProduct>(&factor))
          place(product->matrix, product->read, false);
        if (const auto* lookup = std::get_if<RowLookup>(&factor)) place(lookup->matrix, lookup->token, true);
        if (const auto* bracket = std::get_if<Sum>(&factor)) add(*bracket, is_own && is_single);
      }
    }
  }

  const Program& program_;
  LayerId layer_{0};
  ValueId target_{0};
  std::vector<ProductSite> sites_;
};

}  // namespace

std::vector<ProductSite> product_sites_of(const Program& program) {
  return SiteLister(program).list();
}

}  // namespace fixgate::program
