// Branches that are decided while the graph is traced.
#include "lowering/operators.h"
#include "network/node_attributes.h"

namespace fixgate::lowering {

Result<void> lower_if(Walk& walk, const Node& node) {
  if (const std::string inputs = walk.undecided(node.inputs.front()); !inputs.empty())
    return fail("its condition depends on {}, which has to be fixed: --set NAME=VALUE", inputs);
  const Item* condition = walk.find(node, 0);
  if (condition == nullptr || !condition->is_constant || element_count(condition->tensor.shape) != 1)
    return fail("its condition depends on data; this is not supported");
  const bool is_true = condition->tensor.is_float() ? condition->tensor.floats().front() != 0
                                                    : condition->tensor.integers().front() != 0;
  FIXGATE_ASSIGN(const auto body, find_attribute<Body>(node, is_true ? "then_branch" : "else_branch"));
  if (!body || *body == nullptr) return fail("it has no branch for its condition");
  return walk.run_body(node, **body);
}

}  // namespace fixgate::lowering
