module fg_blend_tb #(
  parameter int GateWidth = 1,
  parameter int HiddenWidth = 1,
  parameter int DifferenceHiddenShift = 0,
  parameter int DifferenceCandidateShift = 0,
  parameter int CandidateShift = 0,
  parameter int ProductShift = 0,
  parameter logic [fg_pkg::SignalBits-1:0] Hidden = '0,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int InWidth = GateWidth + GateWidth + HiddenWidth;
  localparam int OutWidth = HiddenWidth;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic [GateWidth-1:0] z_i;
  logic [GateWidth-1:0] n_i;
  logic [HiddenWidth-1:0] hidden_i;
  logic [HiddenWidth-1:0] hidden_o;

  assign {hidden_i, n_i, z_i} = value;
  assign answer = {hidden_o};

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(3),
    .Masked(1'b0),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_blend #(
    .GateWidth(GateWidth),
    .HiddenWidth(HiddenWidth),
    .DifferenceHiddenShift(DifferenceHiddenShift),
    .DifferenceCandidateShift(DifferenceCandidateShift),
    .CandidateShift(CandidateShift),
    .ProductShift(ProductShift),
    .Hidden(Hidden)
  ) u_dut (
    .clk_i(clk),
    .z_i(z_i),
    .n_i(n_i),
    .hidden_i(hidden_i),
    .hidden_o(hidden_o)
  );
endmodule
