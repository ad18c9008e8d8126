// For the tests: texts that must stay as they are until a change is meant.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "files/read.h"
#include "files/write.h"

namespace fixgate {

/// `name` is a path below tests/golden/<component>; FIXGATE_UPDATE_GOLDEN=1 writes it.
inline void compare_with_golden(const std::string& component, const std::string& name,
                                const std::string& text) {
  const std::filesystem::path path =
      std::filesystem::path(FIXGATE_SOURCE_DIR) / "tests/golden" / component / name;
  if (std::getenv("FIXGATE_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    const auto written = write_file(path, text);
    ASSERT_TRUE(written) << written.error().message;
  }
  const auto golden = read_file(path);
  ASSERT_TRUE(golden) << golden.error().message << "; FIXGATE_UPDATE_GOLDEN=1 writes it";
  EXPECT_EQ(text, *golden) << "if the change is meant, FIXGATE_UPDATE_GOLDEN=1 rewrites " << name;
}

}  // namespace fixgate
