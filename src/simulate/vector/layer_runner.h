// Runs one layer over a store of values: values in, values out. What drives whole networks is
// vector_simulator.h.
#pragma once

#include <vector>

#include "program/fixed_network.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/vector/layer_plan.h"
#include "simulate/vector/value_store.h"

namespace fixgate::program {

class LayerRunner {
 public:
  /// All outlive this. `store` has at most kMostPlaces sequences; `scratch` is not used by others meanwhile.
  LayerRunner(const Program& program, const Layer& layer, const LayerPlan& plan, const ValueStore& store,
              ReusedBytes& scratch);

  /// Makes every tick of the layer's values; adds to `counts`.
  void run(ValueCounts& counts);

 private:
  /// Ticks that are worked on together, by their place in ticks_.
  struct Span {
    std::size_t first = 0;
    std::size_t places = 0;
  };

  Span add_ticks(std::int64_t position);
  void run_recurrent();
  void run_pointwise();
  void place_scratch();
  void multiply_ahead();
  void run_steps(const Span& span);
  void find_targets(const Span& span);
  void find_operand(std::size_t operand, const Span& span, Rows& rows) const;
  void find_products_ahead(const Span& span);
  void find_token_products(const ProductGroup& group, const Span& span);
  void fetch_ahead(const ProductGroup& group, const SequenceTick& at) const;
  void find_products(const ProductGroup& group, std::size_t first_place);
  void multiply(const ProductGroup& group, const Rows& inputs, std::size_t places) const;

  const Program& program_;
  const LayerPlan& plan_;
  const ValueStore& store_;
  std::vector<TickOrder> orders_;       // by sequence
  std::vector<std::size_t> by_length_;  // sequences, those of most ticks first
  std::int64_t longest_ = 0;            // ticks
  std::size_t total_ = 0;               // ticks of all sequences
  std::vector<SequenceTick> ticks_;     // what is worked on
  std::vector<Rows> operands_;
  std::vector<std::uint8_t*> targets_;   // [steps, kMostPlaces]
  std::vector<std::int64_t> overflows_;  // by step
  std::size_t products_from_ = 0;        // the place from which on products ahead are read
  std::uint8_t* scratch_;
  std::size_t capacity_;  // places in it
};

}  // namespace fixgate::program
