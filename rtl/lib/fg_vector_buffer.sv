// Holds two vectors that arrive element by element: one is read word by word while the next one comes in.
module fg_vector_buffer #(
  parameter int Count = 4,  // elements of a vector
  parameter int Width = 8,
  parameter int Split = 1,  // elements of a word; a power of two
  parameter int Words = (Count + Split - 1) / Split,              // derived
  parameter int WordWidth = (Words > 1) ? $clog2(Words) : 1       // derived
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // The elements.
  input  logic [Width-1:0]       data_i,
  input  logic                   valid_i,
  output logic                   ready_o,
  input  logic                   first_i,
  input  logic                   last_i,
  // The older vector that is complete, if there is one, and its step's flags.
  output logic                   full_o,
  output logic                   first_o,
  output logic                   last_o,
  input  logic                   release_i,  // it is no longer needed
  // A word of it, one cycle after its number. Elements beyond Count are zero.
  input  logic [WordWidth-1:0]   word_i,
  output logic [Split*Width-1:0] word_o
);
  localparam int ElementWidth = (Split > 1) ? $clog2(Split) : 1;
  localparam logic [WordWidth-1:0] LastWord = WordWidth'(Words - 1);
  localparam int LastElement = Count - 1 - (Words - 1) * Split;  // in the last word

  logic [WordWidth-1:0] write_word_q;
  logic [ElementWidth-1:0] write_element_q;
  logic write_half_q, read_half_q;
  logic [1:0] full_q, first_q, last_q;
  logic take, word_done, vector_done;

  assign ready_o = !full_q[write_half_q];
  assign take = valid_i && ready_o;
  assign vector_done = (write_word_q == LastWord) && (write_element_q == ElementWidth'(LastElement));
  assign word_done = vector_done || (write_element_q == ElementWidth'(Split - 1));

  assign full_o = full_q[read_half_q];
  assign first_o = first_q[read_half_q];
  assign last_o = last_q[read_half_q];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_word_q <= '0;
      write_element_q <= '0;
      write_half_q <= 1'b0;
      read_half_q <= 1'b0;
      full_q <= '0;
      first_q <= '0;
      last_q <= '0;
    end else begin
      if (release_i) begin
        full_q[read_half_q] <= 1'b0;
        read_half_q <= !read_half_q;
      end
      if (take) begin
        write_element_q <= word_done ? '0 : write_element_q + 1'b1;
        if (word_done) write_word_q <= vector_done ? '0 : write_word_q + 1'b1;
        if (vector_done) begin
          full_q[write_half_q] <= 1'b1;
          first_q[write_half_q] <= first_i;
          last_q[write_half_q] <= last_i;
          write_half_q <= !write_half_q;
        end
      end
    end
  end

  logic last_word_q;  // the word that is read now is the last one
  always_ff @(posedge clk_i) last_word_q <= word_i == LastWord;

  for (genvar p = 0; p < Split; p++) begin : gen_bank
    logic [Width-1:0] element;
    logic write_bank;
    assign write_bank = take && write_element_q == ElementWidth'(p);
    fg_ram #(
      .Width(Width),
      .Depth(2 << WordWidth)
    ) u_ram (
      .clk_i,
      .write_i(write_bank),
      .write_address_i({write_half_q, write_word_q}),
      .write_word_i(data_i),
      .read_address_i({read_half_q, word_i}),
      .read_word_o(element)
    );
    assign word_o[p*Width+:Width] = (p > LastElement && last_word_q) ? '0 : element;
  end
endmodule
