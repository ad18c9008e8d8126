// A worked example of the contract: a program in its text form, and behind it what goes in and what comes out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "program/fixed_network.h"

namespace fixgate {

/// Lines of an example that are no program: `given INPUT [integers of a tick] ...`, `gives LAYER.VALUE
/// [integers of a tick] ...`, `overflows LAYER.VALUE N`, `width LAYER.VALUE N` (signed bits that its sum is
/// proven to need).
struct Example {
  program::FixedNetwork network;
  std::map<std::string, std::vector<std::int64_t>> given;
  std::map<std::string, std::vector<std::int64_t>> gives;
  std::map<std::string, std::int64_t> overflows;
  std::map<std::string, int> widths;
};

/// Expects the lines to be one; the network is verified.
Example parse_example(const std::vector<std::string>& lines);

/// Runs it in the reference simulator and expects what it says.
void expect_example(const Example& example);

}  // namespace fixgate
