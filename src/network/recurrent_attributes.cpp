#include "network/recurrent_attributes.h"

#include <cmath>

#include "network/node_attributes.h"

namespace fixgate {
namespace {

using Texts = std::vector<std::string>;
using Floats = std::vector<float>;

constexpr std::int64_t kLargestHiddenSize = std::int64_t{1} << 31;

Result<RecurrentDirection> parse_direction(const Node& node) {
  FIXGATE_ASSIGN(const std::string text, attribute_or<std::string>(node, "direction", "forward"));
  if (text == "forward") return RecurrentDirection::Forward;
  if (text == "reverse") return RecurrentDirection::Reverse;
  if (text == "bidirectional") return RecurrentDirection::Bidirectional;
  return fail("attribute 'direction' is '{}', not forward, reverse or bidirectional", text);
}

Result<std::optional<float>> parse_clip(const Node& node) {
  FIXGATE_ASSIGN(const std::optional<float> clip, find_attribute<float>(node, "clip"));
  if (clip && !(std::isfinite(*clip) && *clip > 0)) return fail("attribute 'clip' is {}, not above 0", *clip);
  return clip;
}

Result<std::optional<std::int64_t>> parse_hidden_size(const Node& node) {
  FIXGATE_ASSIGN(const auto size, find_attribute<std::int64_t>(node, "hidden_size"));
  if (size && (*size <= 0 || *size > kLargestHiddenSize))
    return fail("attribute 'hidden_size' is {}, not 1 to {}", *size, kLargestHiddenSize);
  return size;
}

Result<std::int64_t> parse_switch(const Node& node, const std::string& name) {
  FIXGATE_ASSIGN(const auto value, attribute_or<std::int64_t>(node, name, 0));
  if (value != 0 && value != 1) return fail("attribute '{}' is {}, not 0 or 1", name, value);
  return value;
}

Texts standard_activations(CellKind kind) {
  if (kind == CellKind::Rnn) return {"Tanh"};
  if (kind == CellKind::Gru) return {"Sigmoid", "Tanh"};
  return {"Sigmoid", "Tanh", "Tanh"};
}

/// The values of activation_alpha or activation_beta, handed out in order.
class ParameterQueue {
 public:
  explicit ParameterQueue(Floats values) : values_(std::move(values)) {}
  std::optional<float> take_if(bool wanted) {
    if (!wanted || next_ == values_.size()) return {};
    return values_[next_++];
  }
  [[nodiscard]] Result<void> check_used_up(const std::string& attribute) const {
    if (next_ == values_.size()) return {};
    return fail("attribute '{}' has {} values, but the activations take {}", attribute, values_.size(),
                next_);
  }

 private:
  Floats values_;
  std::size_t next_ = 0;
};

Result<std::vector<ActivationFunction>> parse_functions(const Node& node, const Texts& names) {
  FIXGATE_ASSIGN(auto alpha_values, attribute_or<Floats>(node, "activation_alpha", {}));
  FIXGATE_ASSIGN(auto beta_values, attribute_or<Floats>(node, "activation_beta", {}));
  ParameterQueue alphas(std::move(alpha_values));
  ParameterQueue betas(std::move(beta_values));
  std::vector<ActivationFunction> functions;
  for (const std::string& name : names) {
    FIXGATE_ASSIGN(const auto kind, parse_activation_kind(name));
    if (!is_recurrent_activation(kind))
      return fail("activation '{}' is none that ONNX's recurrent operators have", name);
    const std::optional<float> alpha = alphas.take_if(takes_alpha(kind));
    FIXGATE_ASSIGN(const auto function, parse_activation(name, alpha, betas.take_if(takes_beta(kind))));
    functions.push_back(function);
  }
  FIXGATE_CHECK(alphas.check_used_up("activation_alpha"));
  FIXGATE_CHECK(betas.check_used_up("activation_beta"));
  return functions;
}

/// One list per direction out of the flat attribute.
Result<std::vector<std::vector<ActivationFunction>>> parse_activations(const Node& node, CellKind kind,
                                                                       std::size_t directions) {
  const Texts standard = standard_activations(kind);
  FIXGATE_ASSIGN(Texts names, attribute_or<Texts>(node, "activations", {}));
  if (names.empty())
    for (std::size_t d = 0; d < directions; ++d) names.insert(names.end(), standard.begin(), standard.end());
  if (names.size() != directions * standard.size())
    return fail("attribute 'activations' has {} names, {} with {} direction(s) needs {}", names.size(),
                node.op_type, directions, directions * standard.size());
  FIXGATE_ASSIGN(const auto functions, parse_functions(node, names));
  std::vector<std::vector<ActivationFunction>> per_direction;
  for (auto first = functions.begin(); first != functions.end();
       first += static_cast<std::ptrdiff_t>(standard.size()))
    per_direction.emplace_back(first, first + static_cast<std::ptrdiff_t>(standard.size()));
  return per_direction;
}

}  // namespace

std::string to_text(RecurrentDirection direction) {
  if (direction == RecurrentDirection::Forward) return "forward";
  return direction == RecurrentDirection::Reverse ? "reverse" : "bidirectional";
}

std::int64_t RecurrentAttributes::gates() const {
  return static_cast<std::int64_t>(gate_names(kind).size());
}

Result<RecurrentAttributes> parse_recurrent_attributes(const Node& node) {
  RecurrentAttributes result;
  FIXGATE_ASSIGN(result.kind, parse_cell_kind(node.op_type));
  FIXGATE_ASSIGN(result.direction, parse_direction(node));
  FIXGATE_ASSIGN(result.hidden_size, parse_hidden_size(node));
  FIXGATE_ASSIGN(result.clip, parse_clip(node));
  FIXGATE_ASSIGN(result.layout, parse_switch(node, "layout"));
  FIXGATE_ASSIGN(const auto linear_before_reset, attribute_or<std::int64_t>(node, "linear_before_reset", 0));
  result.linear_before_reset = linear_before_reset != 0;  // ONNX: "if not zero"
  FIXGATE_ASSIGN(const auto input_forget, parse_switch(node, "input_forget"));
  result.input_forget = input_forget != 0;
  const std::size_t directions = result.direction == RecurrentDirection::Bidirectional ? 2 : 1;
  FIXGATE_ASSIGN(result.activations, parse_activations(node, result.kind, directions));
  return result;
}

}  // namespace fixgate
