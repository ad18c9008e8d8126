// Finds the last segment that starts at or below an address; one level of a binary search a cycle, latency
// $clog2(Entries). The address and a flag travel along.
module fg_segment_search #(
  parameter int Entries = 2,
  parameter int AddressWidth = 8,
  parameter int StartWidth = 8,
  parameter int WordWidth = 16,  // of the file's words; their lowest bits are the start
  parameter     File = "",
  parameter int IndexWidth = (Entries > 1) ? $clog2(Entries) : 1  // derived
) (
  input  logic                    clk_i,
  input  logic [AddressWidth-1:0] address_i,
  input  logic                    flag_i,
  output logic [AddressWidth-1:0] address_o,
  output logic                    flag_o,
  output logic [IndexWidth-1:0]   index_o
);
  localparam int Levels = $clog2(Entries);

  // What level k is given; [Levels] is the result.
  logic [AddressWidth*(Levels+1)-1:0] addresses;
  logic [IndexWidth*(Levels+1)-1:0]   indices;
  logic [Levels:0]                    flags;

  assign addresses[0+:AddressWidth] = address_i;
  assign indices[0+:IndexWidth] = '0;
  assign flags[0] = flag_i;

  for (genvar k = 0; k < Levels; k++) begin : gen_level
    fg_segment_step #(
      .Entries(Entries),
      .Bit(Levels - 1 - k),
      .AddressWidth(AddressWidth),
      .StartWidth(StartWidth),
      .WordWidth(WordWidth),
      .File(File),
      .IndexWidth(IndexWidth)
    ) u_step (
      .clk_i,
      .address_i(addresses[AddressWidth*k+:AddressWidth]),
      .flag_i(flags[k]),
      .index_i(indices[IndexWidth*k+:IndexWidth]),
      .address_o(addresses[AddressWidth*(k+1)+:AddressWidth]),
      .flag_o(flags[k+1]),
      .index_o(indices[IndexWidth*(k+1)+:IndexWidth])
    );
  end

  if (Levels == 0) begin : gen_no_level
    logic unused_clk;
    assign unused_clk = clk_i;
  end

  assign address_o = addresses[AddressWidth*Levels+:AddressWidth];
  assign index_o = indices[IndexWidth*Levels+:IndexWidth];
  assign flag_o = flags[Levels];
endmodule
