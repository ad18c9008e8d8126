// Testbench part: gives a module one value a cycle, from the first cycle after reset on, and compares its answers,
// Latency cycles later. Prints PASS with the number of values compared, or FAIL with the first that differs.
module value_check #(
  parameter int InWidth = 8,
  parameter int OutWidth = 8,
  parameter int Latency = 0,
  parameter bit Masked = 1'b0,  // words say which bits of the answer count
  parameter int Count = 1,
  parameter     Vectors = ""    // words of {answer, value} or {mask, answer, value}
) (
  output logic                clk_o,
  output logic                rst_no,
  output logic [InWidth-1:0]  value_o,
  input  logic [OutWidth-1:0] value_i
);
  localparam int WordWidth = InWidth + (Masked ? 2 : 1) * OutWidth;

  logic [WordWidth-1:0] vectors[0:Count-1];
  logic [OutWidth-1:0] expected, mask;
  int failures;

  task automatic compare(input int k);
    expected = vectors[k][InWidth+:OutWidth];
    mask = Masked ? vectors[k][WordWidth-1-:OutWidth] : '1;
    if ((value_i & mask) !== (expected & mask)) begin
      if (failures == 0)
        $display("FAIL %m: value %0d, %h, gives %h, not %h (of the bits %h)", k, vectors[k][0+:InWidth], value_i,
                 expected, mask);
      failures++;
    end
  endtask

  task automatic tick;
    #1 clk_o = 1'b1;
    #1 clk_o = 1'b0;
  endtask

  initial begin
    $readmemh(Vectors, vectors);
    clk_o = 1'b0;
    failures = 0;
    value_o = '0;
    rst_no = 1'b1;
    #1 rst_no = 1'b0;
    tick();
    rst_no = 1'b1;
    for (int k = 0; k < Count + Latency; k++) begin
      if (k < Count) value_o = vectors[k][0+:InWidth];
      else value_o = 'x;
      #1;
      if (k >= Latency) compare(k - Latency);
      tick();
    end
    if (failures == 0) $display("PASS %m %0d", Count);
  end
endmodule
