// Operators element by element: sums, products, tables, extremes.
#include <algorithm>
#include <cmath>

#include "lowering/operators.h"
#include "network/node_attributes.h"
#include "network/operators/operators.h"
#include "network/operators/strided_walk.h"

namespace fixgate::lowering {
namespace {

using program::ConstantUse;
using program::Factor;
using program::LayerBuilder;
using program::Read;
using program::Sum;
using program::Term;
using program::ValueId;

std::vector<const Item*> items_of(Walk& walk, const Node& node) {
  std::vector<const Item*> items;
  for (std::size_t input = 0; input < node.inputs.size(); ++input) items.push_back(walk.find(node, input));
  return items;
}

Result<Parts> parts_of(Walk& walk, const Node& node) {
  for (std::size_t input = 0; input < node.inputs.size(); ++input) FIXGATE_CHECK(walk.data(node, input));
  return read_parts(walk, items_of(walk, node));
}

Factor factor_of(Walk& walk, LayerBuilder& layer, const Part& part, const char* name) {
  if (part.read) return *part.read;
  return ConstantUse{compact_constant(walk, layer, name, part.numbers)};
}

void put_value(Walk& walk, const Node& node, const Frame& frame, ValueId value) {
  walk.trace(value, frame);
  walk.put_codes(node, walk.framer().spread(frame, value));
}

void write_sum(Walk& walk, const Node& node, const Frame& frame, LayerBuilder& layer, Sum sum) {
  const ValueId out = layer.value("out", frame.size(), SignalRole::Dense);
  layer.sum(out, std::move(sum));
  put_value(walk, node, frame, out);
}

}  // namespace

Result<Parts> read_parts(Walk& walk, const std::vector<const Item*>& items) {
  Shape shape;
  for (const Item* item : items) {
    FIXGATE_ASSIGN(shape, broadcast_shape(shape, item->tensor.shape));
  }
  std::vector<Tensor> codes;
  for (const Item* item : items) {
    Node expand{"expand", "Expand", {"x", "shape"}, {"y"}, {}};
    const Tensor own = walk.codes(*item);
    const Tensor wanted{{static_cast<std::int64_t>(shape.size())}, shape};
    OperatorCall call{expand, 13, {&own, &wanted}};
    FIXGATE_ASSIGN(Outputs expanded, evaluate(call));
    codes.push_back(std::move(expanded.front()));
  }
  std::vector<const Tensor*> tensors;
  for (const Tensor& tensor : codes) tensors.push_back(&tensor);
  FIXGATE_ASSIGN(Placed placed, walk.framer().place(tensors));
  Parts result{placed.frame, {}};
  for (std::size_t index = 0; index < items.size(); ++index) {
    Part part;
    const Atoms& atoms = placed.operands[index];
    if (items[index]->is_constant) {
      part.numbers.resize(static_cast<Eigen::Index>(atoms.size()));
      for (std::size_t element = 0; element < atoms.size(); ++element)
        part.numbers[static_cast<Eigen::Index>(element)] = atoms[element].number;
    } else {
      FIXGATE_ASSIGN(part.read, walk.read(placed.frame, atoms, *items[index]));
    }
    result.parts.push_back(std::move(part));
  }
  return result;
}

program::ConstantId compact_constant(Walk& walk, LayerBuilder& layer, const std::string& name,
                                     const Eigen::VectorXd& numbers) {
  const Eigen::Index count = numbers.size();
  Eigen::Index inner = 1;
  while (inner < count && numbers[inner] == numbers[0]) ++inner;
  const auto fits = [&](Eigen::Index size, Eigen::Index each) {
    if (count % (size * each) != 0) return false;
    for (Eigen::Index element = 0; element < count; ++element)
      if (numbers[element] != numbers[element / each % size * each]) return false;
    return true;
  };
  if (inner == count) {
    inner = 1;  // one number for all
    const auto id = layer.constant(name, 1);
    return walk.draft().add_constant(id, numbers.head(1));
  }
  if (count % inner != 0) inner = 1;
  Eigen::Index size = 1;
  for (size = 2; size * inner < count; ++size)
    if (fits(size, inner)) break;
  if (!fits(size, inner)) {
    inner = 1;
    size = count;
  }
  Eigen::VectorXd compact(size);
  for (Eigen::Index element = 0; element < size; ++element) compact[element] = numbers[element * inner];
  const auto id = layer.constant(name, static_cast<int>(size));
  walk.program().constants[id].inner = static_cast<int>(inner);
  return walk.draft().add_constant(id, std::move(compact));
}

namespace {

bool are_all(const Tensor& numbers, float wanted) {
  if (numbers.is_float())
    return std::ranges::all_of(numbers.floats(), [&](float number) { return number == wanted; });
  return std::ranges::all_of(numbers.integers(),
                             [&](std::int64_t number) { return static_cast<float>(number) == wanted; });
}

/// Adding zeros, or multiplying by ones, hands the other input on.
bool passes_on(Walk& walk, const Node& node, float neutral, bool on_the_left) {
  if (node.inputs.size() != 2) return false;
  for (const std::size_t number : {std::size_t{1}, std::size_t{0}}) {
    if (number == 0 && !on_the_left) continue;
    const Item* constant = walk.find(node, number);
    const Item* other = walk.find(node, 1 - number);
    if (constant == nullptr || other == nullptr || !constant->is_constant || other->is_constant ||
        !other->functions.empty())
      continue;
    const auto shape = broadcast_shape(other->tensor.shape, constant->tensor.shape);
    if (!shape || *shape != other->tensor.shape || !are_all(constant->tensor, neutral)) continue;
    Item same = *other;
    walk.put(node, 0, std::move(same));
    return true;
  }
  return false;
}

}  // namespace

Result<void> lower_sum(Walk& walk, const Node& node) {
  if (passes_on(walk, node, 0, node.op_type != "Sub")) return {};
  FIXGATE_ASSIGN(const Parts parts, parts_of(walk, node));
  LayerBuilder layer = walk.layer(node, node.op_type == "Sub" ? "difference" : "sum", parts.frame.clock);
  Sum sum;
  for (std::size_t index = 0; index < parts.parts.size(); ++index) {
    const bool negative = node.op_type == "Sub" && index == 1;
    Part part = parts.parts[index];
    if (negative && !part.read) part.numbers = -part.numbers;
    sum.terms.push_back({negative && part.read, {factor_of(walk, layer, part, "b")}});
  }
  write_sum(walk, node, parts.frame, layer, std::move(sum));
  return {};
}

Result<void> lower_product(Walk& walk, const Node& node) {
  if (passes_on(walk, node, 1, true)) return {};
  FIXGATE_ASSIGN(const Parts parts, parts_of(walk, node));
  LayerBuilder layer = walk.layer(node, "product", parts.frame.clock);
  Term term;
  for (const Part& part : parts.parts) term.factors.push_back(factor_of(walk, layer, part, "factor"));
  write_sum(walk, node, parts.frame, layer, {{std::move(term)}});
  return {};
}

namespace {

/// The read whose square root a value is, if a table makes it.
std::optional<Read> argument_of_root(const program::Program& program, const Read& root) {
  if (!(root.tick == program::Tick{})) return std::nullopt;
  for (const program::Layer& layer : program.layers)
    for (const program::Statement& statement : layer.statements)
      if (const auto* table = std::get_if<program::TableStatement>(&statement))
        if (table->target == root.value &&
            program.functions[table->function] == program::Function(WideFunction::SquareRoot))
          return table->argument;
  return std::nullopt;
}

}  // namespace

Result<void> lower_quotient(Walk& walk, const Node& node) {
  if (passes_on(walk, node, 1, false)) return {};
  FIXGATE_ASSIGN(const Parts parts, parts_of(walk, node));
  Part divisor = parts.parts[1];
  LayerBuilder layer = walk.layer(node, "quotient", parts.frame.clock);
  Term term{false, {factor_of(walk, layer, parts.parts[0], "dividend")}};
  if (!divisor.read) {
    if ((divisor.numbers.array() == 0).any()) return fail("divides by zero");
    divisor.numbers = divisor.numbers.cwiseInverse();
    term.factors.push_back(factor_of(walk, layer, divisor, "factor"));
  } else {
    // The table reads the divisor as it is, which may have fewer elements than the quotient.
    FIXGATE_ASSIGN(const Parts alone, read_parts(walk, {walk.find(node, 1)}));
    LayerBuilder inverse = walk.named_layer(node.name + "_reciprocal", "reciprocal", alone.frame.clock);
    const ValueId value = inverse.value("out", alone.frame.size(), SignalRole::Dense);
    const Read divisor_read = *alone.parts.front().read;
    const auto root = argument_of_root(walk.program(), divisor_read);
    const WideFunction function = root ? WideFunction::ReciprocalSquareRoot : WideFunction::Reciprocal;
    inverse.add(
        program::TableStatement{value, walk.program().functions.add(function), root.value_or(divisor_read)});
    walk.trace(value, alone.frame);
    const Item inverted{walk.framer().spread(alone.frame, value), false, node.name};
    FIXGATE_ASSIGN(const Parts both, read_parts(walk, {walk.find(node, 0), &inverted}));
    LayerBuilder product = walk.named_layer(node.name, "quotient", both.frame.clock);
    Term quotient{false, {factor_of(walk, product, both.parts[0], "dividend"), *both.parts[1].read}};
    write_sum(walk, node, both.frame, product, {{std::move(quotient)}});
    return {};
  }
  write_sum(walk, node, parts.frame, layer, {{std::move(term)}});
  return {};
}

Result<void> lower_negative(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Parts parts, parts_of(walk, node));
  LayerBuilder layer = walk.layer(node, "negative", parts.frame.clock);
  write_sum(walk, node, parts.frame, layer, {{Term{true, {*parts.parts[0].read}}}});
  return {};
}

namespace {

Result<void> write_table(Walk& walk, const Node& node, const program::Function& function, SignalRole role) {
  FIXGATE_CHECK(walk.data(node, 0));
  FIXGATE_ASSIGN(const Parts parts, read_parts(walk, {walk.find(node, 0)}));
  LayerBuilder layer = walk.layer(node, "activation", parts.frame.clock);
  const ValueId out = layer.value("out", parts.frame.size(), role);
  layer.add(program::TableStatement{out, walk.program().functions.add(function), *parts.parts.front().read});
  put_value(walk, node, parts.frame, out);
  return {};
}

}  // namespace

Result<void> lower_power(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Tensor* exponent, walk.constant(node, 1));
  const float power =
      exponent->is_float() ? exponent->floats().front() : static_cast<float>(exponent->integers().front());
  const bool is_one_number =
      exponent->is_float() ? std::ranges::all_of(exponent->floats(), [&](float p) { return p == power; })
                           : std::ranges::all_of(exponent->integers(), [&](std::int64_t p) {
                               return static_cast<float>(p) == power;
                             });
  if (is_one_number && power == 0.5F)
    return write_table(walk, node, WideFunction::SquareRoot, SignalRole::Dense);
  if (is_one_number && power == -0.5F)
    return write_table(walk, node, WideFunction::ReciprocalSquareRoot, SignalRole::Dense);
  if (is_one_number && power == -1)
    return write_table(walk, node, WideFunction::Reciprocal, SignalRole::Dense);
  if (!is_one_number || (power != 2 && power != 1 && power != 3))
    return fail("a power of {}; 2, 3, 0.5, -0.5 and -1 are supported", power);
  FIXGATE_CHECK(walk.data(node, 0));
  FIXGATE_ASSIGN(const Parts parts, read_parts(walk, {walk.find(node, 0)}));
  LayerBuilder layer = walk.layer(node, "power", parts.frame.clock);
  Term term;
  for (int factor = 0; factor < static_cast<int>(power); ++factor)
    term.factors.emplace_back(*parts.parts.front().read);
  write_sum(walk, node, parts.frame, layer, {{std::move(term)}});
  return {};
}

Result<void> lower_activation(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const auto form, attribute_or<std::string>(node, "approximate", "none"));  // of Gelu
  if (form != "none") return fail("attribute 'approximate' is '{}'; only none is supported", form);
  FIXGATE_ASSIGN(const auto alpha, find_attribute<float>(node, "alpha"));
  FIXGATE_ASSIGN(const auto beta, find_attribute<float>(node, "beta"));
  FIXGATE_ASSIGN(const ActivationFunction function, parse_activation(node.op_type, alpha, beta));
  return write_table(walk, node, function, SignalRole::Dense);
}

Result<void> lower_wide(Walk& walk, const Node& node) {
  const WideFunction function = node.op_type == "Sqrt"         ? WideFunction::SquareRoot
                                : node.op_type == "Reciprocal" ? WideFunction::Reciprocal
                                                               : WideFunction::Logarithm;
  return write_table(walk, node, function, SignalRole::Dense);
}

Result<void> lower_extreme(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Parts parts, parts_of(walk, node));
  const bool largest = node.op_type == "Max";
  LayerBuilder layer = walk.layer(node, largest ? "maximum" : "minimum", parts.frame.clock);
  program::ExtremeStatement statement{layer.value("out", parts.frame.size(), SignalRole::Dense), largest, {}};
  for (const Part& part : parts.parts) {
    if (part.read)
      statement.operands.emplace_back(*part.read);
    else
      statement.operands.emplace_back(ConstantUse{compact_constant(walk, layer, "bound", part.numbers)});
  }
  put_value(walk, node, parts.frame, statement.target);
  layer.add(std::move(statement));
  return {};
}

namespace {

Result<std::optional<float>> bound_of(Walk& walk, const Node& node, const char* name, std::size_t input) {
  FIXGATE_ASSIGN(auto bound, find_attribute<float>(node, name));
  if (walk.find(node, input) == nullptr) return bound;
  FIXGATE_ASSIGN(const Tensor* tensor, walk.constant(node, input));
  if (!tensor->is_float() || tensor->floats().size() != 1) return fail("bounds that are no number");
  return std::optional(tensor->floats().front());
}

}  // namespace

Result<void> lower_clip(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const auto low, bound_of(walk, node, "min", 1));
  FIXGATE_ASSIGN(const auto high, bound_of(walk, node, "max", 2));
  FIXGATE_CHECK(walk.data(node, 0));
  FIXGATE_ASSIGN(const Parts parts, read_parts(walk, {walk.find(node, 0)}));
  LayerBuilder layer = walk.layer(node, "clip", parts.frame.clock);
  Read read = *parts.parts.front().read;
  const auto bound = [&](const char* value, const char* constant, bool largest, float number) {
    const ValueId out = layer.value(value, parts.frame.size(), SignalRole::Dense);
    const auto id = layer.constant(constant, 1);
    walk.draft().add_constant(id, Eigen::VectorXd::Constant(1, number));
    layer.add(program::ExtremeStatement{out, largest, {read, ConstantUse{id}}});
    read = Read{out};
  };
  constexpr float kBeyond = 1e30F;  // exporters write such bounds for none
  const bool has_high = high && *high < kBeyond;
  if (low && *low > -kBeyond) bound(has_high ? "above" : "out", "low", true, *low);
  if (has_high) bound("out", "high", false, *high);
  if (!has_high && !(low && *low > -kBeyond)) {
    Item same = *walk.find(node, 0);
    walk.put(node, 0, std::move(same));
    return {};
  }
  put_value(walk, node, parts.frame, read.value);
  return {};
}

Result<void> lower_prelu(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Tensor* slope, walk.constant(node, 1));
  if (!slope->is_float() || slope->floats().empty()) return fail("slopes that are no numbers");
  const float first = slope->floats().front();
  if (std::ranges::all_of(slope->floats(), [&](float other) { return other == first; }))
    return write_table(walk, node, ActivationFunction{ActivationFunction::Kind::LeakyRelu, first, 0},
                       SignalRole::Dense);
  FIXGATE_ASSIGN(const Parts parts, parts_of(walk, node));
  LayerBuilder layer = walk.layer(node, "rectifier with slopes", parts.frame.clock);
  const int size = parts.frame.size();
  const ValueId above = layer.value("above", size, SignalRole::Dense);
  const ValueId below = layer.value("below", size, SignalRole::Dense);
  const auto zero = layer.constant("zero", 1);
  walk.draft().add_constant(zero, Eigen::VectorXd::Zero(1));
  const Read read = *parts.parts[0].read;
  layer.add(program::ExtremeStatement{above, true, {read, ConstantUse{zero}}});
  layer.add(program::ExtremeStatement{below, false, {read, ConstantUse{zero}}});
  const auto slopes = compact_constant(walk, layer, "slope", parts.parts[1].numbers);
  write_sum(walk, node, parts.frame, layer,
            program::now(above) + program::constant(slopes) * program::now(below));
  return {};
}

Result<void> lower_absolute(Walk& walk, const Node& node) {
  FIXGATE_CHECK(walk.data(node, 0));
  FIXGATE_ASSIGN(const Parts parts, read_parts(walk, {walk.find(node, 0)}));
  LayerBuilder layer = walk.layer(node, "absolute value", parts.frame.clock);
  const ValueId negative = layer.value("negative", parts.frame.size(), SignalRole::Dense);
  layer.sum(negative, {{Term{true, {*parts.parts[0].read}}}});
  const ValueId out = layer.value("out", parts.frame.size(), SignalRole::Dense);
  layer.add(program::ExtremeStatement{out, true, {*parts.parts[0].read, Read{negative}}});
  put_value(walk, node, parts.frame, out);
  return {};
}

Result<void> lower_hard_swish(Walk& walk, const Node& node) {
  FIXGATE_CHECK(walk.data(node, 0));
  FIXGATE_ASSIGN(const Parts parts, read_parts(walk, {walk.find(node, 0)}));
  LayerBuilder layer = walk.layer(node, "hard swish", parts.frame.clock);
  const ValueId gate = layer.value("gate", parts.frame.size(), SignalRole::Gate);
  const ActivationFunction function{ActivationFunction::Kind::HardSigmoid, 1.0F / 6.0F, 0.5F};
  layer.add(program::TableStatement{gate, walk.program().functions.add(function), *parts.parts[0].read});
  write_sum(walk, node, parts.frame, layer, {{Term{false, {*parts.parts[0].read, Read{gate}}}}});
  return {};
}

Result<void> lower_batch_normalization(Walk& walk, const Node& node) {
  std::vector<Eigen::VectorXd> numbers;
  for (std::size_t input = 1; input < 5; ++input) {
    FIXGATE_ASSIGN(const Tensor* tensor, walk.constant(node, input));
    if (!tensor->is_float() || tensor->shape.size() != 1) return fail("input {} is no vector", input);
    numbers.emplace_back(Eigen::Map<const FloatVector>(tensor->floats().data(),
                                                       static_cast<Eigen::Index>(tensor->floats().size()))
                             .cast<double>());
  }
  FIXGATE_ASSIGN(const float epsilon, attribute_or<float>(node, "epsilon", 1e-5F));
  FIXGATE_ASSIGN(const Item* x, walk.data(node, 0));
  const Shape& shape = x->tensor.shape;
  if (shape.size() < 2 || std::ranges::any_of(numbers, [&](const auto& n) { return n.size() != shape[1]; }))
    return fail("its statistics are not those of {} channels", shape.size() < 2 ? 0 : shape[1]);
  const Eigen::VectorXd scale = numbers[0].array() / (numbers[3].array() + double{epsilon}).sqrt();
  const Eigen::VectorXd shift = numbers[1] - scale.cwiseProduct(numbers[2]);
  FIXGATE_ASSIGN(Placed placed, walk.framer().place({&x->tensor}, {1}));
  const Frame& frame = placed.frame;
  FIXGATE_ASSIGN(const Read read, walk.read(frame, placed.operands.front(), *x));
  Eigen::Index inner = 1;
  Eigen::Index outer = 1;
  for (const std::size_t axis : frame.features)
    (axis > 1 ? inner : axis == 0 ? outer : inner) *= axis == 1 ? 1 : shape[axis];
  LayerBuilder layer = walk.layer(node, "normalisation by channel", frame.clock);
  const auto matrix = layer.diagonal("scale", static_cast<int>(scale.size()));
  walk.program().matrices[matrix].shape = program::Diagonal{static_cast<int>(inner)};
  walk.draft().add_matrix(matrix, scale.cast<float>());
  const auto bias = layer.constant("b", static_cast<int>(shift.size()));
  walk.program().constants[bias].inner = static_cast<int>(inner);
  walk.draft().add_constant(bias, shift);
  Sum sum{{Term{false, {program::MatrixProduct{matrix, read}}}, Term{false, {ConstantUse{bias}}}}};
  write_sum(walk, node, frame, layer, std::move(sum));
  return {};
}

}  // namespace fixgate::lowering
