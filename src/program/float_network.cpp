#include "program/float_network.h"

#include <cmath>
#include <limits>
#include <set>

#include "program/verify.h"

namespace fixgate::program {
namespace {

template <typename Numbers>
Result<void> check_numbers(const Numbers& numbers, Eigen::Index wanted) {
  if (numbers.size() != wanted) return fail("{} numbers, where there must be {}", numbers.size(), wanted);
  if (!numbers.allFinite()) return fail("a number that is not finite");
  return {};
}

Result<void> check_weights(const Matrix& matrix, const SharedMatrix& weights) {
  if (weights == nullptr) return fail("no weights");
  if (weights->rows() != matrix.rows || weights->cols() != matrix.columns)
    return fail("{} x {} weights, where there must be {} x {}", weights->rows(), weights->cols(), matrix.rows,
                matrix.columns);
  return check_numbers(*weights, Eigen::Index{matrix.rows} * matrix.columns);
}

Result<void> check_counts(const FloatNetwork& network) {
  const Program& program = network.program;
  if (network.weights.size() != program.matrices.size() ||
      network.constants.size() != program.constants.size() || network.initial.size() != program.states.size())
    return fail("the numbers are not those of the program");
  return {};
}

Result<void> check_initial(const Program& program, const State& state, const FloatVector& initial) {
  if (initial.size() == 0) return {};
  return check_numbers(initial, Eigen::Index{state.depth} * program.values[state.value].size);
}

}  // namespace

Result<void> verify(const FloatNetwork& network) {
  const Program& program = network.program;
  FIXGATE_CHECK(verify(program));
  FIXGATE_CHECK(check_counts(network));
  const auto name = [&](const auto& thing) { return full_name(program, thing); };
  for (const MatrixId id : program.matrices.ids())
    if (auto checked = check_weights(program.matrices[id], network.weights[id]); !checked)
      return tl::make_unexpected(checked.error().within("matrix " + name(program.matrices[id])));
  for (const ConstantId id : program.constants.ids())
    if (auto checked = check_numbers(network.constants[id], program.constants[id].size); !checked)
      return tl::make_unexpected(checked.error().within("constant " + name(program.constants[id])));
  for (const StateId id : program.states.ids()) {
    const State& state = program.states[id];
    if (auto checked = check_initial(program, state, network.initial[id]); !checked)
      return tl::make_unexpected(checked.error().within("state " + name(program.values[state.value])));
  }
  for (const Function& function : program.functions)
    if (const auto* named = std::get_if<NamedFunction>(&function))
      return fail("nothing says what the function '{}' is", named->name);
  return {};
}

double evaluate(const Function& function, double x) {
  if (const auto* wide = std::get_if<WideFunction>(&function)) return fixgate::evaluate(*wide, x);
  if (const auto* activation = std::get_if<ActivationFunction>(&function))
    return fixgate::evaluate(*activation, x);
  return std::numeric_limits<double>::quiet_NaN();
}

std::int64_t count_parameters(const FloatNetwork& network) {
  std::int64_t count = 0;
  std::set<const FloatMatrix*> counted;
  for (const SharedMatrix& weights : network.weights)
    if (counted.insert(weights.get()).second) count += weights->size();
  for (const Eigen::VectorXd& constant : network.constants) count += constant.size();
  return count;
}

}  // namespace fixgate::program
