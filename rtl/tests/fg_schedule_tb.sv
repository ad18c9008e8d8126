module fg_schedule_tb #(
  parameter int Groups = 1,
  parameter int FirstGroups = 1,
  parameter int XWords = 1,
  parameter int HiddenWords = 0,
  parameter int Slices = 1,
  parameter int Lanes = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int XWordWidth = (XWords > 1) ? $clog2(XWords) : 1;
  localparam int HiddenWordWidth = (HiddenWords > 1) ? $clog2(HiddenWords) : 1;
  localparam int SliceWidth = (Slices > 1) ? $clog2(Slices) : 1;
  localparam int WAddressWidth = (Groups * XWords > 1) ? $clog2(Groups * XWords) : 1;
  localparam int RWords = (HiddenWords > 0) ? Groups * HiddenWords * Slices : 1;
  localparam int RAddressWidth = (RWords > 1) ? $clog2(RWords) : 1;
  localparam int OutWidth = 10 + XWordWidth + SliceWidth + HiddenWordWidth + WAddressWidth + RAddressWidth;

  logic [2:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic issue_o, hidden_o, second_o;
  logic [XWordWidth-1:0] x_word_o;
  logic [SliceWidth-1:0] slice_o;
  logic [HiddenWordWidth-1:0] hidden_word_o;
  logic [WAddressWidth-1:0] w_address_o;
  logic [RAddressWidth-1:0] r_address_o;
  logic step_first_o, step_last_o, part_first_o, x_last_o, x_release_o, group_last_o, pass_last_o;

  assign answer = {r_address_o, w_address_o, hidden_word_o, slice_o, x_word_o, pass_last_o, group_last_o,
                   x_release_o, x_last_o, part_first_o, step_last_o, step_first_o, second_o, hidden_o, issue_o};

  value_check #(
    .InWidth(3),
    .OutWidth(OutWidth),
    .Masked(1'b1),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_schedule #(
    .Groups(Groups),
    .FirstGroups(FirstGroups),
    .XWords(XWords),
    .HiddenWords(HiddenWords),
    .Slices(Slices),
    .Lanes(Lanes)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .start_ready_i(value[0]),
    .hidden_ready_i(value[1]),
    .second_ready_i(value[2]),
    .issue_o,
    .hidden_o,
    .second_o,
    .x_word_o,
    .slice_o,
    .hidden_word_o,
    .w_address_o,
    .r_address_o,
    .step_first_o,
    .step_last_o,
    .part_first_o,
    .x_last_o,
    .x_release_o,
    .group_last_o,
    .pass_last_o
  );
endmodule
