// Which node feeds which: one producer a value, topological order.
#pragma once

#include "diagnostic/error.h"
#include "network/graph.h"

namespace fixgate {

/// Checks that every value has one producer and every used value has one, and puts the nodes into topological
/// order, the file's order where it is free. Errors: a second producer, a value without producer, a cycle;
/// all named.
Result<void> order_nodes(Graph& graph);

}  // namespace fixgate
