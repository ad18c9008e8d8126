// Parameters of the engines of tiny_gru_reset_before. Widths are those in which values travel: one bit more than their
// format's if that is unsigned. Descriptors of signals and tables have the fields that fg_pkg lists, the
// highest first.
package tiny_gru_reset_before_pkg;
  // rnn0: GRU, linear_before_reset = 0, 3 inputs, 4 units; 2 slices of 3 lanes
  localparam int Rnn0Inputs = 3;
  localparam int Rnn0InputWidth = 8;  // input: sfix8_En6
  localparam int Rnn0Units = 4;
  localparam int Rnn0Slices = 2;
  localparam int Rnn0Lanes = 3;
  localparam int Rnn0Split = 1;
  localparam int Rnn0WWidth = 8;
  localparam int Rnn0RWidth = 8;
  localparam int Rnn0SumWidth = 17;
  localparam int Rnn0TotalWidth = 20;
  localparam int Rnn0ShiftWidth = 2;
  localparam int Rnn0BiasWidth = 14;
  localparam bit Rnn0LinearBeforeReset = 1'b0;
  // rnn0.pre_z: sfix10_En6, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0PreZ = {32'd0, 32'd1, 32'd1, 32'd10, 32'd9};
  // rnn0.pre_r: sfix10_En6, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0PreR = {32'd0, 32'd1, 32'd1, 32'd10, 32'd9};
  // rnn0.pre_h: sfix10_En6, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0PreH = {32'd0, 32'd1, 32'd1, 32'd10, 32'd9};
  // gates with the same table, the last gate first
  localparam logic [95:0] Rnn0GateClass = {32'd2, 32'd0, 32'd0};
  localparam int Rnn0GateWidth = 9;
  localparam int Rnn0TableLatency = 6;
  // rnn0.rh: sfix8_En7, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0ResetHidden = {32'd0, 32'd1, 32'd1, 32'd8, 32'd8};
  localparam int Rnn0ResetHiddenWidth = 8;  // rnn0.rh: sfix8_En7
  localparam int Rnn0DifferenceHiddenShift = 0;
  localparam int Rnn0DifferenceCandidateShift = 0;
  localparam int Rnn0CandidateShift = 8;
  localparam int Rnn0ProductShift = 0;
  // rnn0.h: sfix8_En7, nearest, saturate; from fraction 15
  localparam logic [159:0] Rnn0Hidden = {32'd0, 32'd1, 32'd1, 32'd8, 32'd8};
  localparam int Rnn0HiddenWidth = 8;  // rnn0.h: sfix8_En7
  localparam bit Rnn0EmitLast = 1'b1;
  localparam bit Rnn0InitialHidden = 1'b0;

  // decoder: dense, 4 inputs, 2 outputs; 1 slice of 2 lanes
  localparam int DecoderInputs = 4;
  localparam int DecoderInputWidth = 8;  // rnn0.h: sfix8_En7
  localparam int DecoderOutputs = 2;
  localparam int DecoderLanes = 2;
  localparam int DecoderSplit = 1;
  localparam int DecoderWWidth = 8;
  localparam int DecoderSumWidth = 17;
  localparam int DecoderTotalWidth = 18;
  localparam int DecoderShiftWidth = 2;
  localparam int DecoderBiasWidth = 13;
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
endpackage
