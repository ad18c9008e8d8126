// The GRU's new hidden value, three cycles after its operands: h' <- n + z * (h - n); docs/numerics.md, section 7.
module fg_blend #(
  parameter int GateWidth = 8,
  parameter int HiddenWidth = 8,
  parameter int DifferenceHiddenShift = 0,     // align h and n for h - n
  parameter int DifferenceCandidateShift = 0,
  parameter int CandidateShift = 0,            // align n and z * (h - n)
  parameter int ProductShift = 0,
  parameter logic [fg_pkg::SignalBits-1:0] Hidden = '0
) (
  input  logic                          clk_i,
  input  logic signed [GateWidth-1:0]   z_i,
  input  logic signed [GateWidth-1:0]   n_i,
  input  logic signed [HiddenWidth-1:0] hidden_i,
  output logic signed [HiddenWidth-1:0] hidden_o
);
  localparam int WideHidden = HiddenWidth + DifferenceHiddenShift;
  localparam int WideCandidate = GateWidth + DifferenceCandidateShift;
  localparam int DifferenceWidth = ((WideHidden > WideCandidate) ? WideHidden : WideCandidate) + 1;
  localparam int ProductWidth = GateWidth + DifferenceWidth;
  localparam int WideProduct = ProductWidth + ProductShift;
  localparam int AlignedCandidate = GateWidth + CandidateShift;
  localparam int SumWidth = ((WideProduct > AlignedCandidate) ? WideProduct : AlignedCandidate) + 1;

  logic signed [DifferenceWidth-1:0] difference_q;
  logic signed [ProductWidth-1:0] product_q;
  logic signed [GateWidth-1:0] z_q, n_q, n_q2;
  logic signed [SumWidth-1:0] sum;
  logic signed [HiddenWidth-1:0] hidden;

  always_ff @(posedge clk_i) begin
    difference_q <= (DifferenceWidth'(hidden_i) <<< DifferenceHiddenShift) -
                    (DifferenceWidth'(n_i) <<< DifferenceCandidateShift);
    z_q <= z_i;
    n_q <= n_i;
    product_q <= z_q * difference_q;
    n_q2 <= n_q;
    hidden_o <= hidden;
  end
  assign sum = (SumWidth'(product_q) <<< ProductShift) + (SumWidth'(n_q2) <<< CandidateShift);

  fg_requantise #(
    .InWidth(SumWidth),
    .Signal(Hidden),
    .OutWidth(HiddenWidth)
  ) u_hidden (
    .value_i(sum),
    .value_o(hidden)
  );
endmodule
