// Tiles for x86 machines whose 512-bit vectors multiply and accumulate bytes and half words in one
// instruction (AVX-512 VNNI), which Highway 1.0.3 does not offer.
#pragma once

#include "simulate/fast/tile.h"

namespace fixgate::fast {

/// True if this machine and this build have them.
bool has_vnni();

/// Blocks of 16 rows. Only where has_vnni().
TileFunctions vnni_byte_tiles();
TileFunctions vnni_half_tiles();

}  // namespace fixgate::fast
