module fg_ram_tb #(
  parameter int Width = 1,
  parameter int Depth = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int AddressWidth = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int InWidth = AddressWidth + 1 + AddressWidth + Width;
  localparam int OutWidth = Width;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic [AddressWidth-1:0] read_address_i;
  logic write_i;
  logic [AddressWidth-1:0] write_address_i;
  logic [Width-1:0] write_word_i;
  logic [Width-1:0] read_word_o;

  assign {write_word_i, write_address_i, write_i, read_address_i} = value;
  assign answer = {read_word_o};

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(1),
    .Masked(1'b1),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_ram #(
    .Width(Width),
    .Depth(Depth)
  ) u_dut (
    .clk_i(clk),
    .read_address_i,
    .write_i,
    .write_address_i,
    .write_word_i,
    .read_word_o
  );
endmodule
