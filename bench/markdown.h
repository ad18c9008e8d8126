// Figures as tables for documents.
#pragma once

#include <span>
#include <string>

#include "bench/measurements.h"

namespace fixgate::bench {

/// One table a section: a line for each workload, and for each contestant its figure and its ratio.
std::string to_markdown(std::span<const Section> sections);

}  // namespace fixgate::bench
