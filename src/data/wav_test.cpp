#include "data/wav.h"

#include <gtest/gtest.h>

#include "data/array_file.h"
#include "data/test_folder.h"

namespace fixgate {
namespace {

class Wav : public TestFolder {};

std::string little(std::uint32_t number, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k) text.push_back(static_cast<char>(number >> (8 * k) & 0xFF));
  return text;
}

/// 16-bit samples.
std::string wav(const std::vector<std::int16_t>& samples, int channels = 1, int rate = 16000) {
  std::string data;
  for (const std::int16_t sample : samples) data += little(static_cast<std::uint16_t>(sample), 2);
  const auto step = static_cast<std::uint32_t>(2 * channels);
  const std::string format = little(1, 2) + little(static_cast<std::uint32_t>(channels), 2) +
                             little(static_cast<std::uint32_t>(rate), 4) +
                             little(static_cast<std::uint32_t>(rate) * step, 4) + little(step, 2) +
                             little(16, 2);
  const auto size = static_cast<std::uint32_t>(data.size());
  return "RIFF" + little(36 + size, 4) + "WAVEfmt " + little(16, 4) + format + "data" + little(size, 4) +
         data;
}

TEST_F(Wav, SamplesAreBetweenMinusOneAndOne) {
  const auto read = read_wav(store("a.wav", wav({0, 16384, -32768, 1})), 16000);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->rate, 16000);
  EXPECT_EQ(read->samples, (std::vector<float>{0, 0.5F, -1, 0x1p-15F}));
}

TEST_F(Wav, FramesMayOverlap) {
  const Recording recording{8000, {1, 2, 3, 4, 5, 6, 7}};
  const auto frames = cut_into_frames(recording, {3, 2});
  ASSERT_TRUE(frames);
  FloatMatrix expected(3, 3);
  expected << 1, 2, 3, 3, 4, 5, 5, 6, 7;
  EXPECT_EQ(*frames, expected);
  EXPECT_EQ(cut_into_frames(recording, {4, 4})->rows(), 1);
  EXPECT_FALSE(cut_into_frames(recording, {8, 1}));
}

TEST_F(Wav, AreArraysOfFramesOrOfSamples) {
  const auto path = store("a.wav", wav({0, 16384, -32768, 1}));
  EXPECT_EQ(read_arrays(path)->at("").shape, (std::vector<std::int64_t>{4}));
  RecordingOptions options;
  options.framing = Framing{2, 1};
  EXPECT_EQ(read_arrays(path, options)->at("").shape, (std::vector<std::int64_t>{3, 2}));
}

TEST_F(Wav, RefusalsSayWhatIsWrong) {
  const auto refusal = [&](const std::string& bytes) {
    const auto read = read_wav(store("a.wav", bytes), 16000);
    return read ? std::string("read") : read.error().message;
  };
  EXPECT_NE(refusal(wav({1, 2}, 2)).find("a.wav: has 2 channels"), std::string::npos);
  EXPECT_NE(refusal(wav({1, 2}, 1, 8000)).find("has 8000 samples a second, where 16000 are wanted"),
            std::string::npos);
  EXPECT_NE(refusal(wav({})).find("has 0 samples"), std::string::npos) << refusal(wav({}));
  EXPECT_NE(refusal("RIFF nonsense").find("cannot be read as a recording"), std::string::npos);
  EXPECT_NE(refusal(wav({1, 2}).substr(0, 20)), "read");
}

}  // namespace
}  // namespace fixgate
