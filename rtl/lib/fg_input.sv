// The accelerator's input stream: integers in the format of the input signal, one a beat, Inputs beats a step.
// tlast marks the last beat of a sequence. tuser, read with the first beat of a sequence, asks to go on from the
// states of the sequence before.
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
  output logic                  last_o
);
  localparam int CountWidth = (Inputs > 1) ? $clog2(Inputs) : 1;

  logic [CountWidth-1:0] beat_q;   // of the step
  logic begin_q;                   // the next beat begins a sequence
  logic cleared_q;                 // there is no state to go on from
  logic first_q;                   // this step begins a sequence that starts anew
  logic take, step_begin, step_end;

  assign take = s_axis_tvalid && ready_i;
  assign step_begin = beat_q == '0;
  assign step_end = beat_q == CountWidth'(Inputs - 1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      beat_q <= '0;
      begin_q <= 1'b1;
      cleared_q <= 1'b1;
      first_q <= 1'b0;
    end else if (take) begin
      beat_q <= step_end ? '0 : beat_q + 1'b1;
      first_q <= first_o;
      if (step_end) begin
        begin_q <= s_axis_tlast;
        cleared_q <= 1'b0;
      end
    end
  end

  assign s_axis_tready = ready_i;
  assign valid_o = s_axis_tvalid;
  assign first_o = step_begin ? begin_q && (cleared_q || !s_axis_tuser) : first_q;
  assign last_o = s_axis_tlast;
  if (Signed) begin : gen_signed
    assign data_o = s_axis_tdata[Width-1:0];
  end else begin : gen_unsigned
    assign data_o = {1'b0, s_axis_tdata[Width-1:0]};
  end
  if (TDataWidth > Width) begin : gen_unused
    logic unused_bits;
    assign unused_bits = ^s_axis_tdata[TDataWidth-1:Width];
  end
endmodule
