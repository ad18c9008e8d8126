// The element-wise unit of a GRU slice with linear_before_reset = 1: rows z, r, h of one unit after the other;
// docs/numerics.md, section 7.
//   rec <- R_h h + Rb_h;  pre_h <- (W_h x + Wb_h) + r * rec;  n = T_h(pre_h);  h' <- n + z * (h - n)
// The hidden value comes 2 * TableLatency + 6 cycles after the unit's last row.
module fg_gru_after_unit #(
  parameter int Units = 4,  // of this slice
  parameter int TotalWidth = 32,
  parameter int GateWidth = 8,
  parameter int TableLatency = 3,
  parameter int RecurrentWidth = 8,
  parameter int ResetShift = 0,  // aligns r * rec
  parameter int HiddenWidth = 8,
  parameter int DifferenceHiddenShift = 0,
  parameter int DifferenceCandidateShift = 0,
  parameter int CandidateShift = 0,
  parameter int ProductShift = 0,
  parameter logic [3*fg_pkg::SignalBits-1:0] Pre = '0,    // z lowest, then r, h
  parameter logic [3*fg_pkg::TableBits-1:0] Tables = '0,  // likewise
  parameter logic [3*32-1:0] GateClass = '0,              // likewise
  parameter logic [fg_pkg::SignalBits-1:0] Recurrent = '0,
  parameter logic [fg_pkg::SignalBits-1:0] Hidden = '0,
  parameter TableZFile = "",
  parameter TableRFile = "",
  parameter TableHFile = "",
  parameter int UnitWidth = (Units > 1) ? $clog2(Units) : 1  // derived
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          row_valid_i,
  input  logic                          row_first_i,
  input  logic                          row_last_i,
  input  logic signed [TotalWidth-1:0]  total_i,
  input  logic signed [TotalWidth-1:0]  x_total_i,
  input  logic signed [TotalWidth-1:0]  hidden_total_i,
  output logic [UnitWidth-1:0]          initial_unit_o,  // whose initial state comes in the next cycle
  input  logic signed [HiddenWidth-1:0] initial_hidden_i,
  output logic                          hidden_valid_o,
  output logic [UnitWidth-1:0]          hidden_unit_o,
  output logic signed [HiddenWidth-1:0] hidden_o,
  output logic                          hidden_first_o,
  output logic                          hidden_last_o
);
  localparam int GateLatency = 1 + TableLatency;
  localparam int CandidateLatency = TableLatency + 2;  // from r * rec's operands to n
  localparam logic [UnitWidth-1:0] LastUnit = UnitWidth'(Units - 1);

  // Gates: z and r wait for the row h, which is delayed as long as their tables take.
  logic [2*GateWidth-1:0] gates;
  logic gate_valid, candidate_begin;
  logic [1:0] gate_q;
  logic signed [GateWidth-1:0] z_q, r_q;
  fg_gates #(
    .Gates(2),
    .TotalWidth(TotalWidth),
    .GateWidth(GateWidth),
    .Latency(TableLatency),
    .Pre(Pre[2*fg_pkg::SignalBits-1:0]),
    .Tables(Tables[2*fg_pkg::TableBits-1:0]),
    .Class(GateClass[63:0]),
    .File0(TableZFile),
    .File1(TableRFile)
  ) u_gates (
    .clk_i,
    .total_i,
    .values_o(gates)
  );
  fg_delay_valid #(.Depth(GateLatency)) u_valid (.clk_i, .rst_ni, .valid_i(row_valid_i), .valid_o(gate_valid));
  assign candidate_begin = gate_valid && gate_q == 2'd2;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) gate_q <= '0;
    else if (gate_valid) gate_q <= (gate_q == 2'd2) ? '0 : gate_q + 1'b1;
  end
  always_ff @(posedge clk_i) begin
    if (gate_valid) begin
      if (gate_q == 2'd0) z_q <= gates[0+:GateWidth];
      if (gate_q == 2'd1) r_q <= gates[GateWidth+:GateWidth];
    end
  end

  // The candidate's pre-activation.
  localparam logic [fg_pkg::SignalBits-1:0] PreH = Pre[2*fg_pkg::SignalBits+:fg_pkg::SignalBits];
  localparam int PreWidth = PreH[fg_pkg::SignalWidth+:32] + (PreH[fg_pkg::SignalSigned] ? 0 : 1);
  localparam int ResetWidth = GateWidth + RecurrentWidth;
  localparam int PreSumWidth = ((TotalWidth > ResetWidth + ResetShift) ? TotalWidth : ResetWidth + ResetShift) + 1;
  logic signed [RecurrentWidth-1:0] recurrent, recurrent_q, recurrent_late;
  logic signed [TotalWidth-1:0] x_total_late, x_total_q;
  logic signed [ResetWidth-1:0] reset_q;
  logic signed [PreSumWidth-1:0] pre_sum;
  logic signed [PreWidth-1:0] pre, pre_q;
  fg_requantise #(
    .InWidth(TotalWidth),
    .Signal(Recurrent),
    .OutWidth(RecurrentWidth)
  ) u_recurrent (
    .value_i(hidden_total_i),
    .value_o(recurrent)
  );
  always_ff @(posedge clk_i) recurrent_q <= recurrent;
  fg_delay #(.Width(RecurrentWidth), .Depth(TableLatency)) u_recurrent_late (
    .clk_i, .value_i(recurrent_q), .value_o(recurrent_late)
  );
  fg_delay #(.Width(TotalWidth), .Depth(GateLatency)) u_x_total_late (
    .clk_i, .value_i(x_total_i), .value_o(x_total_late)
  );
  always_ff @(posedge clk_i) begin
    reset_q <= r_q * recurrent_late;
    x_total_q <= x_total_late;
    pre_q <= pre;
  end
  assign pre_sum = PreSumWidth'(x_total_q) + (PreSumWidth'(reset_q) <<< ResetShift);
  fg_requantise #(
    .InWidth(PreSumWidth),
    .Signal(PreH),
    .OutWidth(PreWidth)
  ) u_pre (
    .value_i(pre_sum),
    .value_o(pre)
  );

  // The candidate, and with it the old hidden value and z.
  logic signed [GateWidth-1:0] candidate, z_late;
  logic candidate_next, first;
  logic [UnitWidth-1:0] unit_q;
  logic [HiddenWidth-1:0] hidden_stored;
  logic signed [HiddenWidth-1:0] hidden_old;
  fg_activation #(
    .Table(Tables[2*fg_pkg::TableBits+:fg_pkg::TableBits]),
    .InWidth(PreWidth),
    .OutWidth(GateWidth),
    .Latency(TableLatency),
    .File(TableHFile)
  ) u_table_h (
    .clk_i,
    .value_i(pre_q),
    .value_o(candidate)
  );
  fg_delay #(.Width(GateWidth), .Depth(CandidateLatency)) u_z_late (.clk_i, .value_i(z_q), .value_o(z_late));
  fg_delay_valid #(.Depth(CandidateLatency - 1)) u_candidate_next (
    .clk_i, .rst_ni, .valid_i(candidate_begin), .valid_o(candidate_next)
  );
  fg_delay #(.Width(1), .Depth(GateLatency + CandidateLatency)) u_first (
    .clk_i, .value_i(row_first_i), .value_o(first)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) unit_q <= '0;
    else if (candidate_next) unit_q <= (unit_q == LastUnit) ? '0 : unit_q + 1'b1;
  end
  assign initial_unit_o = unit_q;
  assign hidden_old = first ? initial_hidden_i : $signed(hidden_stored);

  // The new hidden value.
  fg_blend #(
    .GateWidth(GateWidth),
    .HiddenWidth(HiddenWidth),
    .DifferenceHiddenShift(DifferenceHiddenShift),
    .DifferenceCandidateShift(DifferenceCandidateShift),
    .CandidateShift(CandidateShift),
    .ProductShift(ProductShift),
    .Hidden(Hidden)
  ) u_blend (
    .clk_i,
    .z_i(z_late),
    .n_i(candidate),
    .hidden_i(hidden_old),
    .hidden_o
  );
  fg_delay_valid #(.Depth(4)) u_hidden_valid (.clk_i, .rst_ni, .valid_i(candidate_next), .valid_o(hidden_valid_o));
  fg_delay #(.Width(2), .Depth(GateLatency + CandidateLatency + 3)) u_flags (
    .clk_i, .value_i({row_first_i, row_last_i}), .value_o({hidden_first_o, hidden_last_o})
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) hidden_unit_o <= '0;
    else if (hidden_valid_o) hidden_unit_o <= (hidden_unit_o == LastUnit) ? '0 : hidden_unit_o + 1'b1;
  end
  fg_ram #(
    .Width(HiddenWidth),
    .Depth(Units)
  ) u_states (
    .clk_i,
    .write_i(hidden_valid_o),
    .write_address_i(hidden_unit_o),
    .write_word_i(hidden_o),
    .read_address_i(unit_q),
    .read_word_o(hidden_stored)
  );

  logic unused_class;
  assign unused_class = ^GateClass[95:64];  // h has a table of its own
endmodule
