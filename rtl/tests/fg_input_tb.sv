module fg_input_tb #(
  parameter int Inputs = 1,
  parameter int Width = 1,
  parameter bit Signed = 1'b1,
  parameter int TDataWidth = 8,
  parameter int InCount = 1,
  parameter int OutCount = 1,
  parameter InFile = "",
  parameter OutFile = "",
  parameter int Idle = 0,
  parameter int Stall = 0,
  parameter int Cycles = -1,
  parameter int Seed = 1
);
  localparam int DataWidth = Signed ? Width : Width + 1;
  localparam int InWidth = TDataWidth + 2;
  localparam int OutWidth = DataWidth + 2;

  logic [InWidth-1:0] in_word;
  logic [OutWidth-1:0] out_word;
  logic clk, rst_n, in_valid, in_ready, out_valid, out_ready;
  logic [TDataWidth-1:0] tdata;
  logic [DataWidth-1:0] data;
  logic tlast, tuser, first, last, error, error_due;
  int beat;  // of the step that comes in

  assign {tuser, tlast, tdata} = in_word;
  assign out_word = {last, first, data};

  stream_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .InCount(InCount),
    .OutCount(OutCount),
    .InFile(InFile),
    .OutFile(OutFile),
    .Idle(Idle),
    .Stall(Stall),
    .Cycles(Cycles),
    .Seed(Seed)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .word_o(in_word),
    .valid_o(in_valid),
    .ready_i(in_ready),
    .word_i(out_word),
    .valid_i(out_valid),
    .ready_o(out_ready)
  );
  fg_input #(
    .Inputs(Inputs),
    .Width(Width),
    .Signed(Signed),
    .TDataWidth(TDataWidth)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .s_axis_tdata(tdata),
    .s_axis_tvalid(in_valid),
    .s_axis_tready(in_ready),
    .s_axis_tlast(tlast),
    .s_axis_tuser(tuser),
    .data_o(data),
    .valid_o(out_valid),
    .ready_i(out_ready),
    .first_o(first),
    .last_o(last),
    .error_o(error)
  );

  // An error in the cycle after a last beat within a step, and never else.
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      error_due <= 1'b0;
      beat <= 0;
    end else begin
      if (error !== error_due) $display("FAIL %m: the error output is %b, not %b", error, error_due);
      error_due <= in_valid && in_ready && tlast && beat != Inputs - 1;
      if (in_valid && in_ready) beat <= (tlast || beat == Inputs - 1) ? 0 : beat + 1;
    end
  end
endmodule
