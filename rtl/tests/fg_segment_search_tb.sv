module fg_segment_search_tb #(
  parameter int Entries = 1,
  parameter int AddressWidth = 1,
  parameter int StartWidth = 1,
  parameter int WordWidth = 1,
  parameter File = "",
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int IndexWidth = (Entries > 1) ? $clog2(Entries) : 1;
  localparam int ValueWidth = AddressWidth + 1;
  localparam int AnswerWidth = AddressWidth + 1 + IndexWidth;

  logic [ValueWidth-1:0] value;
  logic [AnswerWidth-1:0] answer;
  logic clk, rst_n;
  logic [AddressWidth-1:0] address_i;
  logic flag_i;
  logic [AddressWidth-1:0] address_o;
  logic flag_o;
  logic [IndexWidth-1:0] index_o;

  assign {flag_i, address_i} = value;
  assign answer = {index_o, flag_o, address_o};

  value_check #(
    .InWidth(ValueWidth),
    .OutWidth(AnswerWidth),
    .Latency($clog2(Entries)),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_segment_search #(
    .Entries(Entries),
    .AddressWidth(AddressWidth),
    .StartWidth(StartWidth),
    .WordWidth(WordWidth),
    .File(File)
  ) u_dut (
    .clk_i(clk),
    .address_i,
    .flag_i,
    .address_o,
    .flag_o,
    .index_o
  );
endmodule
