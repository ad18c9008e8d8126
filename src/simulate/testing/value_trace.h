// Every value of a run, by its full name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulate/reference/program_simulator.h"

namespace fixgate::testing_support {

/// Integers tick by tick, in the order in which layers run.
class ValueTrace : public program::ValueObserver {
 public:
  explicit ValueTrace(const program::Program& program) : program_(program) {}
  void observe(program::ValueId value, std::int64_t, std::span<const std::int64_t> integers) override {
    auto& to = values[full_name(program_, program_.values[value])];
    to.insert(to.end(), integers.begin(), integers.end());
  }

  std::map<std::string, std::vector<std::int64_t>> values;

 private:
  const program::Program& program_;
};

}  // namespace fixgate::testing_support
