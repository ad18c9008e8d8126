module fg_table_result_tb #(
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int InWidth = 1,
  parameter int OutWidth = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int ValueWidth = InWidth + 1;
  localparam int AnswerWidth = OutWidth;

  logic [ValueWidth-1:0] value;
  logic [AnswerWidth-1:0] answer;
  logic clk, rst_n;
  logic [InWidth-1:0] value_i;
  logic mirror_i;
  logic [OutWidth-1:0] value_o;

  assign {mirror_i, value_i} = value;
  assign answer = {value_o};

  value_check #(
    .InWidth(ValueWidth),
    .OutWidth(AnswerWidth),
    .Latency(0),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_table_result #(
    .Table(Table),
    .InWidth(InWidth),
    .OutWidth(OutWidth)
  ) u_dut (
    .value_i(value_i),
    .mirror_i,
    .value_o(value_o)
  );
endmodule
