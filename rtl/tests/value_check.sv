// Testbench part: gives a module one value a cycle and compares its answers, Latency cycles later. Prints
// PASS with the number of values compared, or FAIL with the first that differs.
module value_check #(
  parameter int InWidth = 8,
  parameter int OutWidth = 8,
  parameter int Latency = 0,
  parameter int Count = 1,
  parameter     Vectors = ""  // words of {answer, value}
) (
  output logic                clk_o,
  output logic [InWidth-1:0]  value_o,
  input  logic [OutWidth-1:0] value_i
);
  logic [OutWidth+InWidth-1:0] vectors[0:Count-1];
  logic [OutWidth-1:0] expected;
  int failures;

  initial begin
    $readmemh(Vectors, vectors);
    clk_o = 1'b0;
    failures = 0;
    for (int k = 0; k < Count + Latency; k++) begin
      if (k < Count) value_o = vectors[k][0+:InWidth];
      else value_o = 'x;
      #1;
      if (k >= Latency) begin
        expected = vectors[k-Latency][InWidth+:OutWidth];
        if (value_i !== expected) begin
          if (failures == 0)
            $display("FAIL %m: value %h gives %h, not %h", vectors[k-Latency][0+:InWidth], value_i, expected);
          failures++;
        end
      end
      #1 clk_o = 1'b1;
      #1 clk_o = 1'b0;
    end
    if (failures == 0) $display("PASS %m %0d", Count);
  end
endmodule
