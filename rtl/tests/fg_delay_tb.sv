module fg_delay_tb #(
  parameter int Width = 1,
  parameter int Depth = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int InWidth = Width;
  localparam int OutWidth = Width;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic [Width-1:0] value_i;
  logic [Width-1:0] value_o;

  assign {value_i} = value;
  assign answer = {value_o};

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(Depth),
    .Masked(1'b0),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_delay #(
    .Width(Width),
    .Depth(Depth)
  ) u_dut (
    .clk_i(clk),
    .value_i,
    .value_o
  );
endmodule
