#include "rtl/stream_run.h"

namespace fixgate::rtl {

void add_streams(Bench& bench, const StreamRun& run, testing_support::Random& random) {
  const std::string in = bench.add_file(memory_text(run.in));
  const std::string out = bench.add_file(memory_text(run.out));
  for (const bool waits : {false, true}) {
    std::vector<Parameter> parameters = run.parameters;
    const std::vector<Parameter> more{number("InCount", static_cast<int>(run.in.size())),
                                      number("OutCount", static_cast<int>(run.out.size())),
                                      text("InFile", in),
                                      text("OutFile", out),
                                      number("Idle", waits ? random.number(0, 80) : 0),
                                      number("Stall", waits && run.may_stall ? random.number(0, 80) : 0),
                                      number("Cycles", waits ? -1 : run.cycles),
                                      number("Seed", random.number(1, 1000000))};
    for (const Parameter& parameter : more) parameters.push_back(for_bench(parameter));
    bench.add_run(std::move(parameters), static_cast<std::int64_t>(run.out.size()));
  }
}

}  // namespace fixgate::rtl
