// The address of a table's input (docs/numerics.md, section 6), and whether the result is to be mirrored.
// Latency 1.
module fg_table_address #(
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int InWidth = 9,      // travelling width of the input
  parameter int AddressWidth = 8  // of the largest address; at least 1
) (
  input  logic                      clk_i,
  input  logic signed [InWidth-1:0] value_i,
  output logic [AddressWidth-1:0]   address_o,
  output logic                      mirror_o
);
  localparam int FormatWidth = Table[fg_pkg::TableInWidth+:32];
  localparam bit IsSigned = Table[fg_pkg::TableInSigned];

  logic [AddressWidth-1:0] address;
  logic mirror;

  if (Table[fg_pkg::TableSymmetry+:32] == fg_pkg::SymmetryNone) begin : gen_plain
    // q - smallest q: for a signed format its sign bit inverted.
    if (IsSigned) begin : gen_signed
      assign address = value_i[FormatWidth-1:0] ^ (FormatWidth'(1) << (FormatWidth - 1));
    end else begin : gen_unsigned
      assign address = value_i[FormatWidth-1:0];
    end
    assign mirror = 1'b0;
  end else begin : gen_symmetric
    localparam logic signed [FormatWidth-1:0] Lowest = FormatWidth'(1) << (FormatWidth - 1);
    logic signed [FormatWidth-1:0] value, magnitude;
    assign value = value_i[FormatWidth-1:0];
    // ~Lowest is the magnitude of its neighbour, which it is taken for.
    assign magnitude = !mirror ? value : (value == Lowest) ? ~value : -value;
    assign address = magnitude[AddressWidth-1:0];
    assign mirror = value[FormatWidth-1];
    logic unused_magnitude;
    assign unused_magnitude = ^magnitude;
  end

  logic unused_value;
  assign unused_value = ^value_i;

  always_ff @(posedge clk_i) begin
    address_o <= address;
    mirror_o <= mirror;
  end
endmodule
