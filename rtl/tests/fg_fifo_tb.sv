module fg_fifo_tb #(
  parameter int Width = 1,
  parameter int Depth = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int InWidth = 1 + Width + 1;
  localparam int OutWidth = 1 + Width;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic push_i;
  logic [Width-1:0] data_i;
  logic pop_i;
  logic valid_o;
  logic [Width-1:0] data_o;

  assign {pop_i, data_i, push_i} = value;
  assign answer = {data_o, valid_o};

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(0),
    .Masked(1'b1),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_fifo #(
    .Width(Width),
    .Depth(Depth)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .push_i,
    .data_i,
    .pop_i,
    .valid_o,
    .data_o
  );
endmodule
