#include "lowering/draft.h"

#include <fmt/format.h>

#include <cctype>

namespace fixgate::lowering {

std::string identifier(const std::string& name) {
  std::string text;
  for (const char c : name) text += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  text.erase(0, std::min(text.find_first_not_of('_'), text.size()));
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) text.insert(0, "layer_");
  return text;
}

program::MatrixId Draft::add_matrix(program::MatrixId id, FloatMatrix weights) {
  return share_matrix(id, std::make_shared<const FloatMatrix>(std::move(weights)));
}

program::MatrixId Draft::share_matrix(program::MatrixId id, SharedMatrix weights) {
  network.weights.add(std::move(weights));
  return id;
}

program::ConstantId Draft::add_constant(program::ConstantId id, Eigen::VectorXd numbers) {
  network.constants.add(std::move(numbers));
  return id;
}

std::string Draft::layer_name(const std::string& node) {
  const std::string base = identifier(node);
  std::string name = base;
  for (int copy = 2; !names_.insert(name).second; ++copy) name = fmt::format("{}_{}", base, copy);
  return name;
}

}  // namespace fixgate::lowering
