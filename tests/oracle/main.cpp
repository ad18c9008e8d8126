// Not GTest's main: libsystemc has one too, and the linker would take it first.
#include <gtest/gtest.h>

#include <iostream>

#include "oracle/random_numbers.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::cout << "FIXGATE_SEED=" << fixgate::oracle::seed() << '\n';
  return RUN_ALL_TESTS();
}
