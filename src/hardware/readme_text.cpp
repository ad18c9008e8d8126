#include "hardware/readme_text.h"

#include <fmt/format.h>

#include "hardware/engines.h"
#include "hardware/multipliers.h"
#include "hardware/network_parts.h"
#include "hardware/stream_width.h"
#include "hardware/verilog_text.h"

namespace fixgate {
namespace {

constexpr int kExampleSteps = 100;

std::string head_text(const Accelerator& accelerator) {
  return fmt::format(
      "# {}\n\nAn accelerator for the network '{}' (`network.fxg`), made by `fixgate rtl`. It computes the "
      "integers of the\n"
      "fixed-point network, bit for bit; `fixgate verify` checks that.\n\n",
      accelerator.name, accelerator.network.name);
}

std::string interface_text(const Accelerator& accelerator) {
  return fmt::format(
      "## Interface\n\n"
      "| port | bits | |\n|---|---|---|\n"
      "| `clk_i`, `rst_ni` | 1 | one clock; asynchronous reset, active low |\n"
      "| `s_axis_tdata` | {} | {} |\n"
      "| `s_axis_tvalid`, `s_axis_tready` | 1 | AXI4-Stream hand-shake |\n"
      "| `s_axis_tlast` | 1 | the last beat of a sequence |\n"
      "| `s_axis_tuser` | 1 | with the first beat of a sequence: 1 goes on from the states of the sequence "
      "before |\n"
      "| `m_axis_tdata` | {} | {} |\n"
      "| `m_axis_tvalid`, `m_axis_tready` | 1 | AXI4-Stream hand-shake |\n"
      "| `m_axis_tlast` | 1 | the last beat of a sequence's output |\n"
      "| `error_o` | 1 | high for one cycle when a sequence has ended within a step |\n\n",
      input_stream_width(accelerator),
      accelerator.network.takes_tokens ? "a token" : "a feature, in the low bits",
      output_stream_width(accelerator),
      accelerator.output == AcceleratorOutput::Index ? "an index" : "an output, sign-extended");
}

std::string overflow_text(const SignalFormat& signal) {
  const Format& format = signal.format;
  if (signal.overflow == Overflow::Saturate)
    return fmt::format("limit the result to {} .. {}", format.min(), format.max());
  return fmt::format("keep the low {} bits of the result ({} .. {})", format.width, format.min(),
                     format.max());
}

std::string rounding_text(Rounding rounding) {
  switch (rounding) {
    case Rounding::Floor:
      return "round it down";
    case Rounding::Nearest:
      return "round it to the nearest integer (halves up)";
    case Rounding::Convergent:
      return "round it to the nearest integer (halves to the even one)";
  }
  return "";
}

std::string input_text(const FixedChain& network) {
  if (network.takes_tokens)
    return fmt::format(
        "A step is one beat, a token 0 .. {}. The hardware does not check it: a larger one gives garbage.\n",
        network.inputs - 1);
  const SignalFormat& signal = signal_of(network, network.input_signal);
  return fmt::format(
      "A step is {} beats, one feature each, in the order of the network's inputs. A feature is an integer "
      "in\n"
      "{}: multiply the real feature by 2^{}, {}, and {}.\n",
      network.inputs, to_text(signal.format), signal.format.fraction, rounding_text(signal.rounding),
      overflow_text(signal));
}

std::string packets_text(const FixedChain& network) {
  if (step_beats(network) == 1)
    return "A step is one beat, so no sequence ends within a step: `error_o` stays low.\n";
  return "Each packet is answered by one packet. When `s_axis_tlast` comes within a step, zeros take the "
         "place of "
         "the\n"
         "features that are missing, and `error_o` is high in the cycle after that beat: throw the answer "
         "away, and "
         "begin\n"
         "the next sequence with `s_axis_tuser` = 0. What follows is answered as ever. A packet whose "
         "`s_axis_tlast` is\n"
         "lost goes on in the next one; no hardware can tell.\n";
}

std::string output_text(const Accelerator& accelerator) {
  const FixedChain& network = accelerator.network;
  const Format& format = format_of(network, output_signal(network));
  const char* often = outputs_every_step(network) ? "step" : "sequence";
  if (accelerator.output == AcceleratorOutput::Index)
    return fmt::format(
        "Each {} gives one beat: the index, from 0, of the largest of {} outputs, the first of equal ones.\n",
        often, output_count(network));
  std::string text = fmt::format(
      "Each {} gives {} beats, one output each, in the order of the network's outputs. An output is an "
      "integer in\n"
      "{}: divide it by 2^{} for its real value.\n",
      often, output_count(network), to_text(format), format.fraction);
  if (network.output_function != OutputFunction::None)
    text += fmt::format("The network ends with {}, which is left to the reader of the outputs.\n",
                        to_text(network.output_function));
  return text;
}

std::string engines_text(const Accelerator& accelerator) {
  const MultiplierCount count = count_multipliers(accelerator);
  std::string text = "\n## Engines\n\n| instance | | multipliers | cycles a step |\n|---|---|---|---|\n";
  for (const Engine& engine : accelerator.engines) {
    const bool embedding = engine.kind == EngineKind::Embedding;
    const std::int64_t cycles =
        embedding ? engine.outputs
                  : stream_cycles_per_step(demand_of(accelerator.network, engine), engine.geometry);
    text += fmt::format("| `u_{}` | {} | {} | {} |\n", engine.identifier, engine_text(accelerator, engine),
                        embedding ? 0 : engine.geometry.multipliers(), cycles);
  }
  return text + fmt::format(
                    "\nElement-wise products and tables have {} multipliers beside. For Xilinx 7, Yosys is "
                    "predicted to map all of them to\n"
                    "{} DSP blocks.\n",
                    count.beside, count.dsp_blocks);
}

std::string cycles_text(const Accelerator& accelerator) {
  const auto cycles = [&](int steps) { return predict_cycles(accelerator, std::vector<int>{steps}).front(); };
  return fmt::format(
      "\n## Cycles\n\n"
      "With input always offered and output always taken, a step takes {} cycles: those of the slowest "
      "engine. From the\n"
      "first input beat of a sequence of one step to its last output beat are {} cycles, of one of {} steps "
      "{}. Over the\n"
      "latter, {:.1f} % of the multipliers' cycles are useful.\n",
      cycles_per_step(accelerator), cycles(1), kExampleSteps, cycles(kExampleSteps),
      100 * utilisation(accelerator, kExampleSteps));
}

std::string memories_text(const std::vector<MemoryFile>& memories) {
  std::string text =
      "\n## Memories\n\nRead with `$readmemh`, one word a line, from `mem/` under the folder in which the "
      "tool runs.\n\n"
      "| file | words | bits a word | content |\n|---|---|---|---|\n";
  std::int64_t bits = 0;
  for (const MemoryFile& memory : memories) {
    bits += memory.image.bits();
    text += fmt::format("| `{}` | {} | {} | {} |\n", memory.name, memory.image.depth(), memory.image.width(),
                        memory.content);
  }
  return text + fmt::format("\n{} bits in all.\n", bits);
}

std::string use_text(const Accelerator& accelerator) {
  return fmt::format(
      "\n## Use\n\nSources, in this order: `rtl/lib/fg_pkg.sv`, the other files of `rtl/lib`, "
      "`rtl/{}_pkg.sv`, `rtl/{}.sv`. The\n"
      "testbench `sim/{}_tb.sv` tells in its head how it is run.\n",
      accelerator.name, accelerator.name, accelerator.name);
}

}  // namespace

std::string readme_text(const Accelerator& accelerator, const std::vector<MemoryFile>& memories) {
  return head_text(accelerator) + interface_text(accelerator) + input_text(accelerator.network) +
         packets_text(accelerator.network) + "\n" + output_text(accelerator) + engines_text(accelerator) +
         cycles_text(accelerator) + memories_text(memories) + use_text(accelerator);
}

}  // namespace fixgate
