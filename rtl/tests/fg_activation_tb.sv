module fg_activation_tb #(
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int                           InWidth = 9,
  parameter int                           OutWidth = 9,
  parameter int                           Latency = 4,
  parameter                               File = "",
  parameter int                           Count = 1,
  parameter                               Vectors = ""
);
  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] result;
  logic clk, rst_n;

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(Latency),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(result)
  );
  fg_activation #(
    .Table(Table),
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(Latency),
    .File(File)
  ) u_dut (
    .clk_i(clk),
    .value_i(value),
    .value_o(result)
  );
endmodule
