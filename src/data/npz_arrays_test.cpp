#include "data/npz_arrays.h"

#include <gtest/gtest.h>

#include "data/array_file.h"
#include "data/test_folder.h"
#include "files/read.h"

namespace fixgate {
namespace {

class NpzArrays : public TestFolder {};

Arrays some_arrays() {
  Arrays arrays;
  arrays.emplace("b", npy_array({2, 1, 3}, std::vector<double>{1, -2.5, 3, 1e300, 0, -0.0}));
  arrays.emplace("layer.a", npy_array({2}, std::vector<float>{0.25F, -7}));
  arrays.emplace("n", npy_array({0, 4}, std::vector<std::int64_t>{}));
  arrays.emplace("scalar", npy_array({}, std::vector<std::int64_t>{-9'000'000'000}));
  return arrays;
}

TEST_F(NpzArrays, ReadWhatWasWritten) {
  const Arrays arrays = some_arrays();
  ASSERT_TRUE(write_npz(folder_ / "a.npz", arrays));
  const auto again = read_arrays(folder_ / "a.npz");
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->size(), arrays.size());
  for (const auto& [name, array] : arrays) {
    EXPECT_EQ(again->at(name).shape, array.shape) << name;
    EXPECT_EQ(again->at(name).data, array.data) << name;
    EXPECT_EQ(again->at(name).type, array.type) << name;
  }
}

TEST_F(NpzArrays, TheSameArraysMakeTheSameBytes) {
  ASSERT_TRUE(write_npz(folder_ / "a.npz", some_arrays()));
  ASSERT_TRUE(write_npz(folder_ / "b.npz", some_arrays()));
  EXPECT_EQ(*read_file(folder_ / "a.npz"), *read_file(folder_ / "b.npz"));
}

TEST_F(NpzArrays, NpyFilesAreWrittenAsNumpyWritesThem) {
  const std::string bytes = npy_bytes(npy_array({2, 3}, std::vector<float>(6)));
  EXPECT_EQ(bytes.size() % 64, 24U);  // the data begin at a multiple of 64
  EXPECT_NE(bytes.find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, ), }"), std::string::npos);
  const auto parsed = parse_npy(bytes);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->shape, (std::vector<std::int64_t>{2, 3}));
}

TEST_F(NpzArrays, WhatCannotBeWrittenIsSaid) {
  const auto written = write_npz(folder_ / "none" / "a.npz", some_arrays());
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("a.npz"), std::string::npos) << written.error().message;
}

TEST_F(NpzArrays, ArrayFilesOfOtherKindsAreRefused) {
  const auto refusal = [&](const std::string& bytes) {
    const auto read = read_arrays(store("x", bytes));
    return read ? "read" : read.error().message;
  };
  EXPECT_NE(refusal("").find("is empty"), std::string::npos) << refusal("");
  EXPECT_NE(refusal("hello").find("arrays are expected: .npz, .npy or .wav"), std::string::npos);
  EXPECT_FALSE(read_arrays(folder_ / "missing"));
  RecordingOptions recording;
  recording.rate = 16000;
  const auto read = read_arrays(store("y.npy", npy_bytes(npy_array({1}, std::vector<float>{1}))), recording);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("is no recording"), std::string::npos) << read.error().message;
}

}  // namespace
}  // namespace fixgate
