module fg_ternary_tb #(
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int InWidth = 8;
  localparam int OutWidth = 10;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(0),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_ternary u_dut (
    .byte_i(value),
    .weights_o(answer)
  );
endmodule
