// The readers of TOML and JSON.
#include <string>

#include "data/task.h"
#include "exercise.h"
#include "quantize/plan.h"
#include "sweep/records.h"
#include "sweep/suite.h"

namespace fixgate {

void exercise_task(std::string_view bytes) {
  (void)parse_task(bytes, "fuzz.toml");
}

void exercise_plan(std::string_view bytes) {
  const auto plan = parse_plan(bytes);
  if (!plan) return;
  const std::string text = to_toml(*plan);
  const auto again = parse_plan(text);
  require(again && to_toml(*again) == text, "a plan is read as it was written");
}

void exercise_suite(std::string_view bytes) {
  (void)parse_suite(bytes, "/nonexistent");
}

void exercise_records(std::string_view bytes) {
  const auto records = parse_records(bytes);
  if (!records) return;
  const std::string text = to_json(*records);
  const auto again = parse_records(text);
  require(again && to_json(*again) == text, "results are read as they were written");
  require(!to_table(*records).empty(), "results have a table");
}

}  // namespace fixgate
