module fg_segment_step_tb #(
  parameter int Entries = 1,
  parameter int Bit = 0,
  parameter int AddressWidth = 1,
  parameter int StartWidth = 1,
  parameter int WordWidth = 1,
  parameter File = "",
  parameter int IndexWidth = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int ValueWidth = AddressWidth + 1 + IndexWidth;
  localparam int AnswerWidth = AddressWidth + 1 + IndexWidth;

  logic [ValueWidth-1:0] value;
  logic [AnswerWidth-1:0] answer;
  logic clk, rst_n;
  logic [AddressWidth-1:0] address_i;
  logic flag_i;
  logic [IndexWidth-1:0] index_i;
  logic [AddressWidth-1:0] address_o;
  logic flag_o;
  logic [IndexWidth-1:0] index_o;

  assign {index_i, flag_i, address_i} = value;
  assign answer = {index_o, flag_o, address_o};

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
  fg_segment_step #(
    .Entries(Entries),
    .Bit(Bit),
    .AddressWidth(AddressWidth),
    .StartWidth(StartWidth),
    .WordWidth(WordWidth),
    .File(File),
    .IndexWidth(IndexWidth)
  ) u_dut (
    .clk_i(clk),
    .address_i,
    .flag_i,
    .index_i,
    .address_o,
    .flag_o,
    .index_o
  );
endmodule
