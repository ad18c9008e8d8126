// Which element of its operand each element of a move is.
#pragma once

#include <vector>

#include "program/statement.h"

namespace fixgate::program {

/// By element of the target; -1 stands for a zero.
std::vector<int> sources_of(const View& move);
std::vector<int> sources_of(const Pad& move);

}  // namespace fixgate::program
