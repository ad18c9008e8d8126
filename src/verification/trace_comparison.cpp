#include "verification/trace_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "hardware/stream_width.h"
#include "hardware/testbench.h"

namespace fixgate {
namespace {

constexpr int kHexBits = 4;

/// The word before the next space; leaves the rest.
std::string_view next_field(std::string_view& fields) {
  const std::size_t end = std::min(fields.find(' '), fields.size());
  const std::string_view field = fields.substr(0, end);
  fields.remove_prefix(std::min(end + 1, fields.size()));
  return field;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `width` bits from bit `low` on, of a hexadecimal text; none: a digit is unknown (x, z) or missing.
std::optional<std::uint64_t> bits_of(std::string_view hex, std::size_t low, int width) {
  std::uint64_t value = 0;
  const std::size_t first = low / kHexBits;
  const std::size_t last = (low + static_cast<std::size_t>(width) - 1) / kHexBits;
  if (last >= hex.size()) return std::nullopt;
  for (std::size_t digit = first; digit <= last; ++digit) {
    const char text = hex[hex.size() - 1 - digit];
    std::uint64_t bits = 0;
    if (std::from_chars(&text, &text + 1, bits, 16).ec != std::errc{}) return std::nullopt;
    const auto place = static_cast<int>(digit * kHexBits) - static_cast<int>(low);
    value |= place < 0 ? bits >> -place : bits << place;
  }
  return value & ((std::uint64_t{1} << width) - 1);
}

std::int64_t sign_extended(std::uint64_t value, int width) {
  const std::uint64_t sign = std::uint64_t{1} << (width - 1);
  return static_cast<std::int64_t>(value ^ sign) - static_cast<std::int64_t>(sign);
}

std::string in_words(std::int64_t value, const Format& format) {
  return fmt::format("{} ({})", value, format.value(value));
}

std::string in_words(std::optional<std::int64_t> value, const Format& format) {
  return value ? in_words(*value, format) : "unknown bits (x)";
}

std::string difference(std::int64_t expected, std::optional<std::int64_t> seen, const Format& format) {
  return fmt::format("simulator {}, hardware {}, format {}", in_words(expected, format),
                     in_words(seen, format), to_text(format));
}

}  // namespace

TraceComparison::TraceComparison(const Accelerator& accelerator,
                                 const std::vector<ExpectedSequence>& expected, bool hidden)
    : accelerator_(accelerator), expected_(expected), output_width_(output_stream_width(accelerator)) {
  const FixedChain& network = accelerator.network;
  const auto format_of = [&](int signal) {
    return network.signals[static_cast<std::size_t>(signal)].format.format;
  };
  output_format_ = format_of(output_signal(network));
  if (accelerator.output == AcceleratorOutput::Index)
    output_format_ = {false, index_width(output_count(network)), 0};
  for (const Engine& engine : accelerator.engines) {
    TracedEngine& traced = traced_.emplace_back();
    if (!hidden || !has_trace(engine)) continue;
    traced.engine = &engine;
    traced.format = format_of(hidden_signal(accelerator, engine));
    traced.slice_units = (engine.outputs + engine.geometry.slices - 1) / engine.geometry.slices;
    traced.value_width = traced.format.width + (traced.format.is_signed ? 0 : 1);
  }
}

bool TraceComparison::add_line(std::string_view line) {
  if (line.size() < 2 || line[1] != ' ') return false;
  std::string_view fields = line.substr(2);
  if (line[0] == 'h') return add_hidden(fields);
  if (line[0] == 'o') return add_output(fields);
  if (line[0] == 'e') {
    note(std::string(fields));
    return true;
  }
  const auto cycle = number(fields);
  if (line[0] == 'i' && cycle) first_input_ = *cycle;
  if (line[0] == 'd' && cycle) result_.ended = true;
  return cycle && (line[0] == 'i' || line[0] == 'd');
}

bool TraceComparison::add_hidden(std::string_view fields) {
  const auto engine = number(next_field(fields));
  const auto unit = number(next_field(fields));
  if (!engine || *engine < 0 || *engine >= static_cast<std::int64_t>(traced_.size())) return false;
  TracedEngine& traced = traced_[static_cast<std::size_t>(*engine)];
  if (traced.engine == nullptr) return false;
  if (traced.due.sequence >= expected_.size()) {
    note(fmt::format("layer '{}': hidden values come after the last step", layer_of(*traced.engine)));
    return true;
  }
  if (unit != traced.due.unit)
    note(fmt::format("layer '{}', {}, step {}: unit {} of each slice was due, hardware showed unit {}",
                     layer_of(*traced.engine), expected_[traced.due.sequence].name, traced.due.step,
                     traced.due.unit, unit ? std::to_string(*unit) : "x"));
  else
    compare_slices(traced, static_cast<std::size_t>(*engine), fields);
  advance(traced);
  return true;
}

void TraceComparison::compare_slices(TracedEngine& traced, std::size_t engine, std::string_view hex) {
  const int units = traced.engine->outputs;
  const ExpectedSequence& sequence = expected_[traced.due.sequence];
  for (int slice = 0; slice < traced.engine->geometry.slices; ++slice) {
    const int unit = slice * traced.slice_units + traced.due.unit;
    if (unit >= units) break;  // padding
    const std::int64_t due =
        sequence.hidden[engine][static_cast<std::size_t>(traced.due.step) * static_cast<std::size_t>(units) +
                                static_cast<std::size_t>(unit)];
    const auto bits =
        bits_of(hex, static_cast<std::size_t>(slice) * static_cast<std::size_t>(traced.value_width),
                traced.value_width);
    std::optional<std::int64_t> seen;
    if (bits) seen = sign_extended(*bits, traced.value_width);
    ++result_.hidden_values;
    ++traced.compared;
    if (seen != due)
      note(fmt::format("layer '{}', hidden unit {}, {}, step {}: {}", layer_of(*traced.engine), unit,
                       sequence.name, traced.due.step, difference(due, seen, traced.format)));
  }
}

void TraceComparison::advance(TracedEngine& traced) {
  if (++traced.due.unit < traced.slice_units) return;
  traced.due.unit = 0;
  if (++traced.due.step < expected_[traced.due.sequence].steps) return;
  traced.due.step = 0;
  ++traced.due.sequence;
}

bool TraceComparison::add_output(std::string_view fields) {
  const std::string_view hex = next_field(fields);
  const std::string_view last = next_field(fields);
  const auto cycle = number(next_field(fields));
  if (!cycle) return false;
  if (output_sequence_ >= expected_.size())
    note(fmt::format("an output beat comes after the last one, in cycle {}", *cycle));
  else
    compare_output(hex, last == "1", *cycle - first_input_);
  return true;
}

void TraceComparison::compare_output(std::string_view hex, bool last, std::int64_t cycle) {
  const ExpectedSequence& sequence = expected_[output_sequence_];
  const std::int64_t due = sequence.outputs[output_beat_];
  const auto bits = bits_of(hex, 0, output_width_);
  std::optional<std::int64_t> seen;
  if (bits)
    seen = output_format_.is_signed ? sign_extended(*bits, output_width_) : static_cast<std::int64_t>(*bits);
  ++result_.output_values;
  if (seen != due)
    note(fmt::format("output beat {} of {}: {}", output_beat_, sequence.name,
                     difference(due, seen, output_format_)));
  const bool last_due = ++output_beat_ == sequence.outputs.size();
  if (last != last_due)
    note(fmt::format("output beat {} of {}: tlast is {:d}, {:d} was due", output_beat_ - 1, sequence.name,
                     last, last_due));
  if (!last_due) return;
  result_.cycles.push_back(cycle);
  output_beat_ = 0;
  ++output_sequence_;
}

void TraceComparison::note(std::string words) {
  if (result_.mismatches++ == 0) result_.first_mismatch = std::move(words);
}

void TraceComparison::note_missing(const TracedEngine& traced, std::size_t engine) {
  if (traced.engine == nullptr || traced.due.sequence >= expected_.size()) return;
  std::int64_t missing = -traced.compared;
  for (const ExpectedSequence& sequence : expected_)
    missing += static_cast<std::int64_t>(sequence.hidden[engine].size());
  note(fmt::format("layer '{}': no hidden values from {}, step {} on; {} are missing",
                   layer_of(*traced.engine), expected_[traced.due.sequence].name, traced.due.step, missing));
  result_.mismatches += missing - 1;
}

ComparisonResult TraceComparison::finish() {
  for (std::size_t engine = 0; engine < traced_.size(); ++engine) note_missing(traced_[engine], engine);
  const std::int64_t missing = count_outputs(expected_) - result_.output_values;
  if (missing > 0) {
    note(fmt::format("no output from beat {} of {} on; {} beats are missing", output_beat_,
                     expected_[output_sequence_].name, missing));
    result_.mismatches += missing - 1;
  }
  return std::move(result_);
}

std::string TraceComparison::layer_of(const Engine& engine) const {
  return layer_name(accelerator_.network.layers[static_cast<std::size_t>(engine.layer)]);
}

}  // namespace fixgate
