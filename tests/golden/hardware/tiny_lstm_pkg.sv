// Parameters of the engines of tiny_lstm. Widths are those in which values travel: one bit more than their
// format's if that is unsigned. Descriptors of signals and tables have the fields that fg_pkg lists, the
// highest first.
package tiny_lstm_pkg;
  // rnn0: LSTM, 3 inputs, 4 units; 1 slice of 2 lanes
  localparam int Rnn0Inputs = 3;
  localparam int Rnn0InputWidth = 8;  // input: sfix8_En6
  localparam int Rnn0Units = 4;
  localparam int Rnn0Slices = 1;
  localparam int Rnn0Lanes = 2;
  localparam int Rnn0Split = 1;
  localparam int Rnn0WWidth = 8;
  localparam int Rnn0RWidth = 8;
  localparam int Rnn0SumWidth = 17;
  localparam int Rnn0TotalWidth = 20;
  localparam int Rnn0ShiftWidth = 2;
  localparam int Rnn0BiasWidth = 14;
  // rnn0.pre_i: sfix10_En6, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0PreI = {32'd0, 32'd1, 32'd1, 32'd10, 32'd9};
  // rnn0.pre_o: sfix10_En6, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0PreO = {32'd0, 32'd1, 32'd1, 32'd10, 32'd9};
  // rnn0.pre_f: sfix10_En6, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0PreF = {32'd0, 32'd1, 32'd1, 32'd10, 32'd9};
  // rnn0.pre_c: sfix10_En6, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0PreC = {32'd0, 32'd1, 32'd1, 32'd10, 32'd9};
  // gates with the same table, the last gate first
  localparam logic [127:0] Rnn0GateClass = {32'd3, 32'd0, 32'd0, 32'd0};
  localparam int Rnn0GateWidth = 9;
  localparam int Rnn0TableLatency = 6;
  localparam int Rnn0CellTableLatency = 6;
  localparam int Rnn0ForgetShift = 0;
  localparam int Rnn0InputShift = 2;
  // rnn0.c: sfix12_En9, nearest, saturate; from fraction 17
  localparam logic [159:0] Rnn0Cell = {32'd0, 32'd1, 32'd1, 32'd12, 32'd8};
  localparam int Rnn0CellWidth = 12;  // rnn0.c: sfix12_En9
  localparam int Rnn0CellActivationWidth = 8;  // rnn0.t: sfix8_En7
  // rnn0.h: sfix8_En7, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0Hidden = {32'd0, 32'd1, 32'd1, 32'd8, 32'd8};
  localparam int Rnn0HiddenWidth = 8;  // rnn0.h: sfix8_En7
  localparam bit Rnn0EmitLast = 1'b0;
  localparam bit Rnn0InitialHidden = 1'b1;
  localparam bit Rnn0InitialCell = 1'b1;

  // decoder: dense, 4 inputs, 2 outputs; 1 slice of 2 lanes
  localparam int DecoderInputs = 4;
  localparam int DecoderInputWidth = 8;  // rnn0.h: sfix8_En7
  localparam int DecoderOutputs = 2;
  localparam int DecoderLanes = 2;
  localparam int DecoderSplit = 1;
  localparam int DecoderWWidth = 8;
  localparam int DecoderSumWidth = 17;
  localparam int DecoderTotalWidth = 18;
  localparam int DecoderShiftWidth = 1;
  localparam int DecoderBiasWidth = 11;
  localparam bit DecoderHasActivation = 1'b0;
  // decoder.out: sfix10_En5, nearest, saturate; from fraction 15
  localparam logic [159:0] DecoderPre = {32'd0, 32'd1, 32'd1, 32'd10, 32'd10};
  localparam int DecoderOutputWidth = 10;  // decoder.out: sfix10_En5
  localparam bit DecoderEmitLast = 1'b0;

  // Activation tables.
  // Sigmoid, sfix10_En6 to ufix8_En8: piecewise_linear, 4 segments
  localparam logic [479:0] Table0 = {
    32'd9, 32'd5, 32'd13, 32'd0, 32'd4, 32'd8, 32'd0, 32'd1, 32'd0, 32'd8, 32'd3, 32'd1, 32'd10, 32'd2,
    32'd0
  };
  // Tanh, sfix10_En6 to sfix8_En7: piecewise_linear, 4 segments
  localparam logic [479:0] Table1 = {
    32'd8, 32'd7, 32'd13, 32'd0, 32'd4, 32'd7, 32'd0, 32'd1, 32'd1, 32'd8, 32'd4, 32'd1, 32'd10, 32'd1,
    32'd0
  };
  // Tanh, sfix12_En9 to sfix8_En7: piecewise_linear, 4 segments
  localparam logic [479:0] Table2 = {
    32'd11, 32'd7, 32'd16, 32'd0, 32'd4, 32'd7, 32'd0, 32'd1, 32'd1, 32'd8, 32'd7, 32'd1, 32'd12, 32'd1,
    32'd0
  };
endpackage
