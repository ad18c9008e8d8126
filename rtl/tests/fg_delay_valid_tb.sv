module fg_delay_valid_tb #(
  parameter int Depth = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int InWidth = 1;
  localparam int OutWidth = 1;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic valid_i;
  logic valid_o;

  assign {valid_i} = value;
  assign answer = {valid_o};

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
  fg_delay_valid #(
    .Depth(Depth)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .valid_i,
    .valid_o
  );
endmodule
