#include "data/wav.h"

#include <sndfile.h>

#include <cmath>
#include <memory>

namespace fixgate {
namespace {

constexpr sf_count_t kMostSamples = sf_count_t{1} << 30;

struct CloseSound {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

Result<void> check_info(const SF_INFO& info, std::optional<int> rate) {
  if ((info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_WAV &&
      (info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_WAVEX)
    return fail("is no .wav file");
  if (info.channels != 1) return fail("has {} channels; one is read", info.channels);
  if (info.frames < 1 || info.frames > kMostSamples)
    return fail("has {} samples; 1 to {} are read", info.frames, kMostSamples);
  if (rate && info.samplerate != *rate)
    return fail("has {} samples a second, where {} are wanted: resample it", info.samplerate, *rate);
  return {};
}

Result<Recording> read(const std::filesystem::path& path, std::optional<int> rate) {
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, CloseSound> file(sf_open(path.c_str(), SFM_READ, &info));
  if (!file) return fail("cannot be read as a recording (.wav): {}", sf_strerror(nullptr));
  FIXGATE_CHECK(check_info(info, rate));
  Recording recording{info.samplerate, std::vector<float>(static_cast<std::size_t>(info.frames))};
  const sf_count_t count = sf_read_float(file.get(), recording.samples.data(), info.frames);
  if (count != info.frames) return fail("is cut short: {} of {} samples", count, info.frames);
  for (std::size_t k = 0; k < recording.samples.size(); ++k)
    if (!std::isfinite(recording.samples[k])) return fail("sample {} is not a finite number", k);
  return recording;
}

}  // namespace

Result<Recording> read_wav(const std::filesystem::path& path, std::optional<int> rate) {
  auto recording = read(path, rate);
  if (!recording) return tl::make_unexpected(recording.error().within(path.string()));
  return recording;
}

Result<FloatMatrix> cut_into_frames(const Recording& recording, const Framing& framing) {
  const auto samples = static_cast<std::int64_t>(recording.samples.size());
  if (samples < framing.frame) return fail("{} samples, and a frame has {}", samples, framing.frame);
  FloatMatrix frames((samples - framing.frame) / framing.hop + 1, framing.frame);
  for (Eigen::Index k = 0; k < frames.rows(); ++k)
    frames.row(k) =
        Eigen::Map<const Eigen::RowVectorXf>(recording.samples.data() + k * framing.hop, framing.frame);
  return frames;
}

}  // namespace fixgate
