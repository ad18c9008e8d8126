#include "data/archive.h"

#include "data/draw.h"
#include "data/test_folder.h"

namespace fixgate {
namespace {

constexpr std::uint64_t kLimit = 1 << 20;

// The paths and bytes of an archive, or the error.
Result<std::vector<std::pair<std::string, std::string>>> contents(const std::filesystem::path& path,
                                                                  ArchiveFormat format,
                                                                  std::uint64_t limit = kLimit) {
  FIXGATE_ASSIGN(ArchiveReader reader, ArchiveReader::open(path, format));
  std::vector<std::pair<std::string, std::string>> files;
  while (true) {
    FIXGATE_ASSIGN(const bool is_entry, reader.next());
    if (!is_entry) return files;
    FIXGATE_ASSIGN(std::string bytes, reader.read(limit));
    files.emplace_back(reader.entry(), std::move(bytes));
  }
}

class ArchiveReading : public TestFolder {};

TEST_F(ArchiveReading, GivesTheFilesOfEveryFormat) {
  const Files files{{"a", "alpha"}, {"b/c", std::string(1'000'000, 'x')}, {"empty", ""}};
  for (const auto& path : {store_zip("d.zip", files), store_zip("s.zip", files, false)}) {
    const auto got = contents(path, ArchiveFormat::Zip);
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(*got, files);
  }
  const auto got = contents(store_tar_gz("t.tar.gz", files), ArchiveFormat::TarGzip);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, files);
}

TEST_F(ArchiveReading, SkipsFoldersAndLeadingDots) {
  const auto path = store_tar_gz("t.tar.gz", {{"./d/", ""}, {"./d/a", "alpha"}});
  EXPECT_EQ(*contents(path, ArchiveFormat::TarGzip), (Files{{"d/a", "alpha"}}));
}

TEST_F(ArchiveReading, NamesWhatCannotBeOpened) {
  const auto missing = ArchiveReader::open(folder_ / "absent", ArchiveFormat::Zip);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, (folder_ / "absent").string() + ": no such file");
  const auto folder = ArchiveReader::open(folder_, ArchiveFormat::Zip);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, folder_.string() + ": is a folder, not a file");
}

TEST_F(ArchiveReading, RefusesOtherFormats) {
  EXPECT_FALSE(contents(store("empty", ""), ArchiveFormat::Zip));
  EXPECT_FALSE(contents(store("empty", ""), ArchiveFormat::TarGzip));
  EXPECT_FALSE(contents(store("text", "just text, long enough to look at it twice"), ArchiveFormat::Zip));
  EXPECT_FALSE(contents(store("text", "just text, long enough to look at it twice"), ArchiveFormat::TarGzip));
  EXPECT_FALSE(contents(store_tar_gz("t.tar.gz", {{"a", "alpha"}}), ArchiveFormat::Zip));
  EXPECT_FALSE(contents(store_zip("z.zip", {{"a", "alpha"}}), ArchiveFormat::TarGzip));
}

TEST_F(ArchiveReading, KeepsToTheLimit) {
  const auto path = store_zip("bomb.zip", {{"big", std::string(10'000'000, '\0')}});
  const auto got = contents(path, ArchiveFormat::Zip, 100'000);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message, path.string() + ": big: more than the 100000 bytes that are read");
}

TEST_F(ArchiveReading, NoticesATruncatedArchive) {
  SplitMix64 random(2);
  std::string noise(50'000, '\0');
  for (char& byte : noise) byte = static_cast<char>(random.next());
  const std::string tar = bytes_of(store_tar_gz("t.tar.gz", {{"a", noise}}));
  EXPECT_FALSE(contents(store("cut.tar.gz", tar.substr(0, tar.size() / 2)), ArchiveFormat::TarGzip));
  const std::string zip = bytes_of(store_zip("z.zip", {{"a", noise}}));
  EXPECT_FALSE(contents(store("cut.zip", zip.substr(0, zip.size() / 2)), ArchiveFormat::Zip));
}

TEST_F(ArchiveReading, NoticesADamagedFile) {
  std::string zip = bytes_of(store_zip("z.zip", {{"a", "the content"}}, false));
  zip.at(zip.find("content")) = 'C';
  const auto got = contents(store("bad.zip", zip), ArchiveFormat::Zip);
  ASSERT_FALSE(got);
  EXPECT_NE(got.error().message.find("bad.zip: a: cannot be read: ZIP bad CRC"), std::string::npos)
      << got.error().message;
}

}  // namespace
}  // namespace fixgate
