module fg_weights_tb #(
  parameter int Count = 1,        // of weights
  parameter int Encoding = 0,
  parameter int StoredWidth = 1,
  parameter bit KeepCode = 1'b0,
  parameter int WeightWidth = 1,
  parameter int Words = 1,
  parameter Vectors = ""
);
  localparam int InWidth = (Encoding == fg_pkg::EncodingTernary) ? (Count + 4) / 5 * 8 : Count * StoredWidth;
  localparam int OutWidth = Count * WeightWidth;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(0),
    .Count(Words),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_weights #(
    .Count(Count),
    .Encoding(Encoding),
    .StoredWidth(StoredWidth),
    .KeepCode(KeepCode),
    .WeightWidth(WeightWidth)
  ) u_dut (
    .word_i(value),
    .weights_o(answer)
  );
endmodule
