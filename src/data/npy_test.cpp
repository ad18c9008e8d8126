#include "data/npy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/draw.h"
#include "data/test_npy.h"

namespace fixgate {
namespace {

std::string error_of(std::string bytes) {
  const auto array = parse_npy(std::move(bytes));
  return array ? "" : array.error().message;
}

constexpr const char* kMalformed = "the header is not {'descr': ..., 'fortran_order': ..., 'shape': ...}";

TEST(Npy, ReadsFloats) {
  const auto array = parse_npy(npy<float>("<f4", "(2, 2)", {1, 2, 3, 4.5}));
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_TRUE(array->is_float());
  EXPECT_EQ(array->shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(array->float_at(3), 4.5F);
}

TEST(Npy, RoundsDoubles) {
  const auto array = parse_npy(npy<double>("<f8", "(2,)", {0.1, 1e300}));
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(array->float_at(0), 0.1F);
  EXPECT_TRUE(std::isinf(array->float_at(1)));
}

template <typename T>
void expect_extremes(const std::string& descr) {
  const auto array =
      parse_npy(npy<T>(descr, "(2,)", {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()}));
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_FALSE(array->is_float());
  EXPECT_EQ(npy_type_name(array->type), descr);
  EXPECT_EQ(array->integer_at(0), static_cast<std::int64_t>(std::numeric_limits<T>::min()));
  EXPECT_EQ(array->integer_at(1), static_cast<std::int64_t>(std::numeric_limits<T>::max()));
}

TEST(Npy, ReadsEveryInteger) {
  expect_extremes<std::int8_t>("|i1");
  expect_extremes<std::uint8_t>("|u1");
  expect_extremes<std::int16_t>("<i2");
  expect_extremes<std::uint16_t>("<u2");
  expect_extremes<std::int32_t>("<i4");
  expect_extremes<std::uint32_t>("<u4");
  expect_extremes<std::int64_t>("<i8");
  expect_extremes<std::uint64_t>("<u8");
}

TEST(Npy, ReadsBoolsAndScalarsAndVersion2) {
  EXPECT_EQ(parse_npy(npy<std::uint8_t>("|b1", "(2,)", {0, 1}))->integer_at(1), 1);
  const auto scalar = parse_npy(npy_file(npy_header("<f4", "()"), raw<float>({3}), 2));
  ASSERT_TRUE(scalar) << scalar.error().message;
  EXPECT_TRUE(scalar->shape.empty());
  EXPECT_EQ(scalar->float_at(0), 3);
}

TEST(Npy, ReadsAnyOrderAndQuoteOfTheHeader) {
  EXPECT_TRUE(parse_npy(npy_file(R"({"shape":(0,3),"fortran_order":False,"descr":"<f4"})", "")));
  EXPECT_TRUE(parse_npy(npy_file("{'shape': (2,), 'fortran_order': True, 'descr': '|u1'}", "ab")));
}

TEST(Npy, RefusesTypesByName) {
  EXPECT_EQ(error_of(npy<float>("|O", "(1,)", {1})), "the type '|O' (Python objects) is not supported");
  EXPECT_EQ(error_of(npy<float>(">f4", "(1,)", {1})),
            "the type '>f4' (big-endian) is not supported; astype converts");
  EXPECT_EQ(error_of(npy<float>("<U1", "(1,)", {1})), "the type '<U1' (strings) is not supported");
  EXPECT_EQ(error_of(npy<double>("<c8", "(1,)", {1})), "the type '<c8' (complex numbers) is not supported");
  EXPECT_EQ(error_of(npy<float>("<f2", "(2,)", {1})),
            "the type '<f2' (half precision) is not supported; astype('<f4') converts");
  EXPECT_EQ(error_of(npy<float>("<M8[ns]", "(1,)", {1})),
            "the type '<M8[ns]' is not supported; '<f4', '<f8', '|b1' and the integers of 1 to 8 bytes are");
  EXPECT_EQ(error_of(npy<float>("", "(1,)", {1})).substr(0, 11), "the type ''");
  EXPECT_EQ(error_of(npy_file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "")),
            "structured arrays are not supported");
}

TEST(Npy, RefusesFortranOrder) {
  EXPECT_EQ(error_of(npy_file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 1)}", "ab")),
            "Fortran order is not supported; numpy.ascontiguousarray converts");
}

TEST(Npy, RefusesWhatIsNoNpy) {
  EXPECT_EQ(error_of(""), "is not in the .npy format");
  EXPECT_EQ(error_of("PK\x03\x04 and more"), "is not in the .npy format");
  EXPECT_EQ(error_of(npy_file(npy_header("<f4", "()"), "abcd", 3)),
            ".npy version 3 is not supported; 1 and 2 are");
  EXPECT_EQ(error_of(std::string("\x93NUMPY\x01\0\xff\xff{", 11)), "ends inside its header");
  EXPECT_EQ(error_of(std::string("\x93NUMPY\x02\0\xff\xff", 10)), "ends inside its header");
  EXPECT_EQ(error_of(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff", 12)),
            "has a header of 4294967295 bytes; 65536 are read");
}

TEST(Npy, RefusesMalformedHeaders) {
  for (const char* const header :
       {"", "{", "{}", "[]", "{'descr': '<f4'}", "{'descr' '<f4'}", "{'descr': '<f4}", "{'descr': 4}",
        "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': ()}",
        "{'descr': '|u1', 'fortran_order': 0, 'shape': ()}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': 1}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}"})
    EXPECT_EQ(error_of(npy_file(header, "a")), kMalformed) << header;
}

TEST(Npy, ComparesTheShapeWithTheData) {
  EXPECT_EQ(error_of(npy<float>("<f4", "(3,)", {1, 2})),
            "holds 8 bytes of data, but its shape and type need 12");
  EXPECT_EQ(error_of(npy<float>("<f4", "(1,)", {1, 2})),
            "holds 8 bytes of data, but its shape and type need 4");
  EXPECT_EQ(error_of(npy<float>("<f4", "(4611686018427387904, 4611686018427387904)", {})),
            "the shape states more elements than can be counted");
  EXPECT_EQ(error_of(npy<float>("<f8", "(2305843009213693952,)", {})),
            "the shape states more elements than can be counted");
}

// Every prefix and a good many damaged copies end in an answer, not in a crash (run under the sanitizers).
TEST(Npy, SurvivesDamage) {
  const std::string good = npy<float>("<f4", "(2, 2)", {1, 2, 3, 4});
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(parse_npy(good.substr(0, length)));
  SplitMix64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good;
    for (int k = 0; k < 3; ++k) bad[random.below(bad.size())] = static_cast<char>(random.below(256));
    const auto array = parse_npy(bad);
    if (array && array->is_float() && !array->data.empty()) {
      EXPECT_FALSE(array->data.empty());
    }
  }
}

}  // namespace
}  // namespace fixgate
