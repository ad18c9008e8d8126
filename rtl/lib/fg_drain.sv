// Takes the finished sums of a group and hands them on row by row, one a cycle in every slice, while the lanes
// sum the next group. With SplitSums the sums of x come apart from those of the hidden state.
module fg_drain #(
  parameter int Slices = 1,
  parameter int Lanes = 4,      // of a slice
  parameter int SumWidth = 24,
  parameter int Rows = 4,       // of a step, in a slice
  parameter int FirstRows = 4,  // of its first pass; equal to Rows: there is no second one
  parameter bit SplitSums = 1'b1,
  parameter bit XHold = 1'b0,   // x's sums may be finished before the group before has left
  parameter int RowWidth = (Rows > 1) ? $clog2(Rows) : 1  // derived
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic                             x_done_i,      // the sums are those of x
  input  logic                             group_done_i,  // the sums are final
  input  logic                             pass_done_i,   // and those of the last group of a pass
  input  logic [Slices*Lanes*SumWidth-1:0] sums_i,
  output logic [RowWidth-1:0]              row_o,         // the row that leaves in the next cycle
  output logic                             valid_o,
  output logic [Slices*SumWidth-1:0]       x_sums_o,
  output logic [Slices*SumWidth-1:0]       hidden_sums_o
);
  localparam int CountWidth = $clog2(Lanes + 1);
  localparam int GroupWidth = Lanes * SumWidth;  // of the sums of a slice
  localparam int SecondRows = Rows - FirstRows;
  // Rows in the last group of each pass.
  localparam int FirstRest = FirstRows - ((FirstRows - 1) / Lanes) * Lanes;
  localparam int SecondRest = (SecondRows > 0) ? SecondRows - ((SecondRows - 1) / Lanes) * Lanes : FirstRest;

  logic [CountWidth-1:0] count_d, count_q;  // rows that have not left
  logic [RowWidth-1:0] row_q;
  logic second_q;
  logic [Slices*Lanes*SumWidth-1:0] hidden_sums_q;

  always_comb begin
    count_d = (count_q != '0) ? count_q - 1'b1 : '0;
    if (group_done_i) begin
      if (!pass_done_i) count_d = CountWidth'(Lanes);
      else count_d = second_q ? CountWidth'(SecondRest) : CountWidth'(FirstRest);
    end
  end
  assign valid_o = count_q != '0;
  assign row_o = row_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
      row_q <= '0;
      second_q <= 1'b0;
    end else begin
      count_q <= count_d;
      if (count_d != '0) row_q <= (row_q == RowWidth'(Rows - 1)) ? '0 : row_q + 1'b1;
      if (pass_done_i) second_q <= SecondRows > 0 && !second_q;
    end
  end

  // A slice's sums leave from its lowest lane; the others move down, behind a lane of zeros.
  for (genvar s = 0; s < Slices; s++) begin : gen_slice
    localparam int Low = s * GroupWidth;
    always_ff @(posedge clk_i) begin
      if (group_done_i) hidden_sums_q[Low+:GroupWidth] <= sums_i[Low+:GroupWidth];
      else
        hidden_sums_q[Low+:GroupWidth] <=
            GroupWidth'({{SumWidth{1'b0}}, hidden_sums_q[Low+:GroupWidth]} >> SumWidth);
    end
  end

  if (!SplitSums) begin : gen_total
    logic unused_x_done;
    assign unused_x_done = x_done_i;
    for (genvar s = 0; s < Slices; s++) begin : gen_head
      assign x_sums_o[s*SumWidth+:SumWidth] = hidden_sums_q[s*GroupWidth+:SumWidth];
    end
    assign hidden_sums_o = '0;
  end else begin : gen_split
    logic [Slices*Lanes*SumWidth-1:0] x_sums_d, x_sums_q;
    logic x_load;
    if (XHold) begin : gen_hold
      logic [Slices*Lanes*SumWidth-1:0] held_q;
      always_ff @(posedge clk_i) if (x_done_i) held_q <= sums_i;
      assign x_load = group_done_i;
      assign x_sums_d = held_q;
    end else begin : gen_direct
      assign x_load = x_done_i;
      assign x_sums_d = sums_i;
    end
    for (genvar s = 0; s < Slices; s++) begin : gen_parts
      localparam int Low = s * GroupWidth;
      always_ff @(posedge clk_i) begin
        if (x_load) x_sums_q[Low+:GroupWidth] <= x_sums_d[Low+:GroupWidth];
        else if (valid_o)
          x_sums_q[Low+:GroupWidth] <= GroupWidth'({{SumWidth{1'b0}}, x_sums_q[Low+:GroupWidth]} >> SumWidth);
      end
      assign x_sums_o[s*SumWidth+:SumWidth] = x_sums_q[Low+:SumWidth];
      assign hidden_sums_o[s*SumWidth+:SumWidth] = hidden_sums_q[Low+:SumWidth];
    end
  end
endmodule
