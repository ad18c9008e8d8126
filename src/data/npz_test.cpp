#include "data/npz.h"

#include <limits>

#include "data/draw.h"
#include "data/test_folder.h"
#include "data/test_npy.h"

namespace fixgate {
namespace {

using Floats = std::vector<float>;
using Integers = std::vector<std::int64_t>;

class Npz : public TestFolder {
 protected:
  [[nodiscard]] std::vector<Sample> samples(const Files& files) const {
    auto read = read_npz(store_zip("a.npz", files));
    EXPECT_TRUE(read) << read.error().message;
    return read.value_or(std::vector<Sample>{});
  }

  // The error without the file's name.
  [[nodiscard]] std::string error(const Files& files) const {
    const auto path = store_zip("a.npz", files);
    const auto read = read_npz(path);
    if (read) return "";
    EXPECT_TRUE(read.error().message.starts_with(path.string() + ": ")) << read.error().message;
    return read.error().message.substr(path.string().size() + 2);
  }

  // Two sequences of two steps of three features: 0, 1, ..., 11.
  const std::string inputs_ = npy<float>("<f4", "(2, 2, 3)", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const std::string labels_ = npy<std::int64_t>("<i8", "(2,)", {1, 0});
};

TEST_F(Npz, ReadsFeaturesAndLabels) {
  const auto read = samples({{"inputs.npy", inputs_}, {"targets.npy", labels_}});
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[1].sequence.steps(), 2U);
  EXPECT_EQ(read[1].sequence.features(0, 0), 6);
  EXPECT_EQ(read[1].sequence.features(1, 2), 11);
  EXPECT_EQ(read[0].target.label, 1);
  EXPECT_EQ(read[1].name, (folder_ / "a.npz").string() + ": sequence 1");
}

TEST_F(Npz, ReadsStoredArchives) {
  const auto read = read_npz(store_zip("s.npz", {{"inputs.npy", inputs_}, {"targets.npy", labels_}}, false));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->size(), 2U);
}

TEST_F(Npz, CutsSequencesToTheirLengths) {
  const auto read = samples({{"inputs.npy", inputs_},
                             {"lengths.npy", npy<std::uint8_t>("|u1", "(2,)", {1, 2})},
                             {"targets.npy", npy<double>("<f8", "(2, 2, 1)", {0, 1, 2, 3})}});
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].sequence.steps(), 1U);
  EXPECT_EQ(read[0].target.values.rows(), 1);
  EXPECT_EQ(read[1].target.values.rows(), 2);
  EXPECT_EQ(read[1].target.values(1, 0), 3);
}

TEST_F(Npz, ReadsOneTargetVectorASequence) {
  const auto read =
      samples({{"inputs.npy", inputs_}, {"targets.npy", npy<float>("<f4", "(2, 1)", {0.5, 2})}});
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[1].target.values, FloatMatrix::Constant(1, 1, 2));
}

TEST_F(Npz, ReadsTokensAndIgnoresPadding) {
  const auto read = samples({{"tokens.npy", npy<std::int32_t>("<i4", "(2, 3)", {5, -1, -1, 7, 8, 9})},
                             {"lengths.npy", npy<std::int64_t>("<i8", "(2,)", {1, 3})},
                             {"targets.npy", labels_}});
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].sequence.tokens, (std::vector<std::int32_t>{5}));
  EXPECT_EQ(read[1].sequence.tokens, (std::vector<std::int32_t>{7, 8, 9}));
}

TEST_F(Npz, NamesMissingAndUnknownArrays) {
  EXPECT_EQ(error({{"inputs.npy", inputs_}}), "array 'targets' is missing");
  EXPECT_EQ(error({{"targets.npy", labels_}}), "exactly one of the arrays 'inputs' and 'tokens' is needed");
  EXPECT_EQ(error({{"inputs.npy", inputs_}, {"tokens.npy", labels_}, {"targets.npy", labels_}}),
            "exactly one of the arrays 'inputs' and 'tokens' is needed");
  EXPECT_EQ(error({{"x_train.npy", inputs_}}),
            "array 'x_train' is not known; inputs or tokens, lengths and targets are");
  EXPECT_EQ(error({{"inputs.npy", inputs_}, {"inputs.npy", inputs_}}), "array 'inputs' stands in it twice");
}

TEST_F(Npz, RefusesShapesThatDoNotFit) {
  EXPECT_EQ(error({{"inputs.npy", npy<float>("<f4", "(2, 2)", {0, 1, 2, 3})}, {"targets.npy", labels_}}),
            "array 'inputs': float [n, steps, features] is needed, this is <f4 [2, 2]");
  EXPECT_EQ(error({{"inputs.npy", npy<std::int64_t>("<i8", "(1, 1, 1)", {0})}, {"targets.npy", labels_}}),
            "array 'inputs': float [n, steps, features] is needed, this is <i8 [1, 1, 1]");
  EXPECT_EQ(error({{"tokens.npy", npy<float>("<f4", "(2, 2)", {0, 1, 2, 3})}, {"targets.npy", labels_}}),
            "array 'tokens': integer [n, steps] is needed, this is <f4 [2, 2]");
  EXPECT_EQ(error({{"inputs.npy", npy<float>("<f4", "(0, 2, 3)", {})}, {"targets.npy", labels_}}),
            "array 'inputs': is empty: [0, 2, 3]");
}

TEST_F(Npz, RefusesTargetsThatDoNotFit) {
  const std::string needed =
      "array 'targets': integer [2], float [2, outputs] or float [2, 2, outputs] is needed, this is ";
  const auto with = [&](const std::string& targets) {
    return error({{"inputs.npy", inputs_}, {"targets.npy", targets}});
  };
  EXPECT_EQ(with(npy<std::int64_t>("<i8", "(3,)", {0, 1, 2})), needed + "<i8 [3]");
  EXPECT_EQ(with(npy<std::int64_t>("<i8", "(2, 1)", {0, 1})), needed + "<i8 [2, 1]");
  EXPECT_EQ(with(npy<std::int64_t>("<i8", "()", {0})), needed + "<i8 a scalar []");
  EXPECT_EQ(with(npy<float>("<f4", "(2,)", {0, 1})), needed + "<f4 [2]");
  EXPECT_EQ(with(npy<float>("<f4", "(2, 0)", {})), needed + "<f4 [2, 0]");
  EXPECT_EQ(with(npy<float>("<f4", "(2, 3, 1)", Floats(6))), needed + "<f4 [2, 3, 1]");
  EXPECT_EQ(with(npy<std::int64_t>("<i8", "(2,)", {0, -1})),
            "array 'targets': sequence 1: class -1 is negative");
}

TEST_F(Npz, RefusesLengthsThatDoNotFit) {
  const auto with = [&](const std::string& lengths) {
    return error({{"inputs.npy", inputs_}, {"lengths.npy", lengths}, {"targets.npy", labels_}});
  };
  EXPECT_EQ(with(npy<std::int64_t>("<i8", "(2,)", {2, 0})),
            "array 'lengths': sequence 1 has length 0; 1 to 2 are possible");
  EXPECT_EQ(with(npy<std::int64_t>("<i8", "(2,)", {3, 1})),
            "array 'lengths': sequence 0 has length 3; 1 to 2 are possible");
  EXPECT_EQ(with(npy<std::uint64_t>("<u8", "(2,)", {1, ~std::uint64_t{0}})),
            "array 'lengths': sequence 1 has length -1; 1 to 2 are possible");
  EXPECT_EQ(with(npy<std::int64_t>("<i8", "(1,)", {2})),
            "array 'lengths': integer [2] is needed, this is <i8 [1]");
}

TEST_F(Npz, RefusesValuesThatAreNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error({{"inputs.npy", npy<float>("<f4", "(2, 2, 1)", {0, 1, 2, nan})}, {"targets.npy", labels_}}),
            "array 'inputs': sequence 1: step 1, column 0 is nan, not a finite number");
  EXPECT_EQ(error({{"inputs.npy", inputs_}, {"targets.npy", npy<double>("<f8", "(2, 1)", {1e300, 0})}}),
            "array 'targets': sequence 0: step 0, column 0 is inf, not a finite number");
}

TEST_F(Npz, RefusesTokensOutOfRange) {
  EXPECT_EQ(
      error({{"tokens.npy", npy<std::int64_t>("<i8", "(2, 1)", {0, 1LL << 31})}, {"targets.npy", labels_}}),
      "array 'tokens': sequence 1: step 0 is 2147483648; tokens are 0 to 2147483647");
  EXPECT_NE(error({{"tokens.npy", npy<std::int64_t>("<i8", "(2, 1)", {0, -1})}, {"targets.npy", labels_}}),
            "");
}

TEST_F(Npz, NamesADamagedArray) {
  EXPECT_EQ(error({{"inputs.npy", "text"}}), "array 'inputs': is not in the .npy format");
  EXPECT_EQ(error({{"inputs.npy", npy<float>("<f4", "(2, 2, 30000000000)", Floats(12))}}),
            "array 'inputs': holds 48 bytes of data, but its shape and type need 480000000000");
}

/// An archive in which everything of the last file but its first kilobyte is damaged: what unpacks it
/// notices.
std::string damaged_end(std::string zip) {
  const std::size_t directory = zip.find("PK\x01\x02");
  for (std::size_t i = 1000; i < directory - 100; ++i) zip[i] = static_cast<char>(0xee);
  return zip;
}

TEST_F(Npz, ComparesSizesBeforeItUnpacks) {
  const std::string header = npy_file(npy_header("<f4", "(2, 2, 3)"), "");
  const std::string bomb = bytes_of(store_zip(
      "whole.npz", {{"targets.npy", labels_}, {"inputs.npy", header + std::string(3'000'000, '\0')}}));
  const auto path = store("bomb.npz", damaged_end(bomb));
  const auto read = read_npz(path);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, path.string() +
                                      ": array 'inputs': holds 3000000 bytes of data, but its shape and type "
                                      "need 48");
}

TEST_F(Npz, ComparesShapesBeforeItUnpacks) {
  const std::string zeros(8'000'000, '\0');
  for (const char* name : {"lengths", "targets"}) {
    Files files{{"inputs.npy", inputs_}};
    if (name != std::string("targets")) files.emplace_back("targets.npy", labels_);
    files.emplace_back(std::string(name) + ".npy", npy_file(npy_header("<i8", "(1000000,)"), zeros));
    const auto read = read_npz(store("bomb.npz", damaged_end(bytes_of(store_zip("whole.npz", files)))));
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(std::string("array '") + name + "': integer [2]"), std::string::npos)
        << read.error().message;
  }
}

TEST_F(Npz, RefusesALongHeader) {
  std::string header = npy_header("<f4", "(2, 2, 3)");
  header.insert(1, 70'000, ' ');
  EXPECT_EQ(error({{"inputs.npy", npy_file(header, std::string(48, '\0'), 2)}, {"targets.npy", labels_}}),
            "array 'inputs': has a header of " + std::to_string(header.size()) + " bytes; 65536 are read");
}

TEST_F(Npz, RefusesWhatIsNoZipArchive) {
  EXPECT_FALSE(read_npz(store("a.npz", "")));
  EXPECT_FALSE(read_npz(store("a.npz", inputs_)));
  EXPECT_FALSE(read_npz(folder_ / "absent.npz"));
}

// Damaged copies end in an answer, not in a crash (run under the sanitizers).
TEST_F(Npz, SurvivesDamage) {
  const std::string good =
      bytes_of(store_zip("a.npz", {{"inputs.npy", inputs_}, {"targets.npy", labels_}}, false));
  SplitMix64 random(3);
  for (int i = 0; i < 1000; ++i) {
    std::string bad = good;
    for (int k = 0; k < 4; ++k) bad[random.below(bad.size())] = static_cast<char>(random.below(256));
    if (random.below(4) == 0) bad.resize(random.below(bad.size()));
    const auto read = read_npz(store("bad.npz", bad));
    if (read) {
      EXPECT_EQ(read->size(), 2U);
    }
  }
}

}  // namespace
}  // namespace fixgate
