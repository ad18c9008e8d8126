// The matrix products of the fast simulator alone.
#pragma once

namespace fixgate::bench {

/// Multiply-accumulates per second of the recurrent products of `gates` gates of `hidden` units over a batch,
/// with bytes or half words, of 4-bit weights (where there is no VNNI, bytes take longer with wider ones), on
/// the target that Highway chooses.
double products_per_second(int gates, int hidden, int batch, bool bytes, bool vnni, double seconds);

}  // namespace fixgate::bench
