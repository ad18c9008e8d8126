module fg_table_address_tb #(
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int InWidth = 1,
  parameter int AddressWidth = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int ValueWidth = InWidth;
  localparam int AnswerWidth = AddressWidth + 1;

  logic [ValueWidth-1:0] value;
  logic [AnswerWidth-1:0] answer;
  logic clk, rst_n;
  logic [InWidth-1:0] value_i;
  logic [AddressWidth-1:0] address_o;
  logic mirror_o;

  assign {value_i} = value;
  assign answer = {mirror_o, address_o};

  value_check #(
    .InWidth(ValueWidth),
    .OutWidth(AnswerWidth),
    .Latency(1),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_table_address #(
    .Table(Table),
    .InWidth(InWidth),
    .AddressWidth(AddressWidth)
  ) u_dut (
    .clk_i(clk),
    .value_i(value_i),
    .address_o,
    .mirror_o
  );
endmodule
