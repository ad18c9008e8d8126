#include "data/npz.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "data/npy.h"
#include "data/npz_arrays.h"

namespace fixgate {
namespace {

constexpr std::array<std::string_view, 4> kNames{"inputs", "tokens", "lengths", "targets"};

const NpyArray* find(const Arrays& arrays, std::string_view name) {
  const auto found = arrays.find(name);
  return found == arrays.end() ? nullptr : &found->second;
}

Result<void> check_names(const Arrays& arrays) {
  for (const auto& [name, array] : arrays)
    if (std::ranges::find(kNames, name) == kNames.end())
      return fail("array '{}' is not known; inputs or tokens, lengths and targets are", name);
  return {};
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("{}[{}]", shape.empty() ? "a scalar " : "", fmt::join(shape, ", "));
}

// What the arrays are together: n sequences of at most `steps` steps.
struct Extent {
  std::int64_t sequences = 0;
  std::int64_t steps = 0;
};

Result<Extent> check_sequences(const Arrays& arrays) {
  const NpyArray* const inputs = find(arrays, "inputs");
  const NpyArray* const tokens = find(arrays, "tokens");
  if ((inputs == nullptr) == (tokens == nullptr))
    return fail("exactly one of the arrays 'inputs' and 'tokens' is needed");
  const NpyArray& array = inputs != nullptr ? *inputs : *tokens;
  if (inputs != nullptr && (!inputs->is_float() || inputs->shape.size() != 3))
    return fail("array 'inputs': float [n, steps, features] is needed, this is {} {}",
                npy_type_name(inputs->type), shape_text(inputs->shape));
  if (tokens != nullptr && (tokens->is_float() || tokens->shape.size() != 2))
    return fail("array 'tokens': integer [n, steps] is needed, this is {} {}", npy_type_name(tokens->type),
                shape_text(tokens->shape));
  for (const std::int64_t dimension : array.shape)
    if (dimension == 0)
      return fail("array '{}': is empty: {}", inputs != nullptr ? "inputs" : "tokens",
                  shape_text(array.shape));
  return Extent{array.shape[0], array.shape[1]};
}

Result<void> check_lengths(const NpyArray& lengths, const Extent& extent) {
  if (lengths.is_float() || lengths.shape.size() != 1 || lengths.shape[0] != extent.sequences)
    return fail("array 'lengths': integer [{}] is needed, this is {} {}", extent.sequences,
                npy_type_name(lengths.type), shape_text(lengths.shape));
  return {};
}

Result<void> check_length_values(const NpyArray& lengths, const Extent& extent) {
  for (std::int64_t i = 0; i < extent.sequences; ++i) {
    const std::int64_t length = lengths.integer_at(i);
    if (length < 1 || length > extent.steps)
      return fail("array 'lengths': sequence {} has length {}; 1 to {} are possible", i, length,
                  extent.steps);
  }
  return {};
}

Result<void> check_targets(const NpyArray& targets, const Extent& extent) {
  const auto& shape = targets.shape;
  const std::size_t rank = shape.size();
  const bool fits = targets.is_float() ? rank == 2 || (rank == 3 && shape[1] == extent.steps) : rank == 1;
  if (fits && shape[0] == extent.sequences && shape.back() > 0) return {};
  return fail(
      "array 'targets': integer [{0}], float [{0}, outputs] or float [{0}, {1}, outputs] is needed, this is "
      "{2} {3}",
      extent.sequences, extent.steps, npy_type_name(targets.type), shape_text(shape));
}

// Rows begin to begin + rows of a float array seen as [..., columns].
Result<FloatMatrix> float_rows(const NpyArray& array, std::int64_t begin, std::int64_t rows) {
  const std::int64_t columns = array.shape.back();
  FloatMatrix matrix(rows, columns);
  for (std::int64_t i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = array.float_at(begin * columns + i);
    if (!std::isfinite(matrix.data()[i]))
      return fail("step {}, column {} is {}, not a finite number", i / columns, i % columns,
                  matrix.data()[i]);
  }
  return matrix;
}

Result<std::vector<std::int32_t>> token_row(const NpyArray& array, std::int64_t begin, std::int64_t steps) {
  std::vector<std::int32_t> tokens;
  tokens.reserve(static_cast<std::size_t>(steps));
  for (std::int64_t i = 0; i < steps; ++i) {
    const std::int64_t token = array.integer_at(begin + i);
    if (token < 0 || token > std::numeric_limits<std::int32_t>::max())
      return fail("step {} is {}; tokens are 0 to {}", i, token, std::numeric_limits<std::int32_t>::max());
    tokens.push_back(static_cast<std::int32_t>(token));
  }
  return tokens;
}

Result<Target> make_target(const NpyArray& targets, std::int64_t sequence, std::int64_t length) {
  Target target;
  if (targets.is_float()) {
    const std::int64_t rows = targets.shape.size() == 3 ? targets.shape[1] : 1;
    FIXGATE_ASSIGN(target.values, float_rows(targets, sequence * rows, rows == 1 ? 1 : length));
    return target;
  }
  target.label = targets.integer_at(sequence);
  if (target.label < 0) return fail("class {} is negative", target.label);
  return target;
}

Error in_array(const Error& error, std::string_view array, std::int64_t sequence) {
  return error.within(fmt::format("array '{}': sequence {}", array, sequence));
}

Result<Sample> make_sample(const Arrays& arrays, const Extent& extent, std::int64_t sequence) {
  const NpyArray* const lengths = find(arrays, "lengths");
  const std::int64_t length = lengths != nullptr ? lengths->integer_at(sequence) : extent.steps;
  Sample sample;
  if (const NpyArray* const inputs = find(arrays, "inputs"); inputs != nullptr) {
    auto features = float_rows(*inputs, sequence * extent.steps, length);
    if (!features) return tl::make_unexpected(in_array(features.error(), "inputs", sequence));
    sample.sequence.features = std::move(*features);
  } else {
    auto tokens = token_row(*find(arrays, "tokens"), sequence * extent.steps, length);
    if (!tokens) return tl::make_unexpected(in_array(tokens.error(), "tokens", sequence));
    sample.sequence.tokens = std::move(*tokens);
  }
  auto target = make_target(*find(arrays, "targets"), sequence, length);
  if (!target) return tl::make_unexpected(in_array(target.error(), "targets", sequence));
  sample.target = std::move(*target);
  return sample;
}

/// What the headers say: that the arrays fit each other.
Result<Extent> check_headers(const Arrays& arrays) {
  FIXGATE_CHECK(check_names(arrays));
  FIXGATE_ASSIGN(const Extent extent, check_sequences(arrays));
  if (const NpyArray* const lengths = find(arrays, "lengths"); lengths != nullptr)
    FIXGATE_CHECK(check_lengths(*lengths, extent));
  const NpyArray* const targets = find(arrays, "targets");
  if (targets == nullptr) return fail("array 'targets' is missing");
  FIXGATE_CHECK(check_targets(*targets, extent));
  return extent;
}

Result<std::vector<Sample>> make_samples(const Arrays& arrays, const Extent& extent,
                                         const std::string& name) {
  if (const NpyArray* const lengths = find(arrays, "lengths"); lengths != nullptr)
    FIXGATE_CHECK(check_length_values(*lengths, extent));
  std::vector<Sample> samples;
  for (std::int64_t i = 0; i < extent.sequences; ++i) {
    FIXGATE_ASSIGN(Sample sample, make_sample(arrays, extent, i));
    sample.name = fmt::format("{}: sequence {}", name, i);
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace

Result<std::vector<Sample>> read_npz(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(Arrays arrays, read_npz_headers(path));
  const auto extent = check_headers(arrays);
  if (!extent) return tl::make_unexpected(extent.error().within(path.string()));
  FIXGATE_CHECK(read_npz_data(path, arrays));
  auto samples = make_samples(arrays, *extent, path.string());
  if (!samples) return tl::make_unexpected(samples.error().within(path.string()));
  return samples;
}

}  // namespace fixgate
