// The checker checked: small accelerators, each broken in one place, must all be caught.
#include <gtest/gtest.h>

#include <fstream>

#include "data/test_folder.h"
#include "files/read.h"
#include "fixed/program_of.h"
#include "fixed/testing/example_networks.h"
#include "hardware/packet_run.h"
#include "verification/verification.h"

namespace fixgate {
namespace {

enum class Base { Lstm, Gru };

/// `from` becomes `to` in a source, or one bit of a memory's word flips.
struct Break {
  const char* name;
  Base base;
  const char* file;
  const char* from = "";  // empty: a memory
  const char* to = "";
  int word = 0;  // of a memory
  int bit = 0;
};

std::ostream& operator<<(std::ostream& out, const Break& one) {
  return out << one.name;
}

ExampleShape shape_of(Base base) {
  ExampleShape shape;
  shape.name = "broken";
  shape.kind = base == Base::Lstm ? CellKind::Lstm : CellKind::Gru;
  shape.linear_before_reset = base == Base::Gru;
  shape.hidden = 6;
  return shape;
}

Accelerator accelerator_of(Base base) {
  AcceleratorOptions options;
  options.lanes = {{"", 12}, {"decoder", 2}};
  auto designed = design_accelerator(program_of(make_example(shape_of(base), 11)), options);
  EXPECT_TRUE(designed) << designed.error().message;
  return std::move(*designed);
}

class BrokenDesigns : public TestFolder, public testing::WithParamInterface<Break> {
 protected:
  [[nodiscard]] std::filesystem::path place() const { return folder_ / "accelerator"; }

  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = bytes_of(place() / file);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << " has no longer: " << from;
    text.replace(at, from.size(), to);
    std::ofstream(place() / file) << text;
  }

  // Words are lines of hexadecimal digits behind a comment.
  void flip_bit(const std::string& file, int word, int bit) const {
    std::istringstream text(bytes_of(place() / file));
    std::string changed;
    std::string line;
    for (int index = -1; std::getline(text, line); changed += line + '\n') {
      if (line.starts_with("//") || index++ != word - 1) continue;
      char& digit = line.at(line.size() - 1 - static_cast<std::size_t>(bit / 4));
      const int value = std::stoi(std::string(1, digit), nullptr, 16) ^ (1 << (bit % 4));
      digit = "0123456789abcdef"[value];
    }
    ASSERT_NE(changed, bytes_of(place() / file)) << file << " has no word " << word;
    std::ofstream(place() / file) << changed;
  }

  [[nodiscard]] Result<VerificationResult> verify(const Accelerator& accelerator) const {
    VerificationOptions options;
    options.simulator = SimulatorKind::Icarus;
    options.as_it_is = true;
    return verify_accelerator(accelerator, place(), random_sequences(accelerator.network, 10, 1), options);
  }
};

TEST_P(BrokenDesigns, AreCaught) {
  const Accelerator accelerator = accelerator_of(GetParam().base);
  ASSERT_TRUE(write_accelerator(accelerator, place()));
  if (*GetParam().from != '\0')
    replace(GetParam().file, GetParam().from, GetParam().to);
  else
    flip_bit(GetParam().file, GetParam().word, GetParam().bit);
  const auto result = verify(accelerator);
  ASSERT_TRUE(result) << result.error().message;
  const auto right = check(*result, "broken");
  ASSERT_FALSE(right) << GetParam().name << " went unnoticed";
  // A memory that was changed is noticed twice: beside the network's, and by what it does.
  EXPECT_GT(result->mismatches + result->cycle_differences, 0) << GetParam().name;
  EXPECT_EQ(result->memories.words, *GetParam().from == '\0' ? 1 : 0) << result->memories.first;
  std::cout << GetParam().name << ": " << right.error().message << "\n";
}

// What well-formed sequences do not show.
class BrokenPackets : public BrokenDesigns {};

TEST_P(BrokenPackets, AreCaught) {
  const Accelerator accelerator = accelerator_of(GetParam().base);
  ASSERT_TRUE(write_accelerator(accelerator, place()));
  replace(GetParam().file, GetParam().from, GetParam().to);
  const auto result = send_packets(accelerator, place(), {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_GT(result->mismatches, 0) << GetParam().name << " went unnoticed";
  std::cout << GetParam().name << ": " << result->first_mismatch << "\n";
}

class WholeDesigns : public BrokenDesigns {};

TEST_P(WholeDesigns, AreRight) {
  const Accelerator accelerator = accelerator_of(GetParam().base);
  ASSERT_TRUE(write_accelerator(accelerator, place()));
  const auto result = verify(accelerator);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(check(*result, "whole")) << check(*result, "whole").error().message;
}

INSTANTIATE_TEST_SUITE_P(Bases, WholeDesigns,
                         testing::Values(Break{"lstm", Base::Lstm, ""}, Break{"gru", Base::Gru, ""}));

std::string name_of(const testing::TestParamInfo<Break>& one) {
  return one.param.name;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(All, BrokenDesigns, testing::Values(
  Break{"rounding_constant", Base::Lstm, "rtl/lib/fg_round.sv", "SumWidth'(1) <<< (Shift - 1)", "(SumWidth'(1) <<< (Shift - 1)) - 1"},
  Break{"rounding_of_gru", Base::Gru, "rtl/lib/fg_round.sv", "SumWidth'(1) <<< (Shift - 1)", "(SumWidth'(1) <<< (Shift - 1)) - 1"},
  Break{"saturation_lost", Base::Gru, "rtl/lib/fg_requantise.sv", "fg_pkg::SignalOverflow", "fg_pkg::SignalSigned"},
  Break{"table_entry", Base::Lstm, "mem/table_0.hex", "", "", 0, 20},
  Break{"swapped_gates", Base::Lstm, "rtl/lib/fg_lstm_unit.sv", "if (gate_q == 2'd0) i_q <= gates[0+:GateWidth];\n      if (gate_q == 2'd1) o_q <=", "if (gate_q == 2'd1) i_q <= gates[0+:GateWidth];\n      if (gate_q == 2'd0) o_q <="},
  Break{"swapped_gates_of_gru", Base::Gru, "rtl/lib/fg_gru_after_unit.sv", "if (gate_q == 2'd0) z_q <= gates[0+:GateWidth];\n      if (gate_q == 2'd1) r_q <=", "if (gate_q == 2'd1) z_q <= gates[0+:GateWidth];\n      if (gate_q == 2'd0) r_q <="},
  Break{"output_stall_lost", Base::Lstm, "rtl/lib/fg_output.sv", "ready_o = m_axis_tready", "ready_o = 1'b1"},
  Break{"input_stall_lost", Base::Lstm, "rtl/lib/fg_input.sv", "s_axis_tready = ready_i", "s_axis_tready = 1'b1"},
  Break{"place_not_waited_for", Base::Lstm, "rtl/lib/fg_emit.sv", "place_o = places_q != 2'd2", "place_o = 1'b1"},
  Break{"hidden_state_not_waited_for", Base::Gru, "rtl/lib/fg_schedule.sv", "(hidden_first && group_q == '0 && !hidden_ready_i)", "1'b0"},
  Break{"state_not_cleared", Base::Lstm, "rtl/lib/fg_lstm_unit.sv", "first ? initial_cell_i", "1'b0 ? initial_cell_i"},
  Break{"state_of_gru_not_cleared", Base::Gru, "rtl/lib/fg_gru_after_unit.sv", "first ? initial_hidden_i", "1'b0 ? initial_hidden_i"},
  Break{"state_not_kept", Base::Lstm, "rtl/lib/fg_input.sv", "begin_q && (cleared_q || !s_axis_tuser)", "begin_q"},
  Break{"weight_bit", Base::Lstm, "mem/rnn0_w.hex", "", "", 0, 1},
  Break{"recurrent_weight_bit", Base::Gru, "mem/rnn0_r.hex", "", "", 3, 2},
  Break{"bias_bit", Base::Lstm, "mem/rnn0_rows.hex", "", "", 5, 14},
  Break{"shift_off_by_one", Base::Lstm, "rtl/lib/fg_lstm_unit.sv", "(CellSumWidth'(input_q) <<< InputShift)", "(CellSumWidth'(input_q) <<< (InputShift + 1))"},
  Break{"last_beat_mark_lost", Base::Lstm, "rtl/lib/fg_output.sv", "last_i && vector_end", "vector_end"},
  Break{"last_output_lost", Base::Lstm, "rtl/lib/fg_output.sv", "m_axis_tvalid = valid_i", "m_axis_tvalid = valid_i && !m_axis_tlast"},
  Break{"error_of_a_whole_packet", Base::Gru, "rtl/lib/fg_input.sv", "error_o <= take && cut && !fill_q", "error_o <= take && last_o"},
  Break{"slower_than_predicted", Base::Lstm, "rtl/lib/fg_emit.sv", "place_o = places_q != 2'd2", "place_o = places_q == 2'd0"}),
  name_of);

INSTANTIATE_TEST_SUITE_P(All, BrokenPackets, testing::Values(
  Break{"last_beat_within_a_step_lost", Base::Gru, "rtl/lib/fg_input.sv", "fill_q <= cut", "fill_q <= 1'b0"},
  Break{"error_not_told", Base::Lstm, "rtl/lib/fg_input.sv", "error_o <= take && cut && !fill_q", "error_o <= 1'b0"},
  Break{"error_told_twice", Base::Lstm, "rtl/lib/fg_input.sv", "error_o <= take && cut && !fill_q", "error_o <= take && cut"},
  Break{"next_packet_taken_while_filling", Base::Lstm, "rtl/lib/fg_input.sv", "s_axis_tready = ready_i && !fill_q", "s_axis_tready = ready_i"},
  Break{"filled_with_what_is_offered", Base::Gru, "rtl/lib/fg_input.sv", "feature = fill_q ? '0", "feature = 1'b0 ? '0"},
  Break{"filled_step_is_not_the_last", Base::Gru, "rtl/lib/fg_input.sv", "last_o = s_axis_tlast || fill_q", "last_o = s_axis_tlast"}),
  name_of);
// clang-format on

}  // namespace
}  // namespace fixgate
