// The signals of a program, as the rules of a plan see them.
#pragma once

#include <vector>

#include "program/float_network.h"
#include "program/format_groups.h"
#include "quantize/resolve.h"

namespace fixgate::program {

/// One a group, in their order. The names of a group are its own and those of the values that it writes.
std::vector<PlanSignal> plan_signals_of(const FloatNetwork& network, const FormatGroups& groups);

/// Those of the groups that activation tables write, in their order.
std::vector<FormatGroupId> groups_of_tables(const Program& program, const FormatGroups& groups);

}  // namespace fixgate::program
