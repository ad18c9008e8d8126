// An LSTM layer: x comes in and h goes out element by element (docs/hardware.md).
module fg_lstm #(
  parameter int Inputs = 4,
  parameter int InputWidth = 8,
  parameter int Units = 4,
  parameter int Slices = 1,
  parameter int Lanes = 4,
  parameter int Split = 1,
  parameter int WWidth = 8,
  parameter int WEncoding = 0,  // fg_pkg::Encoding...
  parameter int RWidth = 8,
  parameter int REncoding = 0,
  parameter int SumWidth = 24,
  parameter int TotalWidth = 32,
  parameter int ShiftWidth = 4,
  parameter int BiasWidth = 16,
  parameter logic [fg_pkg::SignalBits-1:0] PreI = '0,
  parameter logic [fg_pkg::SignalBits-1:0] PreO = '0,
  parameter logic [fg_pkg::SignalBits-1:0] PreF = '0,
  parameter logic [fg_pkg::SignalBits-1:0] PreC = '0,
  parameter logic [fg_pkg::TableBits-1:0] TableI = '0,
  parameter logic [fg_pkg::TableBits-1:0] TableO = '0,
  parameter logic [fg_pkg::TableBits-1:0] TableF = '0,
  parameter logic [fg_pkg::TableBits-1:0] TableC = '0,
  parameter logic [fg_pkg::TableBits-1:0] TableCell = '0,
  parameter logic [4*32-1:0] GateClass = '0,
  parameter int GateWidth = 8,
  parameter int TableLatency = 3,
  parameter int CellTableLatency = 3,
  parameter int ForgetShift = 0,
  parameter int InputShift = 0,
  parameter logic [fg_pkg::SignalBits-1:0] Cell = '0,
  parameter int CellWidth = 8,
  parameter int CellActivationWidth = 8,
  parameter logic [fg_pkg::SignalBits-1:0] Hidden = '0,
  parameter int HiddenWidth = 8,
  parameter bit EmitLast = 1'b0,
  parameter bit InitialHidden = 1'b0,
  parameter bit InitialCell = 1'b0,
  parameter     WFile = "",
  parameter     RFile = "",
  parameter     RowFile = "",
  parameter     TableIFile = "",
  parameter     TableOFile = "",
  parameter     TableFFile = "",
  parameter     TableCFile = "",
  parameter     TableCellFile = "",
  parameter     InitialHiddenFile = "",
  parameter     InitialCellFile = ""
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [InputWidth-1:0]  data_i,
  input  logic                   valid_i,
  output logic                   ready_o,
  input  logic                   first_i,
  input  logic                   last_i,
  output logic [HiddenWidth-1:0] data_o,
  output logic                   valid_o,
  input  logic                   ready_i,
  output logic                   first_o,
  output logic                   last_o
);
  localparam int SliceUnits = (Units + Slices - 1) / Slices;
  localparam int UnitWidth = (SliceUnits > 1) ? $clog2(SliceUnits) : 1;

  logic place, begin_step, begin_last, row_valid, row_first, row_last;
  logic [Slices*TotalWidth-1:0] totals, x_totals, hidden_totals;
  // The new hidden state; a testbench may follow these three.
  logic trace_valid;
  logic [UnitWidth-1:0] trace_unit;
  logic [Slices*HiddenWidth-1:0] trace_hidden;

  fg_matvec #(
    .Inputs(Inputs),
    .InputWidth(InputWidth),
    .Units(Units),
    .HiddenWidth(HiddenWidth),
    .Slices(Slices),
    .Lanes(Lanes),
    .Split(Split),
    .Rows(4 * SliceUnits),
    .FirstRows(4 * SliceUnits),
    .WWidth(WWidth),
    .WEncoding(WEncoding),
    .RWidth(RWidth),
    .REncoding(REncoding),
    .SumWidth(SumWidth),
    .TotalWidth(TotalWidth),
    .ShiftWidth(ShiftWidth),
    .BiasWidth(BiasWidth),
    .InitialHidden(InitialHidden),
    .WFile(WFile),
    .RFile(RFile),
    .RowFile(RowFile),
    .InitialHiddenFile(InitialHiddenFile)
  ) u_matvec (
    .clk_i,
    .rst_ni,
    .data_i,
    .valid_i,
    .ready_o,
    .first_i,
    .last_i,
    .place_i(place),
    .begin_o(begin_step),
    .begin_last_o(begin_last),
    .row_valid_o(row_valid),
    .row_first_o(row_first),
    .row_last_o(row_last),
    .totals_o(totals),
    .x_totals_o(x_totals),
    .hidden_totals_o(hidden_totals),
    .hidden_valid_i(trace_valid),
    .hidden_unit_i(trace_unit),
    .hidden_i(trace_hidden),
    .second_valid_i(1'b0),
    .second_unit_i({UnitWidth{1'b0}}),
    .second_i({Slices{1'b0}})
  );
  logic unused_totals;
  assign unused_totals = ^{x_totals, hidden_totals};

  // The units of the slices go in step: the first one's flags stand for all.
  logic [Slices*UnitWidth-1:0] units, initial_units;
  logic [Slices-1:0] valids, firsts, lasts;
  logic [Slices*CellWidth-1:0] initial_cells;
  for (genvar s = 0; s < Slices; s++) begin : gen_slice
    fg_lstm_unit #(
      .Units(SliceUnits),
      .TotalWidth(TotalWidth),
      .GateWidth(GateWidth),
      .TableLatency(TableLatency),
      .CellTableLatency(CellTableLatency),
      .ForgetShift(ForgetShift),
      .InputShift(InputShift),
      .CellWidth(CellWidth),
      .CellActivationWidth(CellActivationWidth),
      .HiddenWidth(HiddenWidth),
      .Pre({PreC, PreF, PreO, PreI}),
      .Tables({TableC, TableF, TableO, TableI}),
      .GateClass(GateClass),
      .TableCell(TableCell),
      .Cell(Cell),
      .Hidden(Hidden),
      .TableIFile(TableIFile),
      .TableOFile(TableOFile),
      .TableFFile(TableFFile),
      .TableCFile(TableCFile),
      .TableCellFile(TableCellFile)
    ) u_unit (
      .clk_i,
      .rst_ni,
      .row_valid_i(row_valid),
      .row_first_i(row_first),
      .row_last_i(row_last),
      .total_i(totals[s*TotalWidth+:TotalWidth]),
      .initial_unit_o(initial_units[s*UnitWidth+:UnitWidth]),
      .initial_cell_i(initial_cells[s*CellWidth+:CellWidth]),
      .hidden_valid_o(valids[s]),
      .hidden_unit_o(units[s*UnitWidth+:UnitWidth]),
      .hidden_o(trace_hidden[s*HiddenWidth+:HiddenWidth]),
      .hidden_first_o(firsts[s]),
      .hidden_last_o(lasts[s])
    );
  end
  assign trace_valid = valids[0];
  assign trace_unit = units[0+:UnitWidth];
  logic unused_copies;
  assign unused_copies = ^{valids, units, firsts, lasts, initial_units};

  if (InitialCell) begin : gen_initial_cell
    fg_rom #(
      .Width(Slices * CellWidth),
      .Depth(SliceUnits),
      .File(InitialCellFile)
    ) u_initial_cell (
      .clk_i,
      .address_i(initial_units[0+:UnitWidth]),
      .word_o(initial_cells)
    );
  end else begin : gen_zero_cell
    assign initial_cells = '0;
  end

  fg_emit #(
    .Units(Units),
    .Slices(Slices),
    .Width(HiddenWidth),
    .EmitLast(EmitLast)
  ) u_emit (
    .clk_i,
    .rst_ni,
    .place_o(place),
    .begin_i(begin_step),
    .begin_last_i(begin_last),
    .push_i(trace_valid),
    .unit_i(trace_unit),
    .elements_i(trace_hidden),
    .first_i(firsts[0]),
    .last_i(lasts[0]),
    .data_o,
    .valid_o,
    .ready_i,
    .first_o,
    .last_o
  );
endmodule
