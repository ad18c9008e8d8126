// Every read that a statement makes.
#pragma once

#include <vector>

#include "program/statement.h"

namespace fixgate::program {

/// In the order in which the statement names them; of a matrix product and of a row lookup, what they read.
std::vector<Read> reads_of(const Statement& statement);

}  // namespace fixgate::program
