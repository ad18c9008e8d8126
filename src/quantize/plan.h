// FormatPlan: which number format every signal, weight and table gets. As TOML it is read and edited by
// people (docs/formats.md). Rules are applied in their order; a later one overrides what it states.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/range.h"
#include "network/kinds.h"
#include "numeric/activation_table.h"
#include "numeric/format.h"
#include "quantize/weights.h"

namespace fixgate {

/// For the signals whose name matches the pattern (* and ?) and, if stated, whose role is this one.
struct SignalRule {
  std::string match = "*";
  std::optional<SignalRole> role;
  std::optional<Format> format;  // the whole format; else width with a range method
  std::optional<int> width;
  std::optional<RangeMethod> range;
  std::optional<double> percentile;  // with RangeMethod::Percentile only
  std::optional<Rounding> rounding;
  std::optional<Overflow> overflow;
};

/// For the weight matrices whose name matches.
struct WeightRule {
  std::string match = "*";
  std::optional<int> width;
  std::optional<WeightEncoding> encoding;
  std::optional<bool> per_row;  // a binary point for each row, or one for the matrix
  std::optional<int> fraction;  // one for the matrix, stated
  std::optional<WeightRounding> rounding;
  std::optional<bool> correct_bias;  // the bias makes up for the mean of the rounding error
  std::optional<bool> mixed_rows;    // rows get widths of their own, which take no more than `width`
};

enum class TablePlacement {
  Uniform,   // segments of equal power-of-two width over the range where the function still changes
  Adaptive,  // starts that even out the error
  Plan       // the PLAN approximation (sigmoid, and tanh as 2 sigmoid(2x) - 1)
};

/// For the tables that write the signals whose name matches.
struct TableRule {
  std::string match = "*";
  std::optional<TableKind> kind;
  std::optional<TablePlacement> placement;
  std::optional<int> segments;
  std::optional<int> slope_bits;    // fraction bits of the slopes
  std::optional<int> address_bits;  // lookup: leading address bits that are used; 0: all
};

struct FormatPlan {
  std::string preset;                   // for people: where the plan came from
  std::optional<double> max_footprint;  // of 32-bit float; the weights' widths are then the most they get
  std::vector<SignalRule> signals;
  std::vector<WeightRule> weights;
  std::vector<TableRule> tables;
};

std::string to_text(TablePlacement placement);

/// "per_row": true; "per_matrix": false.
Result<bool> parse_binary_point(std::string_view text);

/// Errors: not TOML, an unknown key, a wrong type, an impossible value; the message has the line.
Result<FormatPlan> parse_plan(std::string_view toml);
Result<FormatPlan> read_plan(const std::filesystem::path& path);
std::string to_toml(const FormatPlan& plan);

/// `pattern` with * (any run) and ? (any one character).
bool matches(std::string_view pattern, std::string_view name);

/// Widths for the presets.
struct PresetOptions {
  int weights = 8;
  int activations = 8;
};

/// "default": weights rounded to nearest with a binary point per row; activations (inputs, hidden states,
/// gates) rounded to nearest with the range of least squared error; pre-activations and cell states 4 bits
/// wider, the outputs 16 bits. "paper": one width for all weights (one binary point per matrix) and one for
/// all activations, truncation, min/max ranges, piecewise-linear tables of 16 uniform segments; the outputs
/// 16 bits. "compensated", "learned": "default" with that rounding, corrected biases and measured binary
/// points. docs/formats.md has the table.
Result<FormatPlan> preset_plan(std::string_view name, const PresetOptions& options);

/// Whether a rule of the plan rounds weights, or corrects biases, by what the weights are multiplied with.
bool needs_weight_statistics(const FormatPlan& plan);

}  // namespace fixgate
