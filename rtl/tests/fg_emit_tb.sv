module fg_emit_tb #(
  parameter int Units = 1,
  parameter int Slices = 1,
  parameter int Width = 1,
  parameter bit EmitLast = 1'b0,
  parameter int InCount = 1,
  parameter int OutCount = 1,
  parameter InFile = "",
  parameter OutFile = "",
  parameter int Idle = 0,
  parameter int Stall = 0,
  parameter int Cycles = -1,
  parameter int Seed = 1
);
  localparam int SliceUnits = (Units + Slices - 1) / Slices;
  localparam int UnitWidth = (SliceUnits > 1) ? $clog2(SliceUnits) : 1;
  localparam int InWidth = Slices * Width + 2;
  localparam int OutWidth = Width + 2;

  logic [InWidth-1:0] in_word;
  logic [OutWidth-1:0] out_word;
  logic clk, rst_n, in_valid, in_ready, out_valid, out_ready;
  logic [Slices*Width-1:0] elements;
  logic [Width-1:0] data;
  logic in_first, in_last, first, last, place, begun_q, begin_step, push;
  logic [UnitWidth-1:0] unit_q;

  assign {in_last, in_first, elements} = in_word;
  assign out_word = {last, first, data};

  stream_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .InCount(InCount),
    .OutCount(OutCount),
    .InFile(InFile),
    .OutFile(OutFile),
    .Idle(Idle),
    .Stall(Stall),
    .Cycles(Cycles),
    .Seed(Seed)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .word_o(in_word),
    .valid_o(in_valid),
    .ready_i(in_ready),
    .word_i(out_word),
    .valid_i(out_valid),
    .ready_o(out_ready)
  );

  // A step begins when there is a place; its units follow as they come.
  assign begin_step = in_valid && !begun_q && place;
  assign in_ready = begun_q;
  assign push = in_valid && begun_q;
  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      begun_q <= 1'b0;
      unit_q <= '0;
    end else begin
      if (begin_step) begun_q <= 1'b1;
      else if (push && unit_q == UnitWidth'(SliceUnits - 1)) begun_q <= 1'b0;
      if (push) unit_q <= (unit_q == UnitWidth'(SliceUnits - 1)) ? '0 : unit_q + 1'b1;
    end
  end
  fg_emit #(
    .Units(Units),
    .Slices(Slices),
    .Width(Width),
    .EmitLast(EmitLast)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .place_o(place),
    .begin_i(begin_step),
    .begin_last_i(in_last),
    .push_i(push),
    .unit_i(unit_q),
    .elements_i(elements),
    .first_i(in_first),
    .last_i(in_last),
    .data_o(data),
    .valid_o(out_valid),
    .ready_i(out_ready),
    .first_o(first),
    .last_o(last)
  );
endmodule
