#include "hardware/stream_width.h"

#include <algorithm>
#include <bit>

namespace fixgate {
namespace {

constexpr int kByte = 8;

int whole_bytes(int bits) {
  return (bits + kByte - 1) / kByte * kByte;
}

int signal_width(const FixedChain& network, int signal) {
  return network.signals[static_cast<std::size_t>(signal)].format.format.width;
}

}  // namespace

int index_width(int count) {
  return std::max(1, static_cast<int>(std::bit_width(static_cast<unsigned>(count - 1))));
}

int input_stream_width(const Accelerator& accelerator) {
  const FixedChain& network = accelerator.network;
  return whole_bytes(network.takes_tokens ? index_width(network.inputs)
                                          : signal_width(network, network.input_signal));
}

int step_beats(const FixedChain& network) {
  return network.takes_tokens ? 1 : network.inputs;
}

int output_stream_width(const Accelerator& accelerator) {
  const FixedChain& network = accelerator.network;
  return whole_bytes(accelerator.output == AcceleratorOutput::Index
                         ? index_width(output_count(network))
                         : signal_width(network, output_signal(network)));
}

}  // namespace fixgate
