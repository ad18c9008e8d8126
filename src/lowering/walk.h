// The walk over the nodes of a graph that writes a draft.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lowering/draft.h"
#include "lowering/frame.h"
#include "lowering/lower_to_program.h"
#include "lowering/sources.h"
#include "lowering/time_axes.h"
#include "network/graph.h"

namespace fixgate::lowering {

/// What a name of the graph stands for: numbers, or codes of sources.
struct Item {
  Tensor tensor;
  bool is_constant = true;
  std::string maker = {};                   // the node that moved it last
  bool is_final = false;                    // a recurrent node's final state
  std::vector<std::string> functions = {};  // left to the reader, in order
};

/// A tensor's elements as a vector.
struct Operand {
  Frame frame;
  program::Read read;
};

class Walk {
 public:
  /// `graph` outlives this.
  Walk(const Graph& graph, const Options& options, const Probe& probe)
      : graph_(graph), options_(options), probe_(probe), framer_(draft_, sources_) {}

  /// Everything but the arrangement. What is refused is in refusals().
  void run();
  [[nodiscard]] const std::vector<Error>& refusals() const { return refusals_; }
  /// The layers so far, in the order of the nodes.
  [[nodiscard]] std::vector<LayerLine> understood() const;
  Result<LoweredProgram> finish();

  // What operators are lowered with.
  Draft& draft() { return draft_; }
  Framer& framer() { return framer_; }
  Sources& sources() { return sources_; }
  program::Program& program() { return draft_.network.program; }
  [[nodiscard]] std::int64_t operator_set() const { return graph_.operator_set; }
  [[nodiscard]] program::ClockId main_clock() const { return clocks_.front(); }
  [[nodiscard]] const std::vector<program::ClockId>& clocks() const { return clocks_; }

  /// nullptr: left out.
  [[nodiscard]] const Item* find(const Node& node, std::size_t input) const;
  /// Errors: left out, or not constant; not data.
  Result<const Tensor*> constant(const Node& node, std::size_t input) const;
  Result<const Item*> data(const Node& node, std::size_t input) const;
  /// The item's codes; those of numbers are made.
  Tensor codes(const Item& item);
  void put(const Node& node, std::size_t output, Item item);
  void put_codes(const Node& node, Tensor codes, std::size_t output = 0);

  /// How a statement on the frame's clock reads the atoms: a value as it is, or one that is moved. `name` is
  /// for the layer of the latter.
  Result<program::Read> read(const Frame& frame, Atoms atoms, const Item& named);
  /// The same at the reader's own tick.
  Result<program::ValueId> value(const Frame& frame, Atoms atoms, const Item& named);
  /// A layer of a node, on a clock.
  program::LayerBuilder layer(const Node& node, std::string label, program::ClockId clock);
  program::LayerBuilder named_layer(std::string name, std::string label, program::ClockId clock);
  /// Tells the sources of a value that a statement on the frame's clock makes.
  void trace(program::ValueId value, const Frame& frame);
  /// A value that moves atoms; the same for the same atoms.
  program::ValueId move(program::ClockId clock, const Atoms& atoms, std::string layer, std::string label,
                        std::string name);
  /// Runs a node that only moves elements on codes; `data` are the inputs that hold elements.
  Result<std::vector<Tensor>> run_on_codes(const Node& node, const std::vector<std::size_t>& data);

  /// Runs a body in place of its node.
  Result<void> run_body(const Node& node, const Graph& body);
  /// Lowers a body's nodes, which see what is in `inside` and the body's constants alone. The values after it.
  Result<std::map<std::string, Item>> run_nodes(const Graph& body, std::map<std::string, Item> inside);
  /// The graph inputs that a value of whole numbers depends on, where no operator says what it is; or "".
  [[nodiscard]] std::string undecided(const std::string& value) const;

  program::MatrixId tied_or_new(program::LayerBuilder& builder, const std::string& name, FloatMatrix weights);

 private:
  Result<void> enter_inputs();
  Result<void> enter(const GraphValue& input);
  /// A name that no other input has in the program.
  std::string name_input(const std::string& graph_name);
  Result<void> lower(const Node& node);
  Result<void> lower_by_operator(const Node& node);
  [[nodiscard]] bool is_constant(const Node& node) const;
  Result<void> evaluate_constant(const Node& node);
  [[nodiscard]] bool reads_unknown(const Node& node) const;
  void refuse(const Node& node, const Error& reason);
  bool leave_undecided(const Node& node);
  Result<Atoms> without_ends(const Frame& frame, Atoms atoms, const Item& named);
  std::string name_of_move(const Frame& frame, const Atoms& atoms, const Item& named, std::string& label);
  Result<std::vector<StatePair>> find_states();
  [[nodiscard]] std::set<std::string> state_outputs(const std::vector<StatePair>& pairs) const;
  void add_input_ports(LoweredProgram& lowered) const;
  void mark_repeated_calls(const std::vector<StatePair>& pairs);
  Result<void> add_output(const GraphValue& output, const Item& item, LoweredProgram& lowered);

  const Graph& graph_;
  const Options& options_;
  const Probe& probe_;
  Draft draft_;
  Sources sources_;
  Framer framer_;
  std::vector<program::ClockId> clocks_;  // one a time axis
  std::map<std::string, Item> items_;
  std::map<std::string, std::string> graph_names_;  // of inputs, by their names in the program
  std::set<std::string> unknown_;
  std::map<std::string, std::set<std::string>> undecided_;  // by value: graph inputs
  std::vector<Error> refusals_;
  std::vector<std::pair<program::ClockId, program::ValueId>> moved_;
};

/// Lowers a node by its operator. Nothing where no such operator is known.
using Lowering = Result<void> (*)(Walk& walk, const Node& node);
Lowering find_lowering(const std::string& op_type);

}  // namespace fixgate::lowering
