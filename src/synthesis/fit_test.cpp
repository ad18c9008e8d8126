#include "synthesis/fit.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

// As nextpnr-ice40 and nextpnr-ecp5 write it.
constexpr const char* kLog = R"(Info: Packing constants..
Info: Device utilisation:
Info: 	         ICESTORM_LC:  6012/ 5280   113%
Info: 	        ICESTORM_RAM:    16/   30    53%
Info: 	               SB_IO:    30/   96    31%
Info: 	        ICESTORM_DSP:    26/    8   325%

ERROR: Unable to place cell 'x', no Bels remaining of type 'ICESTORM_LC'
)";

TEST(Fit, ReadsWhatNextpnrSaysOfTheDevice) {
  const auto resources = parse_utilisation(kLog);
  ASSERT_EQ(resources.size(), 4U);
  EXPECT_EQ(resources.at("ICESTORM_LC").used, 6012);
  EXPECT_EQ(resources.at("ICESTORM_LC").available, 5280);
  EXPECT_EQ(parse_utilisation("ERROR: no such device\n").size(), 0U);
}

TEST(Fit, SaysWhatIsNeededAndWhatToType) {
  EXPECT_EQ(
      what_does_not_fit(parse_utilisation(kLog), SynthesisTarget::Ice40, "up5k"),
      "the design does not fit the ice40 up5k: it needs 26 of 8 DSP blocks, 6012 of 5280 logic cells; give "
      "another --device (hx8k, hx1k, lp8k), or write it with fixgate rtl --dsp 8, or write it with fewer "
      "multipliers: fixgate rtl --lanes N");
  EXPECT_EQ(
      what_does_not_fit({{"MULT18X18D", {38, 28}}, {"TRELLIS_IO", {31, 197}}}, SynthesisTarget::Ecp5, "25k"),
      "the design does not fit the ecp5 25k: it needs 38 of 28 DSP blocks; give another --device (45k, 85k), "
      "or write it with fixgate rtl --dsp 28");
}

TEST(Fit, IsSilentWhereThereIsEnough) {
  EXPECT_EQ(what_does_not_fit({{"ICESTORM_LC", {10, 5280}}}, SynthesisTarget::Ice40, "up5k"), "");
}

}  // namespace
}  // namespace fixgate
