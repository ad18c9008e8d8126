module fg_gates_tb #(
  parameter int Gates = 1,
  parameter int TotalWidth = 1,
  parameter int GateWidth = 1,
  parameter int Latency = 1,
  parameter logic [Gates*fg_pkg::SignalBits-1:0] Pre = '0,
  parameter logic [Gates*fg_pkg::TableBits-1:0] Tables = '0,
  parameter logic [Gates*32-1:0] Class = '0,
  parameter File0 = "",
  parameter File1 = "",
  parameter File2 = "",
  parameter File3 = "",
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int InWidth = TotalWidth;
  localparam int OutWidth = Gates * GateWidth;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic [TotalWidth-1:0] total_i;
  logic [Gates * GateWidth-1:0] values_o;

  assign {total_i} = value;
  assign answer = {values_o};

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(1 + Latency),
    .Masked(1'b0),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_gates #(
    .Gates(Gates),
    .TotalWidth(TotalWidth),
    .GateWidth(GateWidth),
    .Latency(Latency),
    .Pre(Pre),
    .Tables(Tables),
    .Class(Class),
    .File0(File0),
    .File1(File1),
    .File2(File2),
    .File3(File3)
  ) u_dut (
    .clk_i(clk),
    .total_i(total_i),
    .values_o
  );
endmodule
