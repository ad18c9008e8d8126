#include "hardware/accelerator_file_use.h"

#include "files/read.h"
#include "hardware/manifest.h"

namespace fixgate {

void add_accelerator_files(const std::filesystem::path& folder, FileUse& use) {
  if (folder.empty()) return;
  use.reads(folder / kManifestName, "the accelerator");
  const auto text = read_file(folder / kManifestName);
  if (!text) return;
  const auto manifest = parse_manifest(*text);
  if (!manifest) return;
  for (const std::string& file : manifest->files) use.reads(folder / file, "a file of the accelerator");
}

}  // namespace fixgate
