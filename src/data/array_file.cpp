#include "data/array_file.h"

#include "files/kind.h"
#include "files/read.h"

namespace fixgate {
namespace {

constexpr std::string_view kExpected = "arrays are expected: .npz, .npy or .wav";

Result<Arrays> read_whole_npz(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(Arrays arrays, read_npz_headers(path));
  if (arrays.empty()) return fail("{}: holds no array", path.string());
  FIXGATE_CHECK(read_npz_data(path, arrays));
  return arrays;
}

Result<Arrays> read_npy(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(std::string bytes, read_file(path));
  auto array = parse_npy(std::move(bytes));
  if (!array) return tl::make_unexpected(array.error().within(path.string()));
  Arrays arrays;
  arrays.emplace("", std::move(*array));
  return arrays;
}

Result<Arrays> read_recording(const std::filesystem::path& path, const RecordingOptions& options) {
  FIXGATE_ASSIGN(const Recording recording, read_wav(path, options.rate));
  const auto frames = cut_into_frames(recording, options.framing.value_or(Framing()));
  if (!frames) return tl::make_unexpected(frames.error().within(path.string()));
  std::vector<std::int64_t> shape{frames->rows()};
  if (options.framing) shape.push_back(frames->cols());
  Arrays arrays;
  arrays.emplace("", npy_array(shape, std::vector<float>(frames->data(), frames->data() + frames->size())));
  return arrays;
}

}  // namespace

Result<Arrays> read_arrays(const std::filesystem::path& path, const RecordingOptions& recording) {
  FIXGATE_ASSIGN(const std::string beginning, read_beginning(path, 64));
  if (beginning.starts_with("RIFF")) return read_recording(path, recording);
  if (recording.framing || recording.rate)
    return fail("{}: is no recording (.wav), so it has no rate and no frames to cut", path.string());
  if (beginning.starts_with("PK")) return read_whole_npz(path);
  if (beginning.starts_with("\x93NUMPY")) return read_npy(path);
  const Error error{beginning.empty() ? "is empty" : std::string("is none; ").append(kExpected)};
  return tl::make_unexpected(or_other_kind(error, beginning, "", kExpected).within(path.string()));
}

}  // namespace fixgate
