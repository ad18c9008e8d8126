// Walks through the words of a step: for each group of rows first the words of x, then those of the hidden
// state. One word a cycle, unless something is not ready yet.
module fg_schedule #(
  parameter int Groups = 1,       // of both passes
  parameter int FirstGroups = 1,  // of the first pass; equal to Groups: there is no second one
  parameter int XWords = 1,
  parameter int HiddenWords = 0,  // of a slice; 0: there is no hidden state
  parameter int Slices = 1,
  parameter int Lanes = 1,
  parameter int XWordWidth = (XWords > 1) ? $clog2(XWords) : 1,                            // derived
  parameter int HiddenWordWidth = (HiddenWords > 1) ? $clog2(HiddenWords) : 1,             // derived
  parameter int SliceWidth = (Slices > 1) ? $clog2(Slices) : 1,                            // derived
  parameter int WAddressWidth = (Groups * XWords > 1) ? $clog2(Groups * XWords) : 1,       // derived
  parameter int RWords = (HiddenWords > 0) ? Groups * HiddenWords * Slices : 1,            // derived
  parameter int RAddressWidth = (RWords > 1) ? $clog2(RWords) : 1                          // derived
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  // What is ready.
  input  logic                       start_ready_i,   // x is complete and its result has a place
  input  logic                       hidden_ready_i,  // the hidden state of the step before is complete
  input  logic                       second_ready_i,  // the operand of the second pass is complete
  // The word that is issued.
  output logic                       issue_o,
  output logic                       hidden_o,        // a word of the hidden state (or of the second pass's operand)
  output logic                       second_o,        // in the second pass
  output logic [XWordWidth-1:0]      x_word_o,
  output logic [SliceWidth-1:0]      slice_o,
  output logic [HiddenWordWidth-1:0] hidden_word_o,
  output logic [WAddressWidth-1:0]   w_address_o,
  output logic [RAddressWidth-1:0]   r_address_o,
  // Its place; all false without issue_o.
  output logic                       step_first_o,    // the first word of the step
  output logic                       step_last_o,     // the last word of the step
  output logic                       part_first_o,    // the first word of x or of the hidden state in a group
  output logic                       x_last_o,        // the last word of x in a group
  output logic                       x_release_o,     // the last word of x in the step
  output logic                       group_last_o,    // the last word of a group
  output logic                       pass_last_o      // the last word of the last group of a pass
);
  localparam int GroupWidth = (Groups > 1) ? $clog2(Groups) : 1;
  localparam int DrainWidth = (Lanes > 1) ? $clog2(Lanes) : 1;
  localparam logic [GroupWidth-1:0] LastGroup = GroupWidth'(Groups - 1);
  localparam logic [GroupWidth-1:0] LastFirstGroup = GroupWidth'(FirstGroups - 1);

  logic [GroupWidth-1:0] group_q;
  logic hidden_q, second_q;
  logic [XWordWidth-1:0] x_word_q;
  logic [SliceWidth-1:0] slice_q;
  logic [HiddenWordWidth-1:0] hidden_word_q;
  logic [WAddressWidth-1:0] w_address_q;
  logic [RAddressWidth-1:0] r_address_q;
  logic [DrainWidth-1:0] drain_q;  // cycles until the next group may end

  logic x_first, x_last, hidden_first, slice_last, hidden_last, group_last, step_first, step_last, held;

  assign x_first = !hidden_q && x_word_q == '0;
  assign x_last = !hidden_q && x_word_q == XWordWidth'(XWords - 1);
  assign hidden_first = hidden_q && hidden_word_q == '0 && slice_q == '0;
  assign slice_last = hidden_q && hidden_word_q == HiddenWordWidth'(HiddenWords - 1);
  assign hidden_last = slice_last && slice_q == SliceWidth'(Slices - 1);
  assign group_last = (HiddenWords > 0) ? hidden_last : x_last;
  assign step_first = x_first && group_q == '0;
  assign step_last = group_last && group_q == LastGroup;

  assign held = (step_first && !start_ready_i) ||
                (hidden_first && group_q == '0 && !hidden_ready_i) ||
                (hidden_first && FirstGroups < Groups && group_q == GroupWidth'(FirstGroups) && !second_ready_i) ||
                (group_last && drain_q != '0);

  assign issue_o = !held;
  assign hidden_o = hidden_q;
  assign second_o = second_q;
  assign x_word_o = x_word_q;
  assign slice_o = slice_q;
  assign hidden_word_o = hidden_word_q;
  assign w_address_o = w_address_q;
  assign r_address_o = r_address_q;
  assign step_first_o = !held && step_first;
  assign step_last_o = !held && step_last;
  assign part_first_o = !held && (x_first || hidden_first);
  assign x_last_o = !held && x_last;
  assign x_release_o = !held && x_last && group_q == LastGroup;
  assign group_last_o = !held && group_last;
  assign pass_last_o = !held && group_last && (group_q == LastGroup || group_q == LastFirstGroup);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      group_q <= '0;
      hidden_q <= 1'b0;
      second_q <= 1'b0;
      x_word_q <= '0;
      slice_q <= '0;
      hidden_word_q <= '0;
      w_address_q <= '0;
      r_address_q <= '0;
      drain_q <= '0;
    end else begin
      if (group_last_o) drain_q <= DrainWidth'(Lanes - 1);
      else if (drain_q != '0) drain_q <= drain_q - 1'b1;

      if (!held && !hidden_q) begin
        x_word_q <= x_last ? '0 : x_word_q + 1'b1;
        w_address_q <= x_release_o ? '0 : w_address_q + 1'b1;
      end
      if (!held && hidden_q) begin
        hidden_word_q <= slice_last ? '0 : hidden_word_q + 1'b1;
        if (slice_last) slice_q <= hidden_last ? '0 : slice_q + 1'b1;
        r_address_q <= step_last ? '0 : r_address_q + 1'b1;
      end
      if (x_last_o && HiddenWords > 0) hidden_q <= 1'b1;
      if (group_last_o) begin
        hidden_q <= 1'b0;
        group_q <= step_last ? '0 : group_q + 1'b1;
        second_q <= FirstGroups < Groups && !step_last && (second_q || group_q == LastFirstGroup);
      end
    end
  end
endmodule
