#include "program/layer_costs.h"

namespace fixgate::program {
namespace {

/// Ticks of a clock that derives from one that ticks once a sequence.
std::int64_t ticks_per_sequence(const Program& program, ClockId id) {
  const Clock& clock = program.clocks[id];
  if (clock.kind == ClockKind::Once) return 1;
  const std::int64_t parent = ticks_per_sequence(program, *clock.parent);
  return clock.kind == ClockKind::Inner ? parent * clock.factor : clock.ticks(parent);
}

}  // namespace

std::int64_t products_at(const Program& program, const ProductSite& site) {
  if (site.is_lookup) return 0;
  const Matrix& matrix = program.matrices[site.matrix];
  if (const auto* slide = std::get_if<Slide>(&matrix.shape)) return count_taps(*slide);
  if (std::holds_alternative<Diagonal>(matrix.shape)) return program.values[site.read.value].size;
  return std::int64_t{matrix.rows} * matrix.columns;
}

std::optional<double> ticks_per_step(const Program& program, ClockId id) {
  const Clock& clock = program.clocks[id];
  if (clock.kind == ClockKind::Step) return 1;
  if (clock.kind == ClockKind::Once) return std::nullopt;
  const std::optional<double> parent = ticks_per_step(program, *clock.parent);
  if (!parent) return std::nullopt;
  return clock.kind == ClockKind::Strided ? *parent / clock.factor : *parent * clock.factor;
}

IdVector<LayerId, LayerCost> layer_costs(const Program& program) {
  IdVector<LayerId, LayerCost> costs(program.layers.size(), {});
  for (const Matrix& matrix : program.matrices)
    costs[matrix.layer].parameters += std::int64_t{matrix.rows} * matrix.columns;
  for (const Constant& constant : program.constants) costs[constant.layer].parameters += constant.size;
  for (const ProductSite& site : product_sites_of(program))
    costs[site.layer].products += products_at(program, site);
  return costs;
}

ProductCount count_products(const Program& program) {
  ProductCount count;
  const IdVector<LayerId, LayerCost> costs = layer_costs(program);
  for (const LayerId id : program.layers.ids()) {
    const ClockId clock = program.layers[id].clock;
    if (const auto ticks = ticks_per_step(program, clock))
      count.per_step += *ticks * static_cast<double>(costs[id].products);
    else
      count.per_sequence += ticks_per_sequence(program, clock) * costs[id].products;
  }
  return count;
}

}  // namespace fixgate::program
