module fg_argmax_tb #(
  parameter int Count = 1,
  parameter int Width = 1,
  parameter int IndexWidth = 1,
  parameter int InCount = 1,
  parameter int OutCount = 1,
  parameter InFile = "",
  parameter OutFile = "",
  parameter int Idle = 0,
  parameter int Stall = 0,
  parameter int Cycles = -1,
  parameter int Seed = 1
);
  localparam int InWidth = Width + 2;
  localparam int OutWidth = IndexWidth + 2;

  logic [InWidth-1:0] in_word;
  logic [OutWidth-1:0] out_word;
  logic clk, rst_n, in_valid, in_ready, out_valid, out_ready;
  logic [Width-1:0] in_data;
  logic [IndexWidth-1:0] out_data;
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
  fg_argmax #(
    .Count(Count),
    .Width(Width),
    .IndexWidth(IndexWidth)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .data_i(in_data),
    .valid_i(in_valid),
    .ready_o(in_ready),
    .first_i(in_first),
    .last_i(in_last),
    .index_o(out_data),
    .valid_o(out_valid),
    .ready_i(out_ready),
    .first_o(out_first),
    .last_o(out_last)
  );
endmodule
