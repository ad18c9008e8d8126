module fg_output_tb #(
  parameter int Count = 1,
  parameter int Width = 1,
  parameter int TDataWidth = 8,
  parameter int InCount = 1,
  parameter int OutCount = 1,
  parameter InFile = "",
  parameter OutFile = "",
  parameter int Idle = 0,
  parameter int Stall = 0,
  parameter int Cycles = -1,
  parameter int Seed = 1
);
  localparam int InWidth = Width + 1;
  localparam int OutWidth = TDataWidth + 1;

  logic [InWidth-1:0] in_word;
  logic [OutWidth-1:0] out_word;
  logic clk, rst_n, in_valid, in_ready, out_valid, out_ready;
  logic [Width-1:0] data;
  logic [TDataWidth-1:0] tdata;
  logic last, tlast;

  assign {last, data} = in_word;
  assign out_word = {tlast, tdata};

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
  fg_output #(
    .Count(Count),
    .Width(Width),
    .TDataWidth(TDataWidth)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .data_i(data),
    .valid_i(in_valid),
    .ready_o(in_ready),
    .last_i(last),
    .m_axis_tdata(tdata),
    .m_axis_tvalid(out_valid),
    .m_axis_tready(out_ready),
    .m_axis_tlast(tlast)
  );
endmodule
