// Parameters of the engines of tiny_stack. Widths are those in which values travel: one bit more than their
// format's if that is unsigned. Descriptors of signals and tables have the fields that fg_pkg lists, the
// highest first.
package tiny_stack_pkg;
  // rnn0: LSTM, 3 inputs, 4 units; 4 slices of 4 lanes
  localparam int Rnn0Inputs = 3;
  localparam int Rnn0InputWidth = 4;  // input: sfix4_E2
  localparam int Rnn0Units = 4;
  localparam int Rnn0Slices = 4;
  localparam int Rnn0Lanes = 4;
  localparam int Rnn0Split = 1;
  localparam int Rnn0WWidth = 12;
  localparam int Rnn0RWidth = 12;
  localparam int Rnn0SumWidth = 20;
  localparam int Rnn0TotalWidth = 27;
  localparam int Rnn0ShiftWidth = 4;
  localparam int Rnn0BiasWidth = 21;
  // rnn0.pre_i: sfix6_En3, convergent, saturate; from fraction 7
  localparam logic [159:0] Rnn0PreI = {32'd0, 32'd2, 32'd1, 32'd6, 32'd4};
  // rnn0.pre_o: sfix5_En4, convergent, saturate; from fraction 9
  localparam logic [159:0] Rnn0PreO = {32'd0, 32'd2, 32'd1, 32'd5, 32'd5};
  // rnn0.pre_f: sfix2_En6, convergent, saturate; from fraction 6
  localparam logic [159:0] Rnn0PreF = {32'd0, 32'd2, 32'd1, 32'd2, 32'd0};
  // rnn0.pre_c: sfix9_En1, convergent, wrap; from fraction 9
  localparam logic [159:0] Rnn0PreC = {32'd1, 32'd2, 32'd1, 32'd9, 32'd8};
  // gates with the same table, the last gate first
  localparam logic [127:0] Rnn0GateClass = {32'd3, 32'd2, 32'd1, 32'd0};
  localparam int Rnn0GateWidth = 11;
  localparam int Rnn0TableLatency = 6;
  localparam int Rnn0CellTableLatency = 5;
  localparam int Rnn0ForgetShift = 0;
  localparam int Rnn0InputShift = 5;
  // rnn0.c: sfix4_En3, floor, wrap; from fraction 12
  localparam logic [159:0] Rnn0Cell = {32'd1, 32'd0, 32'd1, 32'd4, 32'd9};
  localparam int Rnn0CellWidth = 4;  // rnn0.c: sfix4_En3
  localparam int Rnn0CellActivationWidth = 11;  // rnn0.t: sfix11
  // rnn0.h: sfix7_En1, floor, saturate; from fraction 1
  localparam logic [159:0] Rnn0Hidden = {32'd0, 32'd0, 32'd1, 32'd7, 32'd0};
  localparam int Rnn0HiddenWidth = 7;  // rnn0.h: sfix7_En1
  localparam bit Rnn0EmitLast = 1'b0;
  localparam bit Rnn0InitialHidden = 1'b0;
  localparam bit Rnn0InitialCell = 1'b0;

  // rnn1: LSTM, 4 inputs, 4 units; 4 slices of 4 lanes
  localparam int Rnn1Inputs = 4;
  localparam int Rnn1InputWidth = 7;  // rnn0.h: sfix7_En1
  localparam int Rnn1Units = 4;
  localparam int Rnn1Slices = 4;
  localparam int Rnn1Lanes = 4;
  localparam int Rnn1Split = 1;
  localparam int Rnn1WWidth = 10;
  localparam int Rnn1RWidth = 12;
  localparam int Rnn1SumWidth = 18;
  localparam int Rnn1TotalWidth = 26;
  localparam int Rnn1ShiftWidth = 4;
  localparam int Rnn1BiasWidth = 19;
  // rnn1.pre_i: sfix2_En3, nearest, saturate; from fraction 12
  localparam logic [159:0] Rnn1PreI = {32'd0, 32'd1, 32'd1, 32'd2, 32'd9};
  // rnn1.pre_o: sfix12, nearest, wrap; from fraction 12
  localparam logic [159:0] Rnn1PreO = {32'd1, 32'd1, 32'd1, 32'd12, 32'd12};
  // rnn1.pre_f: sfix5_En4, floor, saturate; from fraction 11
  localparam logic [159:0] Rnn1PreF = {32'd0, 32'd0, 32'd1, 32'd5, 32'd7};
  // rnn1.pre_c: sfix10_En1, convergent, wrap; from fraction 12
  localparam logic [159:0] Rnn1PreC = {32'd1, 32'd2, 32'd1, 32'd10, 32'd11};
  // gates with the same table, the last gate first
  localparam logic [127:0] Rnn1GateClass = {32'd3, 32'd2, 32'd1, 32'd0};
  localparam int Rnn1GateWidth = 12;
  localparam int Rnn1TableLatency = 6;
  localparam int Rnn1CellTableLatency = 4;
  localparam int Rnn1ForgetShift = 0;
  localparam int Rnn1InputShift = 4;
  // rnn1.c: sfix4_En7, floor, saturate; from fraction 8
  localparam logic [159:0] Rnn1Cell = {32'd0, 32'd0, 32'd1, 32'd4, 32'd1};
  localparam int Rnn1CellWidth = 4;  // rnn1.c: sfix4_En7
  localparam int Rnn1CellActivationWidth = 2;  // rnn1.t: sfix2_En6
  // rnn1.h: sfix5_En5, convergent, saturate; from fraction 15
  localparam logic [159:0] Rnn1Hidden = {32'd0, 32'd2, 32'd1, 32'd5, 32'd10};
  localparam int Rnn1HiddenWidth = 5;  // rnn1.h: sfix5_En5
  localparam bit Rnn1EmitLast = 1'b0;
  localparam bit Rnn1InitialHidden = 1'b0;
  localparam bit Rnn1InitialCell = 1'b0;

  // middle: dense, 4 inputs, 4 outputs; 1 slice of 1 lane
  localparam int MiddleInputs = 4;
  localparam int MiddleInputWidth = 5;  // rnn1.h: sfix5_En5
  localparam int MiddleOutputs = 4;
  localparam int MiddleLanes = 1;
  localparam int MiddleSplit = 1;
  localparam int MiddleWWidth = 7;
  localparam int MiddleSumWidth = 13;
  localparam int MiddleTotalWidth = 20;
  localparam int MiddleShiftWidth = 3;
  localparam int MiddleBiasWidth = 19;
  localparam bit MiddleHasActivation = 1'b1;
  // middle.pre: sfix12_En9, floor, saturate; from fraction 13
  localparam logic [159:0] MiddlePre = {32'd0, 32'd0, 32'd1, 32'd12, 32'd4};
  localparam int MiddleTableLatency = 2;
  localparam int MiddleOutputWidth = 4;  // middle.out: sfix4_En6
  localparam bit MiddleEmitLast = 1'b0;

  // decoder: dense, 4 inputs, 2 outputs; 1 slice of 1 lane
  localparam int DecoderInputs = 4;
  localparam int DecoderInputWidth = 4;  // middle.out: sfix4_En6
  localparam int DecoderOutputs = 2;
  localparam int DecoderLanes = 1;
  localparam int DecoderSplit = 1;
  localparam int DecoderWWidth = 2;
  localparam int DecoderSumWidth = 7;
  localparam int DecoderTotalWidth = 18;
  localparam int DecoderShiftWidth = 2;
  localparam int DecoderBiasWidth = 18;
  localparam bit DecoderHasActivation = 1'b0;
  // decoder.out: sfix5_En10, nearest, saturate; from fraction 13
  localparam logic [159:0] DecoderPre = {32'd0, 32'd1, 32'd1, 32'd5, 32'd3};
  localparam int DecoderOutputWidth = 5;  // decoder.out: sfix5_En10
  localparam bit DecoderEmitLast = 1'b0;

  // Activation tables.
  // Sigmoid, sfix6_En3 to ufix4_En7: piecewise_linear, 3 segments
  localparam logic [479:0] Table0 = {
    32'd5, 32'd5, 32'd9, 32'd0, 32'd3, 32'd7, 32'd0, 32'd2, 32'd0, 32'd4, 32'd1, 32'd1, 32'd6, 32'd2,
    32'd0
  };
  // Sigmoid, sfix5_En4 to ufix10_En1: piecewise_linear, 1 segments
  localparam logic [479:0] Table1 = {
    32'd1, 32'd5, 32'd10, 32'd0, 32'd1, 32'd1, 32'd0, 32'd0, 32'd0, 32'd10, 32'd8, 32'd1, 32'd5, 32'd2,
    32'd0
  };
  // Sigmoid, sfix2_En6 to ufix3_En9: piecewise_linear, 1 segments
  localparam logic [479:0] Table2 = {
    32'd1, 32'd5, 32'd12, 32'd0, 32'd1, 32'd9, 32'd0, 32'd0, 32'd0, 32'd3, 32'd2, 32'd1, 32'd2, 32'd2,
    32'd0
  };
  // Tanh, sfix9_En1 to sfix7: piecewise_linear, 4 segments
  localparam logic [479:0] Table3 = {
    32'd3, 32'd7, 32'd8, 32'd0, 32'd4, 32'd0, 32'd1, 32'd2, 32'd1, 32'd7, 32'd6, 32'd1, 32'd9, 32'd1,
    32'd0
  };
  // Tanh, sfix4_En3 to sfix11: piecewise_linear, 2 segments
  localparam logic [479:0] Table4 = {
    32'd3, 32'd7, 32'd9, 32'd0, 32'd2, 32'd0, 32'd0, 32'd2, 32'd1, 32'd11, 32'd8, 32'd1, 32'd4, 32'd1,
    32'd0
  };
  // Sigmoid, sfix2_En3 to ufix10: piecewise_linear, 1 segments
  localparam logic [479:0] Table5 = {
    32'd1, 32'd5, 32'd9, 32'd0, 32'd1, 32'd0, 32'd0, 32'd0, 32'd0, 32'd10, 32'd8, 32'd1, 32'd2, 32'd2,
    32'd0
  };
  // Sigmoid, sfix12 to ufix9_En9: piecewise_linear, 4 segments
  localparam logic [479:0] Table6 = {
    32'd3, 32'd5, 32'd7, 32'd0, 32'd4, 32'd9, 32'd0, 32'd2, 32'd0, 32'd9, -32'd4, 32'd1, 32'd12, 32'd2,
    32'd0
  };
  // Sigmoid, sfix5_En4 to ufix9_En1: piecewise_linear, 1 segments
  localparam logic [479:0] Table7 = {
    32'd1, 32'd5, 32'd10, 32'd0, 32'd1, 32'd1, 32'd1, 32'd1, 32'd0, 32'd9, 32'd8, 32'd1, 32'd5, 32'd2,
    32'd0
  };
  // Tanh, sfix10_En1 to sfix12_En4: piecewise_linear, 4 segments
  localparam logic [479:0] Table8 = {
    32'd3, 32'd7, 32'd8, 32'd0, 32'd4, 32'd4, 32'd0, 32'd1, 32'd1, 32'd12, 32'd2, 32'd1, 32'd10, 32'd1,
    32'd0
  };
  // Tanh, sfix4_En7 to sfix2_En6: piecewise_linear, 1 segments
  localparam logic [479:0] Table9 = {
    32'd1, 32'd7, 32'd1, 32'd0, 32'd1, 32'd6, 32'd0, 32'd1, 32'd1, 32'd2, 32'd6, 32'd1, 32'd4, 32'd1,
    32'd0
  };
  // Relu, sfix12_En9 to sfix4_En6: rectifier
  localparam logic [479:0] Table10 = {
    32'd1, 32'd1, 32'd1, 32'd0, 32'd0, 32'd6, 32'd0, 32'd0, 32'd1, 32'd4, 32'd3, 32'd1, 32'd12, 32'd0,
    32'd2
  };
endpackage
