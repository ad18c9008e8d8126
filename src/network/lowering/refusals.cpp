// What is refused besides the first: a refused node's results are unknown, and so is what is made of them.
// That is no refusal of its own; what a node says by itself is judged all the same.
#include <algorithm>

#include "network/lowering/lowering.h"

namespace fixgate {

void Lowering::refuse(const Node& node, const Error& reason) {
  refusals_.push_back(reason.within(describe(node)));
}

// "" stands for an output, and likewise for an input, that is left out.
void Lowering::put_unknown(const std::string& value) {
  if (!value.empty()) unknown_.insert(value);
}

bool Lowering::reads_unknown(const Node& node) const {
  return std::ranges::any_of(node.inputs, [&](const std::string& input) { return unknown_.contains(input); });
}

void Lowering::refuse_by_itself(const Node& node) {
  note_apart(node);
  if (is_recurrent(node)) {
    const auto attributes = parse_recurrent_attributes(node);
    if (!attributes) return refuse(node, attributes.error());
    for (const Error& reason : unsupported_features(node, *attributes, constant(node, kPeepholes)))
      refuse(node, reason);
    return;
  }
  static const std::set<std::string> kOthers = {"Shape", "Split", "Mul", "ReduceProd"};
  if (!handlers().contains(node.op_type) && !moves().contains(node.op_type) &&
      !kOthers.contains(node.op_type))
    refuse(node, {"this operator is not supported in fixed point"});
}

}  // namespace fixgate
