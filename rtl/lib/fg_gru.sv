// A GRU layer: x comes in and h goes out element by element (docs/hardware.md).
module fg_gru #(
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
  parameter int HiddenBiasWidth = 0,     // linear_before_reset = 1 only
  parameter bit LinearBeforeReset = 1'b1,
  parameter logic [fg_pkg::SignalBits-1:0] PreZ = '0,
  parameter logic [fg_pkg::SignalBits-1:0] PreR = '0,
  parameter logic [fg_pkg::SignalBits-1:0] PreH = '0,
  parameter logic [fg_pkg::TableBits-1:0] TableZ = '0,
  parameter logic [fg_pkg::TableBits-1:0] TableR = '0,
  parameter logic [fg_pkg::TableBits-1:0] TableH = '0,
  parameter logic [3*32-1:0] GateClass = '0,
  parameter int GateWidth = 8,
  parameter int TableLatency = 3,
  parameter logic [fg_pkg::SignalBits-1:0] Recurrent = '0,    // linear_before_reset = 1 only
  parameter int RecurrentWidth = 1,
  parameter int ResetShift = 0,
  parameter logic [fg_pkg::SignalBits-1:0] ResetHidden = '0,  // linear_before_reset = 0 only
  parameter int ResetHiddenWidth = 1,
  parameter int DifferenceHiddenShift = 0,
  parameter int DifferenceCandidateShift = 0,
  parameter int CandidateShift = 0,
  parameter int ProductShift = 0,
  parameter logic [fg_pkg::SignalBits-1:0] Hidden = '0,
  parameter int HiddenWidth = 8,
  parameter bit EmitLast = 1'b0,
  parameter bit InitialHidden = 1'b0,
  parameter     WFile = "",
  parameter     RFile = "",
  parameter     RowFile = "",
  parameter     TableZFile = "",
  parameter     TableRFile = "",
  parameter     TableHFile = "",
  parameter     InitialHiddenFile = "",      // as the multipliers read it
  parameter     InitialHiddenUnitsFile = ""  // as the element-wise units read it
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
  // The second pass's operand, r * h.
  logic [Slices-1:0] reset_valids;
  logic [Slices*UnitWidth-1:0] reset_units;
  logic [Slices*ResetHiddenWidth-1:0] reset_hidden;

  fg_matvec #(
    .Inputs(Inputs),
    .InputWidth(InputWidth),
    .Units(Units),
    .HiddenWidth(HiddenWidth),
    .SecondWidth(ResetHiddenWidth),
    .Slices(Slices),
    .Lanes(Lanes),
    .Split(Split),
    .Rows(3 * SliceUnits),
    .FirstRows(LinearBeforeReset ? 3 * SliceUnits : 2 * SliceUnits),
    .WWidth(WWidth),
    .WEncoding(WEncoding),
    .RWidth(RWidth),
    .REncoding(REncoding),
    .SumWidth(SumWidth),
    .TotalWidth(TotalWidth),
    .ShiftWidth(ShiftWidth),
    .BiasWidth(BiasWidth),
    .HiddenBiasWidth(HiddenBiasWidth),
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
    .second_valid_i(reset_valids[0]),
    .second_unit_i(reset_units[0+:UnitWidth]),
    .second_i(reset_hidden)
  );
  // The units of the slices go in step: the first one's flags stand for all.
  logic [Slices*UnitWidth-1:0] units, initial_units;
  logic [Slices-1:0] valids, firsts, lasts;
  logic [Slices*HiddenWidth-1:0] initial_hidden;
  for (genvar s = 0; s < Slices; s++) begin : gen_slice
    if (LinearBeforeReset) begin : gen_after
      fg_gru_after_unit #(
        .Units(SliceUnits),
        .TotalWidth(TotalWidth),
        .GateWidth(GateWidth),
        .TableLatency(TableLatency),
        .RecurrentWidth(RecurrentWidth),
        .ResetShift(ResetShift),
        .HiddenWidth(HiddenWidth),
        .DifferenceHiddenShift(DifferenceHiddenShift),
        .DifferenceCandidateShift(DifferenceCandidateShift),
        .CandidateShift(CandidateShift),
        .ProductShift(ProductShift),
        .Pre({PreH, PreR, PreZ}),
        .Tables({TableH, TableR, TableZ}),
        .GateClass(GateClass),
        .Recurrent(Recurrent),
        .Hidden(Hidden),
        .TableZFile(TableZFile),
        .TableRFile(TableRFile),
        .TableHFile(TableHFile)
      ) u_unit (
        .clk_i,
        .rst_ni,
        .row_valid_i(row_valid),
        .row_first_i(row_first),
        .row_last_i(row_last),
        .total_i(totals[s*TotalWidth+:TotalWidth]),
        .x_total_i(x_totals[s*TotalWidth+:TotalWidth]),
        .hidden_total_i(hidden_totals[s*TotalWidth+:TotalWidth]),
        .initial_unit_o(initial_units[s*UnitWidth+:UnitWidth]),
        .initial_hidden_i(initial_hidden[s*HiddenWidth+:HiddenWidth]),
        .hidden_valid_o(valids[s]),
        .hidden_unit_o(units[s*UnitWidth+:UnitWidth]),
        .hidden_o(trace_hidden[s*HiddenWidth+:HiddenWidth]),
        .hidden_first_o(firsts[s]),
        .hidden_last_o(lasts[s])
      );
      assign reset_valids[s] = 1'b0;
      assign reset_units[s*UnitWidth+:UnitWidth] = '0;
      assign reset_hidden[s*ResetHiddenWidth+:ResetHiddenWidth] = '0;
    end else begin : gen_before
      logic unused_totals;
      assign unused_totals = ^{x_totals[s*TotalWidth+:TotalWidth], hidden_totals[s*TotalWidth+:TotalWidth]};
      fg_gru_before_unit #(
        .Units(SliceUnits),
        .TotalWidth(TotalWidth),
        .GateWidth(GateWidth),
        .TableLatency(TableLatency),
        .ResetHiddenWidth(ResetHiddenWidth),
        .HiddenWidth(HiddenWidth),
        .DifferenceHiddenShift(DifferenceHiddenShift),
        .DifferenceCandidateShift(DifferenceCandidateShift),
        .CandidateShift(CandidateShift),
        .ProductShift(ProductShift),
        .Pre({PreH, PreR, PreZ}),
        .Tables({TableH, TableR, TableZ}),
        .GateClass(GateClass),
        .ResetHidden(ResetHidden),
        .Hidden(Hidden),
        .TableZFile(TableZFile),
        .TableRFile(TableRFile),
        .TableHFile(TableHFile)
      ) u_unit (
        .clk_i,
        .rst_ni,
        .row_valid_i(row_valid),
        .row_first_i(row_first),
        .row_last_i(row_last),
        .total_i(totals[s*TotalWidth+:TotalWidth]),
        .initial_unit_o(initial_units[s*UnitWidth+:UnitWidth]),
        .initial_hidden_i(initial_hidden[s*HiddenWidth+:HiddenWidth]),
        .reset_valid_o(reset_valids[s]),
        .reset_unit_o(reset_units[s*UnitWidth+:UnitWidth]),
        .reset_hidden_o(reset_hidden[s*ResetHiddenWidth+:ResetHiddenWidth]),
        .hidden_valid_o(valids[s]),
        .hidden_unit_o(units[s*UnitWidth+:UnitWidth]),
        .hidden_o(trace_hidden[s*HiddenWidth+:HiddenWidth]),
        .hidden_first_o(firsts[s]),
        .hidden_last_o(lasts[s])
      );
    end
  end
  assign trace_valid = valids[0];
  assign trace_unit = units[0+:UnitWidth];
  logic unused_copies;
  assign unused_copies = ^{valids, units, firsts, lasts, initial_units, reset_valids, reset_units};

  if (InitialHidden) begin : gen_initial_hidden
    fg_rom #(
      .Width(Slices * HiddenWidth),
      .Depth(SliceUnits),
      .File(InitialHiddenUnitsFile)
    ) u_initial_hidden (
      .clk_i,
      .address_i(initial_units[0+:UnitWidth]),
      .word_o(initial_hidden)
    );
  end else begin : gen_zero_hidden
    assign initial_hidden = '0;
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
