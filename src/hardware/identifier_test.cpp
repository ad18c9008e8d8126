#include "hardware/identifier.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

TEST(Identifier, OfLayers) {
  EXPECT_EQ(layer_identifier("encoder.lstm"), "encoder_lstm");
  EXPECT_EQ(layer_identifier("0"), "layer_0");
  EXPECT_EQ(layer_identifier("unused"), "layer_unused") << "the top module has a signal unused_first";
  EXPECT_EQ(constant_prefix("encoder_lstm"), "EncoderLstm");
  EXPECT_EQ(constant_prefix("recurrent_LSTM"), "RecurrentLSTM");
  EXPECT_EQ(constant_prefix("_1st"), "Layer1st");
  EXPECT_EQ(constant_prefix("__"), "Layer");
}

TEST(Identifier, OfModules) {
  for (const char* name : {"a", "_top", "digits_lstm", "Endmodule", "x1"})
    EXPECT_TRUE(check_module_name(name)) << name;
  for (const char* name : {"", "1a", "a b", "endmodule", "with", "accept_on", "xor", "fg_", "a$", "\xc3\xa4"})
    EXPECT_FALSE(check_module_name(name)) << name;
}

}  // namespace
}  // namespace fixgate
