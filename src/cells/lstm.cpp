#include "cells/lstm.h"

#include <map>
#include <string>
#include <utility>

namespace fixgate::cells {
namespace {

using program::before;
using program::constant;
using program::ConstantId;
using program::LayerBuilder;
using program::MatrixId;
using program::now;
using program::Sum;
using program::times;
using program::times_before;
using program::ValueId;

/// Declares an LSTM's weights and values, then writes its statements.
class LstmWriter {
 public:
  LstmWriter(program::Program& program, const RecurrentShape& shape, const LstmAttributes& attributes)
      : layer_(program, shape.head), shape_(shape), attributes_(attributes) {}

  ValueId write() {
    declare_weights();
    declare_values();
    layer_.state(at("c"), shape_.is_carried);
    layer_.state(at("h"), shape_.is_carried);
    write_gate("i", "i", attributes_.gate_function, peephole("i", before(at("c"))));
    if (attributes_.input_forget)
      layer_.sum(at("f"), constant(constants_.at("one")) - now(at("i")));
    else
      write_gate("f", "f", attributes_.gate_function, peephole("f", before(at("c"))));
    write_gate("c", "g", attributes_.candidate_function, {});
    layer_.sum(at("c"), now(at("f")) * before(at("c")) + now(at("i")) * now(at("g")));
    // o sees the new cell state through its peephole.
    write_gate("o", "o", attributes_.gate_function, peephole("o", now(at("c"))));
    layer_.table(at("t"), attributes_.cell_function, at("c"));
    layer_.sum(at("h"), now(at("o")) * now(at("t")));
    return at("h");
  }

 private:
  void declare_weights() {
    const char* letters[] = {"i", "o", "f", "c"};
    for (std::size_t gate = 0; gate < 4; ++gate) {
      if (attributes_.input_forget && letters[gate] == std::string("f")) continue;
      gates_.emplace(letters[gate],
                     declare_gate(layer_, shape_, {letters[gate], attributes_.has_bias[gate]}));
    }
    if (attributes_.has_peepholes) {
      for (const char* letter : {"i", "o", "f"})
        if (gates_.contains(letter))
          peepholes_.emplace(letter, layer_.diagonal(std::string("P_") + letter, shape_.hidden));
    }
    for (const char* name : {"clip", "minus_clip"})
      if (attributes_.has_clip) constants_.emplace(name, layer_.constant(name, 1));
    if (attributes_.input_forget) constants_.emplace("one", layer_.constant("one", 1));
  }

  void declare(const std::string& name, SignalRole role) {
    values_.emplace(name, layer_.value(name, signal_size(shape_), role));
  }

  /// pre_i, where there is a clip also its two steps, and i.
  void declare_gate_values(const std::string& letter, const std::string& output) {
    declare("pre_" + letter, SignalRole::PreActivation);
    declare_clip("pre_" + letter, SignalRole::PreActivation);
    declare(output, SignalRole::Gate);
  }

  void declare_clip(const std::string& name, SignalRole role) {
    if (!attributes_.has_clip) return;
    declare(name + "_below", role);
    declare(name + "_clipped", role);
  }

  void declare_values() {
    declare_gate_values("i", "i");
    if (attributes_.input_forget)
      declare("f", SignalRole::Gate);
    else
      declare_gate_values("f", "f");
    declare_gate_values("c", "g");
    declare("c", SignalRole::Cell);
    declare_gate_values("o", "o");
    declare("t", SignalRole::CellActivation);
    declare("h", SignalRole::Hidden);
  }

  [[nodiscard]] ValueId at(const std::string& name) const { return values_.at(name); }

  /// P * c, where there are peepholes.
  [[nodiscard]] Sum peephole(const std::string& letter, const Sum& cell) const {
    const auto found = peepholes_.find(letter);
    if (found == peepholes_.end()) return {};
    const auto& read = std::get<program::Read>(cell.terms.front().factors.front());
    return {{program::Term{false, {program::MatrixProduct{found->second, read}}}}};
  }

  /// The value within -clip..clip.
  ValueId clipped(const std::string& name) {
    if (!attributes_.has_clip) return at(name);
    layer_.smallest(at(name + "_below"), at(name), constants_.at("clip"));
    layer_.largest(at(name + "_clipped"), at(name + "_below"), constants_.at("minus_clip"));
    return at(name + "_clipped");
  }

  void write_gate(const std::string& letter, const std::string& output, const program::Function& function,
                  const Sum& peephole) {
    const GateWeights& gate = gates_.at(letter);
    const Sum products = times(gate.input, shape_.input) + times_before(gate.recurrent, at("h"));
    layer_.sum(at("pre_" + letter), with_bias(products + peephole, gate.bias));
    layer_.table(at(output), function, clipped("pre_" + letter));
  }

  LayerBuilder layer_;
  const RecurrentShape& shape_;
  const LstmAttributes& attributes_;
  std::map<std::string, GateWeights> gates_;
  std::map<std::string, MatrixId> peepholes_;
  std::map<std::string, ConstantId> constants_;
  std::map<std::string, ValueId> values_;
};

}  // namespace

ValueId add_lstm(program::Program& program, const RecurrentShape& shape, const LstmAttributes& attributes) {
  return LstmWriter(program, shape, attributes).write();
}

}  // namespace fixgate::cells
