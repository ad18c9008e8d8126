// Which folders an accelerator may take the place of.
#pragma once

#include <filesystem>

#include "diagnostic/error.h"

namespace fixgate {

/// Error: `folder` holds something that neither fixgate rtl nor fixgate synth put there, whatever its
/// accelerator.json lists, so that it would be lost.
Result<void> check_replaceable(const std::filesystem::path& folder);

}  // namespace fixgate
