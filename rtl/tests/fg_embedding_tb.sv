module fg_embedding_tb #(
  parameter int Tokens = 4,
  parameter int TokenWidth = 2,
  parameter int Dimension = 4,
  parameter int WWidth = 8,
  parameter int ShiftWidth = 4,
  parameter logic [fg_pkg::SignalBits-1:0] Output = '0,
  parameter int OutputWidth = 8,
  parameter WFile = "",
  parameter ShiftFile = "",
  parameter int InCount = 1,
  parameter int OutCount = 1,
  parameter InFile = "",
  parameter OutFile = "",
  parameter int Idle = 0,
  parameter int Stall = 0,
  parameter int Cycles = -1,
  parameter int Seed = 1
);
  localparam int InWidth = TokenWidth + 2;
  localparam int OutWidth = OutputWidth + 2;

  logic [InWidth-1:0] in_word;
  logic [OutWidth-1:0] out_word;
  logic clk, rst_n, in_valid, in_ready, out_valid, out_ready;
  logic [TokenWidth-1:0] in_data;
  logic [OutputWidth-1:0] out_data;
  logic in_first, in_last, out_first, out_last;

  assign {in_last, in_first, in_data} = in_word;
  assign out_word = {out_last, out_first, out_data};

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
  fg_embedding #(
    .Tokens(Tokens),
    .TokenWidth(TokenWidth),
    .Dimension(Dimension),
    .WWidth(WWidth),
    .ShiftWidth(ShiftWidth),
    .Output(Output),
    .OutputWidth(OutputWidth),
    .WFile(WFile),
    .ShiftFile(ShiftFile)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .data_i(in_data),
    .valid_i(in_valid),
    .ready_o(in_ready),
    .first_i(in_first),
    .last_i(in_last),
    .data_o(out_data),
    .valid_o(out_valid),
    .ready_i(out_ready),
    .first_o(out_first),
    .last_o(out_last)
  );
endmodule
