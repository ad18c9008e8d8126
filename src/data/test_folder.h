// For the tests: a folder of its own for each test, and archives in it.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace fixgate {

class TestFolder : public testing::Test {
 protected:
  using Files = std::vector<std::pair<std::string, std::string>>;  // path inside the archive, bytes

  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "fixgate-data-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path store(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  [[nodiscard]] std::filesystem::path store_zip(const std::string& name, const Files& files,
                                                bool is_deflated = true) const {
    archive* const out = archive_write_new();
    archive_write_set_format_zip(out);
    if (is_deflated) {
      archive_write_zip_set_compression_deflate(out);
    } else {
      archive_write_zip_set_compression_store(out);
    }
    return store_archive(out, name, files);
  }

  [[nodiscard]] std::filesystem::path store_tar_gz(const std::string& name, const Files& files) const {
    archive* const out = archive_write_new();
    archive_write_set_format_pax_restricted(out);
    archive_write_add_filter_gzip(out);
    return store_archive(out, name, files);
  }

  static std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::filesystem::path folder_;

 private:
  [[nodiscard]] std::filesystem::path store_archive(archive* out, const std::string& name,
                                                    const Files& files) const {
    const std::filesystem::path path = folder_ / name;
    EXPECT_EQ(archive_write_open_filename(out, path.c_str()), ARCHIVE_OK);
    for (const auto& [entry_name, bytes] : files) {
      archive_entry* const entry = archive_entry_new();
      archive_entry_set_pathname(entry, entry_name.c_str());
      archive_entry_set_size(entry, static_cast<std::int64_t>(bytes.size()));
      archive_entry_set_filetype(entry, entry_name.ends_with('/') ? AE_IFDIR : AE_IFREG);
      archive_entry_set_perm(entry, 0644);
      EXPECT_EQ(archive_write_header(out, entry), ARCHIVE_OK);
      EXPECT_EQ(archive_write_data(out, bytes.data(), bytes.size()), static_cast<la_ssize_t>(bytes.size()));
      archive_entry_free(entry);
    }
    archive_write_close(out);
    archive_write_free(out);
    return path;
  }
};

/// The folder of data that may not be shipped, from the environment; empty if it is not set.
inline std::filesystem::path shared_folder() {
  const char* const folder = std::getenv("FIXGATE_SHARED");
  return folder == nullptr ? "" : folder;
}

}  // namespace fixgate

/// Skips the test, visibly, where the shared data are not at hand.
#define FIXGATE_NEEDS_SHARED()          \
  if (fixgate::shared_folder().empty()) \
  GTEST_SKIP() << "set FIXGATE_SHARED to the folder with data/ and models/"
