// The activation function that a table's descriptor tells, made as late as the slowest of its neighbours.
module fg_activation #(
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int InWidth = 9,   // travelling width of the input
  parameter int OutWidth = 9,  // at least the output's travelling width
  parameter int Latency = 4,   // at least the table's own
  parameter     File = ""
) (
  input  logic                       clk_i,
  input  logic signed [InWidth-1:0]  value_i,
  output logic signed [OutWidth-1:0] value_o
);
  localparam int Kind = Table[fg_pkg::TableKind+:32];
  localparam int OwnLatency = (Kind == fg_pkg::TableLinear) ? $clog2(Table[fg_pkg::TableEntries+:32]) + 4
                            : (Kind == fg_pkg::TableLookup) ? 3 : 2;

  logic [InWidth-1:0] delayed;
  fg_delay #(
    .Width(InWidth),
    .Depth(Latency - OwnLatency)
  ) u_delay (
    .clk_i,
    .value_i(value_i),  // by name: the delay's port is unsigned
    .value_o(delayed)
  );

  if (Kind == fg_pkg::TableLinear) begin : gen_linear
    fg_table_linear #(
      .Table(Table),
      .InWidth(InWidth),
      .OutWidth(OutWidth),
      .File(File)
    ) u_table (
      .clk_i,
      .value_i(delayed),
      .value_o
    );
  end else if (Kind == fg_pkg::TableLookup) begin : gen_lookup
    fg_table_lookup #(
      .Table(Table),
      .InWidth(InWidth),
      .OutWidth(OutWidth),
      .File(File)
    ) u_table (
      .clk_i,
      .value_i(delayed),
      .value_o
    );
  end else begin : gen_rectifier
    fg_rectifier #(
      .Table(Table),
      .InWidth(InWidth),
      .OutWidth(OutWidth)
    ) u_table (
      .clk_i,
      .value_i(delayed),
      .value_o
    );
  end
endmodule
