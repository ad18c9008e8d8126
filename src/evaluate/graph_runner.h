// Runs a whole graph in float over sequences, operator by operator: networks that are no chain of layers.
#pragma once

#include <map>
#include <string>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "evaluate/graph_roles.h"
#include "network/graph.h"

namespace fixgate {

class GraphRunner {
 public:
  /// States between the calls, by the graph input that takes them.
  using State = std::map<std::string, Tensor>;

  /// Errors: those of find_roles.
  static Result<GraphRunner> make(const Graph& graph);

  /// Zero.
  [[nodiscard]] State initial_state() const;

  /// One call after the other, each of as many steps as the file fixes, the states carried. Outputs [steps or
  /// 1, outputs]. Errors: data of another kind or number of features or steps than the graph takes; whatever
  /// an operator refuses.
  [[nodiscard]] Result<FloatMatrix> run(const Sequence& sequence, State& state) const;

  [[nodiscard]] const CallSteps& call() const { return roles_.call; }
  [[nodiscard]] OutputFunction output_function() const { return roles_.function; }
  [[nodiscard]] bool carries_state() const { return roles_.call.repeats; }

 private:
  GraphRunner(Graph graph, GraphRoles roles) : graph_(std::move(graph)), roles_(std::move(roles)) {}

  [[nodiscard]] Result<void> check(const Sequence& sequence) const;
  [[nodiscard]] Result<FloatMatrix> run_call(const Sequence& sequence, std::int64_t first, std::int64_t steps,
                                             State& state) const;
  [[nodiscard]] Tensor data_of(const Sequence& sequence, std::int64_t first, std::int64_t steps) const;
  [[nodiscard]] Result<FloatMatrix> rows_of(const Tensor& output, std::int64_t steps) const;

  Graph graph_;  // its outputs are the states' and what the network computes
  GraphRoles roles_;
};

}  // namespace fixgate
