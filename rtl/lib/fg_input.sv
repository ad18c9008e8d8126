// The accelerator's input stream: integers in the format of the input signal, one a beat, Inputs beats a step.
// tlast marks the last beat of a sequence. tuser, read with the first beat of a sequence, asks to go on from the
// states of the sequence before.
//
// A sequence that ends within a step is completed: zeros take the place of the step's missing features, and error_o
// is high for one cycle, the one after the last beat.
module fg_input #(
  parameter int Inputs = 4,
  parameter int Width = 8,      // of the format; the low bits of tdata
  parameter bit Signed = 1'b1,
  parameter int TDataWidth = 8,
  parameter int DataWidth = Signed ? Width : Width + 1  // derived
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic [TDataWidth-1:0] s_axis_tdata,
  input  logic                  s_axis_tvalid,
  output logic                  s_axis_tready,
  input  logic                  s_axis_tlast,
  input  logic                  s_axis_tuser,
  output logic [DataWidth-1:0]  data_o,
  output logic                  valid_o,
  input  logic                  ready_i,
  output logic                  first_o,
  output logic                  last_o,
  output logic                  error_o
);
  localparam int CountWidth = (Inputs > 1) ? $clog2(Inputs) : 1;

  logic [CountWidth-1:0] beat_q;   // of the step
  logic begin_q;                   // the next beat begins a sequence
  logic cleared_q;                 // there is no state to go on from
  logic first_q;                   // this step begins a sequence that starts anew
  logic fill_q;                    // the sequence has ended, its last step is not complete
  logic take, step_begin, step_end, cut;
  logic [Width-1:0] feature;

  assign take = valid_o && ready_i;
  assign cut = last_o && !step_end;
  assign step_begin = beat_q == '0;
  assign step_end = beat_q == CountWidth'(Inputs - 1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      beat_q <= '0;
      begin_q <= 1'b1;
      cleared_q <= 1'b1;
      first_q <= 1'b0;
      fill_q <= 1'b0;
      error_o <= 1'b0;
    end else begin
      error_o <= take && cut && !fill_q;
      if (take) begin
        beat_q <= step_end ? '0 : beat_q + 1'b1;
        first_q <= first_o;
        fill_q <= cut;
        if (step_end) begin
          begin_q <= last_o;
          cleared_q <= 1'b0;
        end
      end
    end
  end

  assign s_axis_tready = ready_i && !fill_q;
  assign valid_o = s_axis_tvalid || fill_q;
  assign first_o = step_begin ? begin_q && (cleared_q || !s_axis_tuser) : first_q;
  assign last_o = s_axis_tlast || fill_q;
  assign feature = fill_q ? '0 : s_axis_tdata[Width-1:0];
  if (Signed) begin : gen_signed
    assign data_o = feature;
  end else begin : gen_unsigned
    assign data_o = {1'b0, feature};
  end
  if (TDataWidth > Width) begin : gen_unused
    logic unused_bits;
    assign unused_bits = ^s_axis_tdata[TDataWidth-1:Width];
  end
endmodule
