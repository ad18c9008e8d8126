// The matrix-vector unit of a layer: for each step the totals of all rows, group after group, from the input
// vector x and the hidden state (docs/hardware.md). Row r of a group leaves 7 + r cycles after the issue of the
// group's last word.
module fg_matvec #(
  parameter int Inputs = 4,
  parameter int InputWidth = 8,
  parameter int Units = 0,            // hidden units; 0: a dense layer
  parameter int HiddenWidth = 1,
  parameter int SecondWidth = 1,      // of the second pass's operand
  parameter int Slices = 1,
  parameter int Lanes = 4,            // of a slice
  parameter int Split = 1,
  parameter int Rows = 4,             // of a step, in a slice, both passes
  parameter int FirstRows = 4,        // of the first pass; equal to Rows: there is no second one
  parameter int WWidth = 8,           // of a stored weight; ternary: 2
  parameter int WEncoding = 0,        // fg_pkg::Encoding...
  parameter int RWidth = 8,
  parameter int REncoding = 0,
  parameter int SumWidth = 24,
  parameter int TotalWidth = 32,
  parameter int ShiftWidth = 4,
  parameter int BiasWidth = 16,
  parameter int HiddenBiasWidth = 0,
  parameter bit InitialHidden = 1'b0,
  parameter     WFile = "",
  parameter     RFile = "",
  parameter     RowFile = "",
  parameter     InitialHiddenFile = "",
  parameter int SliceUnits = (Units > 0) ? (Units + Slices - 1) / Slices : 1,  // derived
  parameter int UnitWidth = (SliceUnits > 1) ? $clog2(SliceUnits) : 1          // derived
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  // x, element by element.
  input  logic [InputWidth-1:0]         data_i,
  input  logic                          valid_i,
  output logic                          ready_o,
  input  logic                          first_i,
  input  logic                          last_i,
  // A step begins when there is a place for its result.
  input  logic                          place_i,
  output logic                          begin_o,
  output logic                          begin_last_o,  // it is the last of its sequence
  // One row of each slice.
  output logic                          row_valid_o,
  output logic                          row_first_o,   // of the first step of a sequence: states start anew
  output logic                          row_last_o,    // of the last step of a sequence
  output logic [Slices*TotalWidth-1:0]  totals_o,
  output logic [Slices*TotalWidth-1:0]  x_totals_o,
  output logic [Slices*TotalWidth-1:0]  hidden_totals_o,
  // The new hidden state, a unit of each slice at a time.
  input  logic                          hidden_valid_i,
  input  logic [UnitWidth-1:0]          hidden_unit_i,
  input  logic [Slices*HiddenWidth-1:0] hidden_i,
  // The second pass's operand, likewise.
  input  logic                          second_valid_i,
  input  logic [UnitWidth-1:0]          second_unit_i,
  input  logic [Slices*SecondWidth-1:0] second_i
);
  localparam bit Recurrent = Units > 0;
  localparam bit SecondPass = FirstRows < Rows;
  localparam int XWords = (Inputs + Split - 1) / Split;
  localparam int HiddenWords = Recurrent ? (SliceUnits + Split - 1) / Split : 0;  // of a slice
  localparam int FirstGroups = (FirstRows + Lanes - 1) / Lanes;
  localparam int Groups = FirstGroups + (SecondPass ? (Rows - FirstRows + Lanes - 1) / Lanes : 0);
  localparam int AllLanes = Slices * Lanes;

  localparam int XWordWidth = (XWords > 1) ? $clog2(XWords) : 1;
  localparam int HiddenWordWidth = (HiddenWords > 1) ? $clog2(HiddenWords) : 1;
  localparam int SliceWidth = (Slices > 1) ? $clog2(Slices) : 1;
  localparam int WAddressWidth = (Groups * XWords > 1) ? $clog2(Groups * XWords) : 1;
  localparam int RWords = Recurrent ? Groups * HiddenWords * Slices : 1;
  localparam int RAddressWidth = (RWords > 1) ? $clog2(RWords) : 1;
  localparam int RowWidth = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int RowWordWidth = 2 * ShiftWidth + BiasWidth + HiddenBiasWidth;

  // Lanes multiply, unless all weights let them choose a sign or shift.
  localparam bit WShifts = WEncoding == fg_pkg::EncodingPowerOfTwo;
  localparam bit RShifts = Recurrent && REncoding == fg_pkg::EncodingPowerOfTwo;
  localparam bit WSelects = WEncoding == fg_pkg::EncodingTernary || WEncoding == fg_pkg::EncodingBinary;
  localparam bit RSelects = REncoding == fg_pkg::EncodingTernary || REncoding == fg_pkg::EncodingBinary;
  localparam int Product = (WSelects && (RSelects || !Recurrent)) ? fg_pkg::ProductSelect :
                           (WShifts && (RShifts || !Recurrent)) ? fg_pkg::ProductShift : fg_pkg::ProductMultiply;
  localparam bit KeepCode = Product == fg_pkg::ProductShift;
  // Of a weight, or of a code, as the lanes take it.
  localparam int WValueWidth = WSelects ? 2 : (WShifts && !KeepCode) ? 1 << (WWidth - 1) : WWidth;
  localparam int RValueWidth = RSelects ? 2 : (RShifts && !KeepCode) ? 1 << (RWidth - 1) : RWidth;
  localparam int WeightWidth = (Recurrent && RValueWidth > WValueWidth) ? RValueWidth : WValueWidth;
  // Of a memory's word.
  localparam int WeightCount = AllLanes * Split;
  localparam int TernaryWidth = (WeightCount + 4) / 5 * 8;
  localparam int WWordWidth = (WEncoding == fg_pkg::EncodingTernary) ? TernaryWidth : WeightCount * WWidth;
  localparam int RWordWidth = (REncoding == fg_pkg::EncodingTernary) ? TernaryWidth : WeightCount * RWidth;
  localparam int StateWidth = (SecondPass && SecondWidth > HiddenWidth) ? SecondWidth : HiddenWidth;
  localparam int OperandWidth = (Recurrent && StateWidth > InputWidth) ? StateWidth : InputWidth;

  // Cycle 0: issue.
  logic issue, hidden, second, step_first, step_last, part_first, x_last, x_release, group_last, pass_last;
  logic [XWordWidth-1:0] x_word;
  logic [SliceWidth-1:0] slice;
  logic [HiddenWordWidth-1:0] hidden_word;
  logic [WAddressWidth-1:0] w_address;
  logic [RAddressWidth-1:0] r_address;
  logic vector_full, vector_first, vector_last;
  logic hidden_pending_q, second_ready_q;

  fg_schedule #(
    .Groups(Groups),
    .FirstGroups(FirstGroups),
    .XWords(XWords),
    .HiddenWords(HiddenWords),
    .Slices(Slices),
    .Lanes(Lanes)
  ) u_schedule (
    .clk_i,
    .rst_ni,
    .start_ready_i(vector_full && place_i),
    .hidden_ready_i(!hidden_pending_q),
    .second_ready_i(second_ready_q),
    .issue_o(issue),
    .hidden_o(hidden),
    .second_o(second),
    .x_word_o(x_word),
    .slice_o(slice),
    .hidden_word_o(hidden_word),
    .w_address_o(w_address),
    .r_address_o(r_address),
    .step_first_o(step_first),
    .step_last_o(step_last),
    .part_first_o(part_first),
    .x_last_o(x_last),
    .x_release_o(x_release),
    .group_last_o(group_last),
    .pass_last_o(pass_last)
  );

  // x is released before its step ends: the step keeps its flags.
  logic step_clear, step_final, step_clear_q, step_final_q;
  assign step_clear = step_first ? vector_first : step_clear_q;
  assign step_final = step_first ? vector_last : step_final_q;
  always_ff @(posedge clk_i) begin
    step_clear_q <= step_clear;
    step_final_q <= step_final;
  end
  assign begin_o = step_first;
  assign begin_last_o = vector_last;

  // Cycle 1: the memories' words.
  logic [Split*InputWidth-1:0] x_elements;
  logic [WWordWidth-1:0] w_word;
  logic hidden_q;
  logic [WeightCount*WeightWidth-1:0] w_weights, weights;
  logic [Split*OperandWidth-1:0] operand;
  always_ff @(posedge clk_i) hidden_q <= hidden;

  fg_vector_buffer #(
    .Count(Inputs),
    .Width(InputWidth),
    .Split(Split)
  ) u_x (
    .clk_i,
    .rst_ni,
    .data_i,
    .valid_i,
    .ready_o,
    .first_i,
    .last_i,
    .full_o(vector_full),
    .first_o(vector_first),
    .last_o(vector_last),
    .release_i(x_release),
    .word_i(x_word),
    .word_o(x_elements)
  );

  fg_rom #(
    .Width(WWordWidth),
    .Depth(Groups * XWords),
    .File(WFile)
  ) u_w (
    .clk_i,
    .address_i(w_address),
    .word_o(w_word)
  );
  fg_weights #(
    .Count(WeightCount),
    .Encoding(WEncoding),
    .StoredWidth(WWidth),
    .KeepCode(KeepCode),
    .WeightWidth(WeightWidth)
  ) u_w_weights (
    .word_i(w_word),
    .weights_o(w_weights)
  );

  if (Recurrent) begin : gen_recurrent
    logic [RWordWidth-1:0] r_word;
    logic [WeightCount*WeightWidth-1:0] r_weights;
    logic [Split*HiddenWidth-1:0] stored, elements;
    logic clear_q, write_half_q, read_half_q, hidden_done;

    fg_rom #(
      .Width(RWordWidth),
      .Depth(RWords),
      .File(RFile)
    ) u_r (
      .clk_i,
      .address_i(r_address),
      .word_o(r_word)
    );
    fg_weights #(
      .Count(WeightCount),
      .Encoding(REncoding),
      .StoredWidth(RWidth),
      .KeepCode(KeepCode),
      .WeightWidth(WeightWidth)
    ) u_r_weights (
      .word_i(r_word),
      .weights_o(r_weights)
    );

    // The state of the step before is read while the new one is written.
    assign hidden_done = hidden_valid_i && hidden_unit_i == UnitWidth'(SliceUnits - 1);
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        hidden_pending_q <= 1'b0;
        write_half_q <= 1'b0;
        read_half_q <= 1'b1;
      end else begin
        if (step_last) hidden_pending_q <= 1'b1;
        else if (hidden_done) hidden_pending_q <= 1'b0;
        if (hidden_done) write_half_q <= !write_half_q;
        if (step_last) read_half_q <= !read_half_q;
      end
    end
    always_ff @(posedge clk_i) clear_q <= step_clear;

    fg_state_store #(
      .Units(Units),
      .Slices(Slices),
      .Width(HiddenWidth),
      .Split(Split),
      .Halves(2)
    ) u_hidden (
      .clk_i,
      .write_i(hidden_valid_i),
      .write_half_i(write_half_q),
      .unit_i(hidden_unit_i),
      .data_i(hidden_i),
      .read_half_i(read_half_q),
      .slice_i(slice),
      .word_i(hidden_word),
      .word_o(stored)
    );

    if (InitialHidden) begin : gen_initial
      localparam int InitialWords = HiddenWords * Slices;
      localparam int InitialWidth = (InitialWords > 1) ? $clog2(InitialWords) : 1;
      logic [Split*HiddenWidth-1:0] initial_elements;
      fg_rom #(
        .Width(Split * HiddenWidth),
        .Depth(InitialWords),
        .File(InitialHiddenFile)
      ) u_initial (
        .clk_i,
        .address_i(InitialWidth'(32'(slice) * HiddenWords + 32'(hidden_word))),
        .word_o(initial_elements)
      );
      assign elements = clear_q ? initial_elements : stored;
    end else begin : gen_zero
      assign elements = clear_q ? '0 : stored;
    end

    if (SecondPass) begin : gen_second
      logic [Split*SecondWidth-1:0] second_elements;
      logic second_q;
      always_ff @(posedge clk_i) second_q <= second;
      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) second_ready_q <= 1'b0;
        else if (step_first) second_ready_q <= 1'b0;
        else if (second_valid_i && second_unit_i == UnitWidth'(SliceUnits - 1)) second_ready_q <= 1'b1;
      end
      fg_state_store #(
        .Units(Units),
        .Slices(Slices),
        .Width(SecondWidth),
        .Split(Split),
        .Halves(1)
      ) u_second (
        .clk_i,
        .write_i(second_valid_i),
        .write_half_i(1'b0),
        .unit_i(second_unit_i),
        .data_i(second_i),
        .read_half_i(1'b0),
        .slice_i(slice),
        .word_i(hidden_word),
        .word_o(second_elements)
      );
      for (genvar p = 0; p < Split; p++) begin : gen_operand
        assign operand[p*OperandWidth+:OperandWidth] =
            !hidden_q ? OperandWidth'($signed(x_elements[p*InputWidth+:InputWidth])) :
            second_q ? OperandWidth'($signed(second_elements[p*SecondWidth+:SecondWidth])) :
            OperandWidth'($signed(elements[p*HiddenWidth+:HiddenWidth]));
      end
    end else begin : gen_one_pass
      logic unused_second;
      assign unused_second = &{second, second_valid_i, second_unit_i, second_i};
      assign second_ready_q = 1'b1;
      for (genvar p = 0; p < Split; p++) begin : gen_operand
        assign operand[p*OperandWidth+:OperandWidth] =
            hidden_q ? OperandWidth'($signed(elements[p*HiddenWidth+:HiddenWidth])) :
            OperandWidth'($signed(x_elements[p*InputWidth+:InputWidth]));
      end
    end

    assign weights = hidden_q ? r_weights : w_weights;
  end else begin : gen_dense
    logic unused_hidden;
    assign unused_hidden = &{hidden, hidden_q, second, slice, hidden_word, r_address, step_last, hidden_valid_i,
                             hidden_unit_i, hidden_i, second_valid_i, second_unit_i, second_i};
    assign hidden_pending_q = 1'b0;
    assign second_ready_q = 1'b1;
    assign operand = x_elements;
    assign weights = w_weights;
  end

  // Cycles 1 to 3: products and sums.
  logic valid_1, part_first_1;
  logic [AllLanes*SumWidth-1:0] sums;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_1 <= 1'b0;
    else valid_1 <= issue;
  end
  always_ff @(posedge clk_i) part_first_1 <= part_first;

  fg_mac_lanes #(
    .Lanes(AllLanes),
    .Split(Split),
    .Product(Product),
    .WeightWidth(WeightWidth),
    .OperandWidth(OperandWidth),
    .SumWidth(SumWidth)
  ) u_lanes (
    .clk_i,
    .rst_ni,
    .valid_i(valid_1),
    .first_i(part_first_1),
    .weights_i(weights),
    .operand_i(operand),
    .sums_o(sums)
  );

  // Cycle 4: the finished sums leave the lanes.
  logic x_done, group_done, pass_done, drain_valid, clear_4, final_4, clear_5, final_5;
  logic [RowWidth-1:0] row;
  logic [Slices*SumWidth-1:0] x_sums, hidden_sums;
  fg_delay_valid #(.Depth(4)) u_x_done (.clk_i, .rst_ni, .valid_i(x_last), .valid_o(x_done));
  fg_delay_valid #(.Depth(4)) u_group_done (.clk_i, .rst_ni, .valid_i(group_last), .valid_o(group_done));
  fg_delay_valid #(.Depth(4)) u_pass_done (.clk_i, .rst_ni, .valid_i(pass_last), .valid_o(pass_done));
  fg_delay #(.Width(2), .Depth(4)) u_flags (
    .clk_i, .value_i({step_clear, step_final}), .value_o({clear_4, final_4})
  );
  always_ff @(posedge clk_i) if (group_done) {clear_5, final_5} <= {clear_4, final_4};

  fg_drain #(
    .Slices(Slices),
    .Lanes(Lanes),
    .SumWidth(SumWidth),
    .Rows(Rows),
    .FirstRows(FirstRows),
    .SplitSums(Recurrent),
    .XHold(XWords < Lanes)
  ) u_drain (
    .clk_i,
    .rst_ni,
    .x_done_i(x_done),
    .group_done_i(group_done),
    .pass_done_i(pass_done),
    .sums_i(sums),
    .row_o(row),
    .valid_o(drain_valid),
    .x_sums_o(x_sums),
    .hidden_sums_o(hidden_sums)
  );

  // Cycles 5 and 6: binary points and biases.
  logic [Slices*RowWordWidth-1:0] row_words;
  fg_rom #(
    .Width(Slices * RowWordWidth),
    .Depth(Rows),
    .File(RowFile)
  ) u_rows (
    .clk_i,
    .address_i(row),
    .word_o(row_words)
  );
  for (genvar s = 0; s < Slices; s++) begin : gen_row_sum
    fg_row_sum #(
      .SumWidth(SumWidth),
      .TotalWidth(TotalWidth),
      .ShiftWidth(ShiftWidth),
      .BiasWidth(BiasWidth),
      .HiddenBiasWidth(HiddenBiasWidth)
    ) u_row_sum (
      .clk_i,
      .word_i(row_words[s*RowWordWidth+:RowWordWidth]),
      .x_sum_i(x_sums[s*SumWidth+:SumWidth]),
      .hidden_sum_i(hidden_sums[s*SumWidth+:SumWidth]),
      .total_o(totals_o[s*TotalWidth+:TotalWidth]),
      .x_total_o(x_totals_o[s*TotalWidth+:TotalWidth]),
      .hidden_total_o(hidden_totals_o[s*TotalWidth+:TotalWidth])
    );
  end
  fg_delay_valid #(.Depth(2)) u_row_valid (.clk_i, .rst_ni, .valid_i(drain_valid), .valid_o(row_valid_o));
  fg_delay #(.Width(2), .Depth(2)) u_row_flags (
    .clk_i, .value_i({clear_5, final_5}), .value_o({row_first_o, row_last_o})
  );
endmodule
