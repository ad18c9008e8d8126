// The accelerator's output stream: one element a beat, its sign extended to whole bytes. tlast marks the last
// element of a sequence's last vector.
module fg_output #(
  parameter int Count = 4,  // elements of a vector
  parameter int Width = 8,
  parameter int TDataWidth = 8
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic [Width-1:0]      data_i,
  input  logic                  valid_i,
  output logic                  ready_o,
  input  logic                  last_i,
  output logic [TDataWidth-1:0] m_axis_tdata,
  output logic                  m_axis_tvalid,
  input  logic                  m_axis_tready,
  output logic                  m_axis_tlast
);
  localparam int CountWidth = (Count > 1) ? $clog2(Count) : 1;

  logic [CountWidth-1:0] element_q;
  logic vector_end;

  assign vector_end = element_q == CountWidth'(Count - 1);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) element_q <= '0;
    else if (valid_i && m_axis_tready) element_q <= vector_end ? '0 : element_q + 1'b1;
  end

  assign m_axis_tdata = TDataWidth'($signed(data_i));
  assign m_axis_tvalid = valid_i;
  assign m_axis_tlast = last_i && vector_end;
  assign ready_o = m_axis_tready;
  if (Width > TDataWidth) begin : gen_unused
    // The sign bit of an unsigned value.
    logic unused_bits;
    assign unused_bits = ^data_i[Width-1:TDataWidth];
  end
endmodule
