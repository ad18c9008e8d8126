// A stream that goes into a module and the one that must come out.
#pragma once

#include <vector>

#include "rtl/bench.h"
#include "simulate/testing/random.h"

namespace fixgate::rtl {

struct StreamRun {
  std::vector<Parameter> parameters;  // of the module
  std::vector<Word> in;
  std::vector<Word> out;
  bool may_stall = true;  // the module waits until its words are taken
  int cycles = -1;  // from the first word in to the last word out when neither side waits; -1: not looked at
};

/// One run without waiting and one with random idle cycles and stalls.
void add_streams(Bench& bench, const StreamRun& run, testing_support::Random& random);

}  // namespace fixgate::rtl
