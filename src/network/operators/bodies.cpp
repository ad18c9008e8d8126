#include "network/operators/bodies.h"

#include "network/node_attributes.h"

namespace fixgate {
namespace {

Result<void> check_inputs(const Graph& body, std::size_t wanted) {
  if (body.inputs.size() == wanted) return {};
  return fail("its body has {} inputs (those that it captures counted), the node gives {}",
              body.inputs.size(), wanted);
}

Result<void> check_branch(const Node& node, const std::string& attribute) {
  FIXGATE_ASSIGN(const Body body, body_of(node, attribute));
  if (body->inputs.size() != node.captured)
    return fail("attribute '{}' is a graph with inputs of its own", attribute);
  if (body->outputs.size() == node.outputs.size()) return {};
  return fail("attribute '{}' has {} outputs, the node {}", attribute, body->outputs.size(),
              node.outputs.size());
}

}  // namespace

bool is_control(const Node& node) {
  return node.op_type == "If" || node.op_type == "Loop" || node.op_type == "Scan";
}

Result<Body> body_of(const Node& node, const std::string& attribute) {
  FIXGATE_ASSIGN(const auto body, find_attribute<Body>(node, attribute));
  if (!body || *body == nullptr) return fail("attribute '{}' is missing", attribute);
  return *body;
}

Result<BodyParts> parts_of_loop(const Node& node) {
  FIXGATE_ASSIGN(const Body body, body_of(node, "body"));
  if (node.inputs.size() < 2 + node.captured) return fail("a Loop has at least the inputs M and cond");
  FIXGATE_CHECK(check_inputs(*body, node.inputs.size()));
  BodyParts parts{node.inputs.size() - 2 - node.captured, 0, 0};
  if (body->outputs.size() < 1 + parts.states)
    return fail("its body has {} outputs for a condition and {} states", body->outputs.size(), parts.states);
  parts.collected = body->outputs.size() - 1 - parts.states;
  if (node.outputs.size() > parts.states + parts.collected)
    return fail("{} outputs, its body gives {}", node.outputs.size(), parts.states + parts.collected);
  return parts;
}

Result<BodyParts> parts_of_scan(const Node& node) {
  FIXGATE_ASSIGN(const Body body, body_of(node, "body"));
  FIXGATE_CHECK(check_inputs(*body, node.inputs.size()));
  FIXGATE_ASSIGN(const auto scanned, find_attribute<std::int64_t>(node, "num_scan_inputs"));
  const auto given = static_cast<std::int64_t>(node.inputs.size() - node.captured);
  if (!scanned) return fail("attribute 'num_scan_inputs' is missing");
  if (*scanned < 1 || *scanned > given) return fail("num_scan_inputs is {} of {} inputs", *scanned, given);
  BodyParts parts{static_cast<std::size_t>(given - *scanned), static_cast<std::size_t>(*scanned), 0};
  if (body->outputs.size() < parts.states)
    return fail("its body has {} outputs for {} states", body->outputs.size(), parts.states);
  parts.collected = body->outputs.size() - parts.states;
  if (node.outputs.size() > body->outputs.size())
    return fail("{} outputs, its body gives {}", node.outputs.size(), body->outputs.size());
  return parts;
}

Result<void> check_bodies(const Node& node) {
  if (node.op_type == "If") {
    FIXGATE_CHECK(check_branch(node, "then_branch"));
    return check_branch(node, "else_branch");
  }
  if (node.op_type == "Loop") FIXGATE_CHECK(parts_of_loop(node));
  if (node.op_type == "Scan") FIXGATE_CHECK(parts_of_scan(node));
  return {};
}

}  // namespace fixgate
