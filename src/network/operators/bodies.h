// The graphs that an If, Loop or Scan runs, and what their inputs and outputs are by place.
#pragma once

#include "diagnostic/error.h"
#include "network/graph.h"

namespace fixgate {

bool is_control(const Node& node);  // If, Loop or Scan

/// The body under an attribute's name. Errors: there is none.
Result<Body> body_of(const Node& node, const std::string& attribute);

/// How a Loop's or Scan's body takes its inputs, behind them the captured ones, and gives its outputs.
struct BodyParts {
  std::size_t states = 0;     // carried from one run of the body to the next
  std::size_t scanned = 0;    // Scan: inputs that are cut into steps
  std::size_t collected = 0;  // outputs that are stacked
};

/// Errors: a body is missing; it has another number of inputs or outputs than the node asks for.
Result<BodyParts> parts_of_loop(const Node& node);
Result<BodyParts> parts_of_scan(const Node& node);

/// Whether the bodies of the node have the inputs and outputs that it asks for.
Result<void> check_bodies(const Node& node);

}  // namespace fixgate
