module fg_vector_buffer_tb #(
  parameter int Count = 1,
  parameter int Width = 1,
  parameter int Split = 1,
  parameter int InCount = 1,
  parameter int OutCount = 1,
  parameter InFile = "",
  parameter OutFile = "",
  parameter int Idle = 0,
  parameter int Stall = 0,
  parameter int Cycles = -1,
  parameter int Seed = 1
);
  localparam int Words = (Count + Split - 1) / Split;
  localparam int WordWidth = (Words > 1) ? $clog2(Words) : 1;
  localparam int InWidth = Width + 2;
  localparam int OutWidth = Split * Width + 2;

  logic [InWidth-1:0] in_word;
  logic [OutWidth-1:0] out_word;
  logic clk, rst_n, in_valid, in_ready, out_valid, out_ready;
  logic [Width-1:0] data;
  logic [Split*Width-1:0] elements;
  logic in_first, in_last, full, first, last, step, shows;
  logic [1:0] flags_q;
  logic [WordWidth-1:0] word;

  assign {in_last, in_first, data} = in_word;

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

  // Reads word after word, whenever the stream it makes of them can move.
  logic [Split*Width-1:0] held, kept_q;
  logic fresh_q;
  assign step = full && (!shows || out_ready);
  assign out_valid = shows;
  assign out_word = {flags_q, held};
  assign held = fresh_q ? elements : kept_q;
  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      word <= '0;
      shows <= 1'b0;
      fresh_q <= 1'b0;
    end else begin
      fresh_q <= step;
      kept_q <= held;
      if (step) begin
        word <= (word == WordWidth'(Words - 1)) ? '0 : word + 1'b1;
        flags_q <= {last, first};
      end
      if (step) shows <= 1'b1;
      else if (out_ready) shows <= 1'b0;
    end
  end
  fg_vector_buffer #(
    .Count(Count),
    .Width(Width),
    .Split(Split)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .data_i(data),
    .valid_i(in_valid),
    .ready_o(in_ready),
    .first_i(in_first),
    .last_i(in_last),
    .full_o(full),
    .first_o(first),
    .last_o(last),
    .release_i(step && word == WordWidth'(Words - 1)),
    .word_i(word),
    .word_o(elements)
  );
endmodule
