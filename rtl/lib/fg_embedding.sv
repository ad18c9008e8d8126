// The embedding layer: a token comes in, its row of the table goes out element by element. The first element comes
// three cycles after the token is taken; the next token is taken with the issue of the last element.
module fg_embedding #(
  parameter int Tokens = 4,
  parameter int TokenWidth = 2,
  parameter int Dimension = 4,
  parameter int WWidth = 8,
  parameter int ShiftWidth = 4,
  parameter logic [fg_pkg::SignalBits-1:0] Output = '0,
  parameter int OutputWidth = 8,
  parameter     WFile = "",
  parameter     ShiftFile = ""
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [TokenWidth-1:0]  data_i,
  input  logic                   valid_i,
  output logic                   ready_o,
  input  logic                   first_i,
  input  logic                   last_i,
  output logic [OutputWidth-1:0] data_o,
  output logic                   valid_o,
  input  logic                   ready_i,
  output logic                   first_o,
  output logic                   last_o
);
  localparam int AddressWidth = (Tokens * Dimension > 1) ? $clog2(Tokens * Dimension) : 1;
  localparam int TokenAddress = (Tokens > 1) ? $clog2(Tokens) : 1;
  localparam int ElementWidth = (Dimension > 1) ? $clog2(Dimension) : 1;
  // The largest shift makes a weight this wide.
  localparam int WideWidth = WWidth + (1 << ShiftWidth) - 1;

  // The pipeline moves as a whole, when its end is free.
  logic move;
  logic valid_1_q, valid_2_q, first_1_q, first_2_q, last_1_q, last_2_q;
  logic [ElementWidth-1:0] element_q;
  logic row_end;
  logic [AddressWidth-1:0] address, address_q;
  logic [TokenAddress-1:0] token, token_q;
  logic [WWidth-1:0] weight;
  logic [ShiftWidth-1:0] shift;
  logic signed [WideWidth-1:0] wide_q;
  logic signed [OutputWidth-1:0] value;

  assign move = !valid_o || ready_i;
  assign row_end = element_q == ElementWidth'(Dimension - 1);
  assign ready_o = move && row_end;

  // The memories read in every cycle: while the pipeline stands they read the same word again.
  assign token = move ? TokenAddress'(data_i) : token_q;
  assign address = move ? AddressWidth'(data_i) * AddressWidth'(Dimension) + AddressWidth'(element_q) : address_q;
  fg_rom #(
    .Width(WWidth),
    .Depth(Tokens * Dimension),
    .File(WFile)
  ) u_weights (
    .clk_i,
    .address_i(address),
    .word_o(weight)
  );
  fg_rom #(
    .Width(ShiftWidth),
    .Depth(Tokens),
    .File(ShiftFile)
  ) u_shifts (
    .clk_i,
    .address_i(token),
    .word_o(shift)
  );
  fg_requantise #(
    .InWidth(WideWidth),
    .Signal(Output),
    .OutWidth(OutputWidth)
  ) u_output (
    .value_i(wide_q),
    .value_o(value)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      element_q <= '0;
      valid_1_q <= 1'b0;
      valid_2_q <= 1'b0;
      valid_o <= 1'b0;
    end else if (move) begin
      if (valid_i) element_q <= row_end ? '0 : element_q + 1'b1;
      valid_1_q <= valid_i;
      valid_2_q <= valid_1_q;
      valid_o <= valid_2_q;
    end
  end
  always_ff @(posedge clk_i) begin
    token_q <= token;
    address_q <= address;
    if (move) begin
      {first_1_q, last_1_q} <= {first_i, last_i};
      {first_2_q, last_2_q} <= {first_1_q, last_1_q};
      {first_o, last_o} <= {first_2_q, last_2_q};
      wide_q <= WideWidth'($signed(weight)) <<< shift;
      data_o <= value;
    end
  end
endmodule
