// The gates' pre-activations and activations, row by row. Rows of all gates come through every table; gates with
// the same formats and the same table share one (Class names the first of them).
module fg_gates #(
  parameter int Gates = 1,  // 1 to 4
  parameter int TotalWidth = 32,
  parameter int GateWidth = 8,
  parameter int Latency = 3,  // of the slowest table
  parameter logic [Gates*fg_pkg::SignalBits-1:0] Pre = '0,
  parameter logic [Gates*fg_pkg::TableBits-1:0] Tables = '0,
  parameter logic [Gates*32-1:0] Class = '0,
  parameter File0 = "",
  parameter File1 = "",
  parameter File2 = "",
  parameter File3 = ""
) (
  input  logic                         clk_i,
  input  logic signed [TotalWidth-1:0] total_i,
  output logic [Gates*GateWidth-1:0]   values_o  // by gate, 1 + Latency cycles later
);
  logic [Gates*GateWidth-1:0] own;

  for (genvar g = 0; g < Gates; g++) begin : gen_gate
    localparam int ClassOf = Class[g*32+:32];
    assign values_o[g*GateWidth+:GateWidth] = own[ClassOf*GateWidth+:GateWidth];
    if (ClassOf != g) begin : gen_shared
      logic unused_own;
      assign own[g*GateWidth+:GateWidth] = '0;
      assign unused_own = ^own[g*GateWidth+:GateWidth];
    end else begin : gen_own
      localparam logic [fg_pkg::SignalBits-1:0] Signal = Pre[g*fg_pkg::SignalBits+:fg_pkg::SignalBits];
      localparam logic [fg_pkg::TableBits-1:0] Table = Tables[g*fg_pkg::TableBits+:fg_pkg::TableBits];
      localparam int PreWidth = Signal[fg_pkg::SignalWidth+:32] + (Signal[fg_pkg::SignalSigned] ? 0 : 1);
      logic signed [PreWidth-1:0] pre, pre_q;
      logic signed [GateWidth-1:0] value;

      fg_requantise #(
        .InWidth(TotalWidth),
        .Signal(Signal),
        .OutWidth(PreWidth)
      ) u_pre (
        .value_i(total_i),
        .value_o(pre)
      );
      always_ff @(posedge clk_i) pre_q <= pre;

      if (g == 0) begin : gen_0
        fg_activation #(
          .Table(Table), .InWidth(PreWidth), .OutWidth(GateWidth), .Latency(Latency), .File(File0)
        ) u_table (.clk_i, .value_i(pre_q), .value_o(value));
      end else if (g == 1) begin : gen_1
        fg_activation #(
          .Table(Table), .InWidth(PreWidth), .OutWidth(GateWidth), .Latency(Latency), .File(File1)
        ) u_table (.clk_i, .value_i(pre_q), .value_o(value));
      end else if (g == 2) begin : gen_2
        fg_activation #(
          .Table(Table), .InWidth(PreWidth), .OutWidth(GateWidth), .Latency(Latency), .File(File2)
        ) u_table (.clk_i, .value_i(pre_q), .value_o(value));
      end else begin : gen_3
        fg_activation #(
          .Table(Table), .InWidth(PreWidth), .OutWidth(GateWidth), .Latency(Latency), .File(File3)
        ) u_table (.clk_i, .value_i(pre_q), .value_o(value));
      end
      assign own[g*GateWidth+:GateWidth] = value;
    end
  end
endmodule
