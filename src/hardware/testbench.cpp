#include "hardware/testbench.h"

#include <fmt/format.h>

#include "hardware/stream_width.h"

namespace fixgate {
namespace {

constexpr std::string_view kTestbench =
    R"sv(// Testbench of @top@, for Verilator and Icarus; `fixgate verify` runs it. Plusargs:
//   +beats=FILE     input beats, one a line: tdata (hexadecimal) tlast tuser
//   +outputs=N      output beats to wait for
//   +stalls=N       0: none, 1: light, 2: heavy, 3: bursts, 4: one of these after the other
//   +burst=N        longest burst of stalls in cycles, a power of two; long enough to fill the design up
//   +seed=N         of the stalls; not 0
//   +patience=N     cycles without any beat or hidden value after which the design counts as stuck
//   +waveform=FILE  value change dump (Verilator: built with --trace)
// It prints: i CYCLE (first input beat), h ENGINE UNIT HEX (hidden values of all slices), o HEX LAST CYCLE
// (an output beat), e TEXT (a broken rule), d CYCLE (the end). FG_NETLIST leaves the hidden values out.
`timescale 1ns / 1ps
/* verilator lint_off BLKSEQ */  // the clock and what $fscanf fills are blocking on purpose
module @top@_tb;
  localparam int InWidth = @in_width@;
  localparam int OutWidth = @out_width@;
  localparam int StepBeats = @step_beats@;
  localparam bit [63:0] ResetCycles = 4;
  localparam int DrainCycles = 256;  // waited at the end for beats that should not come

  reg clk = 1'b0;
  always #5 clk = !clk;

  reg rst_n = 1'b0;
  reg running = 1'b0;  // out of reset, for the testbench itself
  reg [InWidth-1:0] in_data = '0;
  reg in_valid = 1'b0, in_last = 1'b0, in_user = 1'b0;
  wire in_ready;
  wire [OutWidth-1:0] out_data;
  wire out_valid, out_last;
  reg out_ready = 1'b0;
  wire error;

  @top@ dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .s_axis_tdata(in_data),
    .s_axis_tvalid(in_valid),
    .s_axis_tready(in_ready),
    .s_axis_tlast(in_last),
    .s_axis_tuser(in_user),
    .m_axis_tdata(out_data),
    .m_axis_tvalid(out_valid),
    .m_axis_tready(out_ready),
    .m_axis_tlast(out_last),
    .error_o(error)
  );

  string beats_name;
`ifdef FG_WAVEFORM
  string waveform_name;
`endif
  integer beats, outputs_due, stalls, patience, fields;
  reg [31:0] burst;
  reg [31:0] lfsr;
  initial begin
    if (!$value$plusargs("beats=%s", beats_name)) beats_name = "beats.txt";
    if (!$value$plusargs("outputs=%d", outputs_due)) outputs_due = 0;
    if (!$value$plusargs("stalls=%d", stalls)) stalls = 0;
    if (!$value$plusargs("burst=%d", burst)) burst = 64;
    if (!$value$plusargs("seed=%d", lfsr)) lfsr = 1;
    if (!$value$plusargs("patience=%d", patience)) patience = 1000000;
    beats = $fopen(beats_name, "r");
    if (beats == 0) begin
      $display("e cannot read the beats from %0s", beats_name);
      $finish;
    end
`ifdef FG_WAVEFORM
    if ($value$plusargs("waveform=%s", waveform_name)) begin
      $dumpfile(waveform_name);
      $dumpvars(0, @top@_tb);
    end
`endif
  end

  // Time, and numbers from Marsaglia's xorshift32, one a cycle.
  reg [63:0] cycle = 0;
  wire [31:0] lfsr_a = lfsr ^ (lfsr << 13);
  wire [31:0] lfsr_b = lfsr_a ^ (lfsr_a >> 17);
  always @(posedge clk) begin
    cycle <= cycle + 1;
    rst_n <= cycle >= ResetCycles;
    running <= cycle >= ResetCycles;
    if (stalls != 0) lfsr <= lfsr_b ^ (lfsr_b << 5);
  end

  // Stalls: bit 0 lets the input go on, bit 1 the output. Half of the bursts are short. Modes that take turns
  // change after twice the longest burst.
  reg [1:0] mode = 0, burst_go = 2'b11;
  reg [31:0] in_run = 0, out_run = 0;
  wire [31:0] run_mask = lfsr[31] ? burst - 1 : 7;
  wire [1:0] light_go = {lfsr[10:8] != 0, lfsr[2:0] != 0};
  wire [1:0] go = (mode == 0) ? 2'b11 : (mode == 1) ? light_go : (mode == 2) ? ~light_go : burst_go;
  always @(posedge clk) begin
    if (stalls != 4) mode <= stalls[1:0];
    else if ((cycle[31:0] & (2 * burst - 1)) == 0) mode <= lfsr[31:30];
    if (mode == 3) begin
      in_run <= (in_run == 0) ? lfsr & run_mask : in_run - 1;
      out_run <= (out_run == 0) ? (lfsr >> 4) & run_mask : out_run - 1;
      burst_go <= burst_go ^ {out_run == 0, in_run == 0};
    end
  end

  // Input: the next beat is offered as soon as the one before is taken and the stalls allow it.
  reg in_done = 1'b0, in_begun = 1'b0;
  reg [InWidth-1:0] next_data;
  reg next_last, next_user;
  always @(posedge clk) begin
    if (in_valid && in_ready && !in_begun) begin
      in_begun <= 1'b1;
      $display("i %0d", cycle);
    end
    if (running && (in_ready || !in_valid)) begin
      in_valid <= 1'b0;
      if (go[0] && !in_done) begin
        fields = $fscanf(beats, "%h %b %b\n", next_data, next_last, next_user);
        if (fields == 3) begin
          in_valid <= 1'b1;
          in_data <= next_data;
          in_last <= next_last;
          in_user <= next_user;
        end else begin
          in_done <= 1'b1;
        end
      end
    end
  end

  // Output, and the rules of AXI4-Stream: what is offered stays until it is taken.
  integer outputs = 0;
  reg was_waiting = 1'b0, was_last = 1'b0;
  reg [OutWidth-1:0] was_data = '0;
  always @(posedge clk) begin
    out_ready <= running && go[1];
    if (out_valid && out_ready) begin
      $display("o %h %b %0d", out_data, out_last, cycle);
      outputs <= outputs + 1;
    end
    was_waiting <= running && out_valid && !out_ready;
    was_data <= out_data;
    was_last <= out_last;
    if (was_waiting && out_valid !== 1'b1)
      $display("e cycle %0d: m_axis_tvalid was taken back before m_axis_tready", cycle);
    if (was_waiting && out_valid === 1'b1 && (out_data !== was_data || out_last !== was_last))
      $display("e cycle %0d: m_axis_tdata or m_axis_tlast changed before m_axis_tready", cycle);
    if (running && (^{out_valid, in_ready} === 1'bx || (out_valid && ^{out_data, out_last} === 1'bx)))
      $display("e cycle %0d: an output of the design is unknown (x)", cycle);
  end

  // The error output: high in the cycle after the last beat of a sequence that ends within a step, and never else.
  integer beat = 0;  // of the step
  reg error_due = 1'b0;
  always @(posedge clk) begin
    if (running && error !== error_due) $display("e cycle %0d: error_o is %b, not %b", cycle, error, error_due);
    error_due <= in_valid && in_ready && in_last && beat != StepBeats - 1;
    if (in_valid && in_ready) beat <= (in_last || beat == StepBeats - 1) ? 0 : beat + 1;
  end

  wire traced;
`ifdef FG_NETLIST
  assign traced = 1'b0;
`else
  assign traced = @traced@;
  always @(posedge clk) begin
@traces@  end
`endif

  // The end: all outputs are there and no more follow, or nothing happens any more.
  integer quiet = 0, drained = 0;
  always @(posedge clk) begin
    quiet <= (traced || (in_valid && in_ready) || (out_valid && out_ready)) ? 0 : quiet + 1;
    if (outputs >= outputs_due && in_done && !in_valid) drained <= drained + 1;
    if (drained == DrainCycles) begin
      $display("d %0d", cycle);
      $finish;
    end else if (quiet > patience) begin
      $display("e cycle %0d: nothing has happened for %0d cycles; %0d of %0d output beats came",
               cycle, patience, outputs, outputs_due);
      $display("d %0d", cycle);
      $finish;
    end
  end
endmodule
)sv";

std::string replaced(std::string text, std::string_view mark, const std::string& value) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
    text.replace(at, mark.size(), value);
  return text;
}

}  // namespace

bool has_trace(const Engine& engine) {
  return engine.kind == EngineKind::Lstm || engine.kind == EngineKind::Gru;
}

std::string testbench_text(const Accelerator& accelerator) {
  std::string traced;
  std::string traces;
  for (std::size_t index = 0; index < accelerator.engines.size(); ++index) {
    const Engine& engine = accelerator.engines[index];
    if (!has_trace(engine)) continue;
    const std::string path = "dut.u_" + engine.identifier;
    traced += (traced.empty() ? "" : " || ") + path + ".trace_valid";
    traces += fmt::format(
        "    if ({0}.trace_valid) $display(\"h {1} %0d %h\", {0}.trace_unit, {0}.trace_hidden);\n", path,
        index);
  }
  std::string text = replaced(std::string(kTestbench), "@top@", accelerator.name);
  text = replaced(text, "@in_width@", std::to_string(input_stream_width(accelerator)));
  text = replaced(text, "@out_width@", std::to_string(output_stream_width(accelerator)));
  text = replaced(text, "@step_beats@", std::to_string(step_beats(accelerator.network)));
  text = replaced(text, "@traced@", traced.empty() ? "1'b0" : traced);
  return replaced(text, "@traces@", traces);
}

}  // namespace fixgate
