// Hands on the vectors that the slices' element-wise units finish, element by element, slice after slice. There
// is room for two vectors; a step reserves its place when it begins.
module fg_emit #(
  parameter int Units = 4,         // elements of a vector
  parameter int Slices = 1,
  parameter int Width = 8,
  parameter bit EmitLast = 1'b0,   // hand on the vector of a sequence's last step alone
  parameter int SliceUnits = (Units + Slices - 1) / Slices,            // derived
  parameter int UnitWidth = (SliceUnits > 1) ? $clog2(SliceUnits) : 1  // derived
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  // A step begins.
  output logic                    place_o,
  input  logic                    begin_i,
  input  logic                    begin_last_i,
  // A unit of every slice.
  input  logic                    push_i,
  input  logic [UnitWidth-1:0]    unit_i,
  input  logic [Slices*Width-1:0] elements_i,
  input  logic                    first_i,
  input  logic                    last_i,
  // The elements.
  output logic [Width-1:0]        data_o,
  output logic                    valid_o,
  input  logic                    ready_i,
  output logic                    first_o,
  output logic                    last_o
);
  localparam int SliceWidth = (Slices > 1) ? $clog2(Slices) : 1;
  localparam int LastUnits = Units - (Slices - 1) * SliceUnits;  // units of the last slice

  logic [1:0] places_q;  // vectors that are under way or wait
  logic [SliceWidth-1:0] slice_q;
  logic [UnitWidth-1:0] unit_q;
  logic take, slice_done, vector_done, begin_emitting;
  logic [Slices-1:0] valids;
  logic [Slices*(Width+2)-1:0] words;
  logic [Width+1:0] word;

  assign place_o = places_q != 2'd2;
  assign begin_emitting = begin_i && (begin_last_i || !EmitLast);
  assign take = valid_o && ready_i;
  assign slice_done = unit_q == UnitWidth'(SliceUnits - 1) || vector_done;
  assign vector_done = slice_q == SliceWidth'(Slices - 1) && unit_q == UnitWidth'(LastUnits - 1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      places_q <= '0;
      slice_q <= '0;
      unit_q <= '0;
    end else begin
      places_q <= places_q + 2'(begin_emitting) - 2'(take && vector_done);
      if (take) begin
        unit_q <= slice_done ? '0 : unit_q + 1'b1;
        if (slice_done) slice_q <= vector_done ? '0 : slice_q + 1'b1;
      end
    end
  end

  for (genvar s = 0; s < Slices; s++) begin : gen_slice
    localparam int Count = (s == Slices - 1) ? LastUnits : SliceUnits;
    logic take_slice;
    assign take_slice = take && slice_q == SliceWidth'(s);
    fg_fifo #(
      .Width(Width + 2),
      .Depth(2 * Count)
    ) u_fifo (
      .clk_i,
      .rst_ni,
      .push_i(push_i && (last_i || !EmitLast) && 32'(unit_i) < Count),
      .data_i({last_i, first_i, elements_i[s*Width+:Width]}),
      .valid_o(valids[s]),
      .data_o(words[s*(Width+2)+:Width+2]),
      .pop_i(take_slice)
    );
  end

  assign word = words[slice_q*(Width+2)+:Width+2];
  assign valid_o = valids[slice_q];
  assign data_o = word[Width-1:0];
  assign first_o = word[Width];
  assign last_o = word[Width+1];
endmodule
