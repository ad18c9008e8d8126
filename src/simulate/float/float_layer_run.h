// One layer of a program in real numbers: docs/numerics.md, "Statements", without rounding.
#pragma once

#include <vector>

#include "program/reading.h"
#include "simulate/float/float_observer.h"
#include "simulate/float/float_plan.h"
#include "simulate/float/float_values.h"

namespace fixgate::program {

/// What a run has at hand; all outlive it.
struct FloatSurroundings {
  const Program& program;
  const TickCounts& counts;
  const FloatMemory& before;   // the run
  const FloatMemory& initial;  // at the beginning of a sequence
};

/// Runs a layer; writes what it makes into `values`.
class FloatLayerRun {
 public:
  FloatLayerRun(const FloatSurroundings& around, const FloatLayer& layer, FloatTicks& values,
                FloatValueObserver* observer);

  void run();

  // By kind of statement: the rows of the target for the positions at hand.
  FloatMatrix operator()(const FloatSum& sum) const;
  FloatMatrix operator()(const FloatTable& table) const;
  FloatMatrix operator()(const FloatExtreme& extreme) const;
  FloatMatrix operator()(const FloatConcat& concat) const;
  FloatMatrix operator()(const FloatMove& move) const;
  FloatMatrix operator()(const FloatBlock& block) const;
  FloatMatrix operator()(const FloatJoin& join) const;

 private:
  /// Rows that are read: those of a value where they lie one behind the other, else a copy.
  struct Rows {
    FloatMatrix copy;
    const float* data = nullptr;
    Eigen::Index rows = 0;
    Eigen::Index columns = 0;

    [[nodiscard]] FloatRowsView view() const { return {data, rows, columns}; }
  };

  void multiply_ahead();
  void run_positions(std::int64_t first, std::int64_t count);
  void store(ValueId target, const FloatMatrix& rows);

  [[nodiscard]] Rows read(const ReadPath& path) const;
  /// One row; nullptr: outside of the sequence.
  [[nodiscard]] const float* row_at(const ReadPath& path, std::int64_t position) const;
  [[nodiscard]] bool is_straight(const ReadPath& path) const;

  [[nodiscard]] FloatMatrix factor(const FloatProductFactor& product) const;
  [[nodiscard]] FloatMatrix factor(const FloatLookup& lookup) const;
  [[nodiscard]] FloatMatrix factor(const ReadPath& path) const { return read(path).view(); }
  [[nodiscard]] FloatMatrix factor(const FloatConstant& constant) const;
  [[nodiscard]] FloatMatrix factor(const FloatSum& sum) const { return (*this)(sum); }
  [[nodiscard]] FloatMatrix term(const FloatTerm& term) const;
  [[nodiscard]] FloatMatrix extreme_of_window(const FloatExtreme& extreme) const;

  FloatSurroundings around_;
  const FloatLayer& layer_;
  FloatTicks& values_;
  FloatValueObserver* observer_;
  TickOrder order_;
  std::vector<FloatMatrix> ahead_;  // as FloatLayer::ahead: [positions, outputs]
  std::int64_t first_ = 0;          // the positions at hand
  std::int64_t count_ = 0;
  int size_ = 0;  // of the target
};

}  // namespace fixgate::program
