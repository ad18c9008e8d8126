// What --set fixes of a graph.
#pragma once

#include <map>
#include <string>

#include "diagnostic/error.h"
#include "network/graph.h"

namespace fixgate::lowering {

/// The graph with inputs made constant and symbolic dimensions made sizes, folded again. Errors: a name that
/// is neither; a value of the wrong kind.
Result<Graph> with_settings(Graph graph, const std::map<std::string, double>& settings);

}  // namespace fixgate::lowering
