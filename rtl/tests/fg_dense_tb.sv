module fg_dense_tb #(
  parameter int Inputs = 4,
  parameter int InputWidth = 8,
  parameter int Outputs = 4,
  parameter int Lanes = 4,
  parameter int Split = 1,
  parameter int WWidth = 8,
  parameter int WEncoding = 0,
  parameter int SumWidth = 24,
  parameter int TotalWidth = 32,
  parameter int ShiftWidth = 4,
  parameter int BiasWidth = 16,
  parameter bit HasActivation = 1'b0,
  parameter logic [fg_pkg::SignalBits-1:0] Pre = '0,
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int TableLatency = 3,
  parameter int OutputWidth = 8,
  parameter bit EmitLast = 1'b0,
  parameter WFile = "",
  parameter RowFile = "",
  parameter TableFile = "",
  parameter int InCount = 1,
  parameter int OutCount = 1,
  parameter InFile = "",
  parameter OutFile = "",
  parameter int Idle = 0,
  parameter int Stall = 0,
  parameter int Cycles = -1,
  parameter int Seed = 1
);
  localparam int InWidth = InputWidth + 2;
  localparam int OutWidth = OutputWidth + 2;

  logic [InWidth-1:0] in_word;
  logic [OutWidth-1:0] out_word;
  logic clk, rst_n, in_valid, in_ready, out_valid, out_ready;
  logic [InputWidth-1:0] in_data;
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
  fg_dense #(
    .Inputs(Inputs),
    .InputWidth(InputWidth),
    .Outputs(Outputs),
    .Lanes(Lanes),
    .Split(Split),
    .WWidth(WWidth),
    .WEncoding(WEncoding),
    .SumWidth(SumWidth),
    .TotalWidth(TotalWidth),
    .ShiftWidth(ShiftWidth),
    .BiasWidth(BiasWidth),
    .HasActivation(HasActivation),
    .Pre(Pre),
    .Table(Table),
    .TableLatency(TableLatency),
    .OutputWidth(OutputWidth),
    .EmitLast(EmitLast),
    .WFile(WFile),
    .RowFile(RowFile),
    .TableFile(TableFile)
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
