module fg_rom_tb #(
  parameter int Width = 1,
  parameter int Depth = 1,
  parameter File = "",
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int AddressWidth = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int InWidth = AddressWidth;
  localparam int OutWidth = Width;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic [AddressWidth-1:0] address_i;
  logic [Width-1:0] word_o;

  assign {address_i} = value;
  assign answer = {word_o};

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
  fg_rom #(
    .Width(Width),
    .Depth(Depth),
    .File(File)
  ) u_dut (
    .clk_i(clk),
    .address_i,
    .word_o
  );
endmodule
