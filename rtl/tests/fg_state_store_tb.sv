module fg_state_store_tb #(
  parameter int Units = 1,
  parameter int Slices = 1,
  parameter int Width = 1,
  parameter int Split = 1,
  parameter int Halves = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int SliceUnits = (Units + Slices - 1) / Slices;
  localparam int Words = (SliceUnits + Split - 1) / Split;
  localparam int UnitWidth = (SliceUnits > 1) ? $clog2(SliceUnits) : 1;
  localparam int WordWidth = (Words > 1) ? $clog2(Words) : 1;
  localparam int SliceWidth = (Slices > 1) ? $clog2(Slices) : 1;
  localparam int InWidth = 1 + 1 + UnitWidth + Slices * Width + 1 + SliceWidth + WordWidth;
  localparam int OutWidth = Split * Width;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic write_i;
  logic write_half_i;
  logic [UnitWidth-1:0] unit_i;
  logic [Slices * Width-1:0] data_i;
  logic read_half_i;
  logic [SliceWidth-1:0] slice_i;
  logic [WordWidth-1:0] word_i;
  logic [Split * Width-1:0] word_o;

  assign {word_i, slice_i, read_half_i, data_i, unit_i, write_half_i, write_i} = value;
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
  fg_state_store #(
    .Units(Units),
    .Slices(Slices),
    .Width(Width),
    .Split(Split),
    .Halves(Halves)
  ) u_dut (
    .clk_i(clk),
    .write_i,
    .write_half_i,
    .unit_i,
    .data_i,
    .read_half_i,
    .slice_i,
    .word_i,
    .word_o
  );
endmodule
