// Testbench part: sends a stream into a module, with random idle cycles, takes another one from it, with random
// stalls, and compares. Prints PASS with the number of words compared, or FAIL with the first thing wrong.
module stream_check #(
  parameter int InWidth = 8,
  parameter int OutWidth = 8,
  parameter int InCount = 1,
  parameter int OutCount = 1,
  parameter     InFile = "",
  parameter     OutFile = "",
  parameter int Idle = 0,    // percent of the cycles in which nothing is offered
  parameter int Stall = 0,   // percent of the cycles in which nothing is taken
  parameter int Cycles = -1, // from the first word in to the last word out; -1: not looked at
  parameter int Seed = 1
) (
  output logic                clk_o,
  output logic                rst_no,
  // Into the module.
  output logic [InWidth-1:0]  word_o,
  output logic                valid_o,
  input  logic                ready_i,
  // From the module.
  input  logic [OutWidth-1:0] word_i,
  input  logic                valid_i,
  output logic                ready_o
);
  localparam int Patience = 5000;  // cycles without a word before we give up
  localparam int After = 60;       // cycles in which nothing more may come

  logic [InWidth-1:0] sent[0:InCount-1];
  logic [OutWidth-1:0] expected[0:OutCount-1];
  int offered, taken, cycle, first_cycle, last_cycle, quiet, random_state;
  logic failed, waits, accepted;
  logic [OutWidth-1:0] waiting;

  function automatic logic chance(input int percent);
    chance = ($unsigned($random(random_state)) % 100) < percent;
  endfunction

  task automatic fail(input [60*8-1:0] what);
    if (!failed) $display("FAIL %m: cycle %0d, word %0d: %0s", cycle, taken, what);
    failed = 1'b1;
  endtask

  // What happened in a cycle, just before it ends.
  task automatic observe;
    if (waits && (!valid_i || word_i !== waiting)) fail("a word was withdrawn");
    waits = valid_i && !ready_o;
    waiting = word_i;
    if (valid_i === 1'bx || ready_i === 1'bx) fail("valid or ready is unknown");
    if (valid_o && ready_i) begin
      if (offered == 0) first_cycle = cycle;
      offered++;
      quiet = 0;
    end
    if (valid_i && ready_o) begin
      if (taken >= OutCount) fail("too many words");
      else if (word_i !== expected[taken]) begin
        if (!failed) $display("FAIL %m: cycle %0d, word %0d is %h, not %h", cycle, taken, word_i, expected[taken]);
        failed = 1'b1;
      end
      taken++;
      last_cycle = cycle;
      quiet = 0;
    end
  endtask

  initial begin
    $readmemh(InFile, sent);
    $readmemh(OutFile, expected);
    random_state = Seed;
    {clk_o, valid_o, ready_o, failed, waits} = '0;
    {offered, taken, cycle, first_cycle, last_cycle, quiet} = '0;
    word_o = 'x;
    rst_no = 1'b1;
    #1 rst_no = 1'b0;
    #1 clk_o = 1'b1;
    #1 clk_o = 1'b0;
    rst_no = 1'b1;
    while (!failed && !(taken >= OutCount && offered == InCount && quiet > After)) begin
      // A word that is offered stays until it is taken.
      if (!valid_o && offered < InCount) valid_o = !chance(Idle);
      word_o = valid_o ? sent[offered] : 'x;
      ready_o = !chance(Stall);
      #1 observe();
      accepted = valid_o && ready_i;
      quiet++;
      cycle++;
      if (quiet > Patience) fail("nothing happens");
      #1 clk_o = 1'b1;
      #1 clk_o = 1'b0;
      if (accepted) valid_o = 1'b0;
    end
    if (Cycles >= 0 && last_cycle - first_cycle != Cycles && !failed) begin
      $display("FAIL %m: %0d cycles, not %0d", last_cycle - first_cycle, Cycles);
      failed = 1'b1;
    end
    if (!failed) $display("PASS %m %0d", OutCount);
  end
endmodule
