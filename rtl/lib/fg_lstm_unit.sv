// The element-wise unit of an LSTM slice: rows i, o, f, c of one unit after the other; docs/numerics.md, section 7.
//   c' <- f * c + i * g;  t = T(c');  h' <- o * t
// The hidden value comes TableLatency + CellTableLatency + 5 cycles after the unit's last row.
module fg_lstm_unit #(
  parameter int Units = 4,  // of this slice
  parameter int TotalWidth = 32,
  parameter int GateWidth = 8,
  parameter int TableLatency = 3,
  parameter int CellTableLatency = 3,
  parameter int ForgetShift = 0,  // aligns f * c
  parameter int InputShift = 0,   // aligns i * g
  parameter int CellWidth = 8,
  parameter int CellActivationWidth = 8,
  parameter int HiddenWidth = 8,
  parameter logic [4*fg_pkg::SignalBits-1:0] Pre = '0,    // i lowest, then o, f, c
  parameter logic [4*fg_pkg::TableBits-1:0] Tables = '0,  // likewise
  parameter logic [4*32-1:0] GateClass = '0,              // likewise
  parameter logic [fg_pkg::TableBits-1:0] TableCell = '0,
  parameter logic [fg_pkg::SignalBits-1:0] Cell = '0,
  parameter logic [fg_pkg::SignalBits-1:0] Hidden = '0,
  parameter TableIFile = "",
  parameter TableOFile = "",
  parameter TableFFile = "",
  parameter TableCFile = "",
  parameter TableCellFile = "",
  parameter int UnitWidth = (Units > 1) ? $clog2(Units) : 1  // derived
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          row_valid_i,
  input  logic                          row_first_i,
  input  logic                          row_last_i,
  input  logic signed [TotalWidth-1:0]  total_i,
  output logic [UnitWidth-1:0]          initial_unit_o,  // whose initial cell state comes in the next cycle
  input  logic signed [CellWidth-1:0]   initial_cell_i,
  output logic                          hidden_valid_o,
  output logic [UnitWidth-1:0]          hidden_unit_o,
  output logic signed [HiddenWidth-1:0] hidden_o,
  output logic                          hidden_first_o,
  output logic                          hidden_last_o
);
  localparam int GateLatency = 1 + TableLatency;
  localparam int HiddenLatency = GateLatency + CellTableLatency + 4;
  localparam logic [UnitWidth-1:0] LastUnit = UnitWidth'(Units - 1);

  // Rows' flags go along with them.
  logic gate_valid, first;
  fg_delay_valid #(.Depth(GateLatency)) u_valid (.clk_i, .rst_ni, .valid_i(row_valid_i), .valid_o(gate_valid));
  fg_delay #(.Width(1), .Depth(GateLatency)) u_first (.clk_i, .value_i(row_first_i), .value_o(first));
  fg_delay #(.Width(2), .Depth(HiddenLatency)) u_flags (
    .clk_i, .value_i({row_first_i, row_last_i}), .value_o({hidden_first_o, hidden_last_o})
  );

  // Gates: i, o and f wait for g.
  logic [4*GateWidth-1:0] gates;
  logic [1:0] gate_q;
  logic [UnitWidth-1:0] unit_q;
  logic signed [GateWidth-1:0] i_q, o_q, f_q, g;
  logic cell_begin;
  fg_gates #(
    .Gates(4),
    .TotalWidth(TotalWidth),
    .GateWidth(GateWidth),
    .Latency(TableLatency),
    .Pre(Pre),
    .Tables(Tables),
    .Class(GateClass),
    .File0(TableIFile),
    .File1(TableOFile),
    .File2(TableFFile),
    .File3(TableCFile)
  ) u_gates (
    .clk_i,
    .total_i,
    .values_o(gates)
  );
  assign g = gates[3*GateWidth+:GateWidth];
  assign cell_begin = gate_valid && gate_q == 2'd3;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      gate_q <= '0;
      unit_q <= '0;
    end else if (gate_valid) begin
      gate_q <= gate_q + 1'b1;
      if (gate_q == 2'd3) unit_q <= (unit_q == LastUnit) ? '0 : unit_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (gate_valid) begin
      if (gate_q == 2'd0) i_q <= gates[0+:GateWidth];
      if (gate_q == 2'd1) o_q <= gates[GateWidth+:GateWidth];
      if (gate_q == 2'd2) f_q <= gates[2*GateWidth+:GateWidth];
    end
  end

  // Cell state.
  localparam int ForgetWidth = GateWidth + CellWidth + ForgetShift;
  localparam int InputWidth = 2 * GateWidth + InputShift;
  localparam int CellSumWidth = ((ForgetWidth > InputWidth) ? ForgetWidth : InputWidth) + 1;
  logic [CellWidth-1:0] cell_stored;
  logic signed [CellWidth-1:0] cell_old, cell_new, cell_q;
  logic signed [GateWidth+CellWidth-1:0] forget_q;
  logic signed [2*GateWidth-1:0] input_q;
  logic signed [CellSumWidth-1:0] cell_sum;
  logic cell_valid;
  logic [UnitWidth-1:0] cell_unit_q;

  assign initial_unit_o = unit_q;
  assign cell_old = first ? initial_cell_i : $signed(cell_stored);
  always_ff @(posedge clk_i) begin
    forget_q <= f_q * cell_old;
    input_q <= i_q * g;
    cell_q <= cell_new;
  end
  assign cell_sum = (CellSumWidth'(forget_q) <<< ForgetShift) + (CellSumWidth'(input_q) <<< InputShift);
  fg_requantise #(
    .InWidth(CellSumWidth),
    .Signal(Cell),
    .OutWidth(CellWidth)
  ) u_cell (
    .value_i(cell_sum),
    .value_o(cell_new)
  );
  fg_delay_valid #(.Depth(2)) u_cell_valid (.clk_i, .rst_ni, .valid_i(cell_begin), .valid_o(cell_valid));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) cell_unit_q <= '0;
    else if (cell_valid) cell_unit_q <= (cell_unit_q == LastUnit) ? '0 : cell_unit_q + 1'b1;
  end
  fg_ram #(
    .Width(CellWidth),
    .Depth(Units)
  ) u_cells (
    .clk_i,
    .write_i(cell_valid),
    .write_address_i(cell_unit_q),
    .write_word_i(cell_q),
    .read_address_i(unit_q),
    .read_word_o(cell_stored)
  );

  // Hidden state.
  logic signed [CellActivationWidth-1:0] cell_activation;
  logic signed [GateWidth-1:0] o_late;
  logic signed [GateWidth+CellActivationWidth-1:0] product_q;
  logic signed [HiddenWidth-1:0] hidden;
  fg_activation #(
    .Table(TableCell),
    .InWidth(CellWidth),
    .OutWidth(CellActivationWidth),
    .Latency(CellTableLatency),
    .File(TableCellFile)
  ) u_table_cell (
    .clk_i,
    .value_i(cell_q),
    .value_o(cell_activation)
  );
  fg_delay #(.Width(GateWidth), .Depth(CellTableLatency + 2)) u_o (.clk_i, .value_i(o_q), .value_o(o_late));
  fg_requantise #(
    .InWidth(GateWidth + CellActivationWidth),
    .Signal(Hidden),
    .OutWidth(HiddenWidth)
  ) u_hidden (
    .value_i(product_q),
    .value_o(hidden)
  );
  fg_delay_valid #(.Depth(CellTableLatency + 4)) u_hidden_valid (
    .clk_i, .rst_ni, .valid_i(cell_begin), .valid_o(hidden_valid_o)
  );
  always_ff @(posedge clk_i) begin
    product_q <= o_late * cell_activation;
    hidden_o <= hidden;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) hidden_unit_o <= '0;
    else if (hidden_valid_o) hidden_unit_o <= (hidden_unit_o == LastUnit) ? '0 : hidden_unit_o + 1'b1;
  end
endmodule
