// Runs a testbench of rtl/tests with many parameter sets, and the netlists that Yosys makes of its module
// with some of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rtl/words.h"

namespace fixgate::rtl {

struct Parameter {
  std::string name;
  std::string value;  // as SystemVerilog writes it; a text without its quotation marks
  bool is_text = false;
  bool of_bench = false;  // of the testbench, not of the module
};

Parameter number(const std::string& name, int value);
Parameter flag(const std::string& name, bool value);
Parameter bits(const std::string& name, const Word& value);
Parameter text(const std::string& name, const std::string& value);
/// The same, of the testbench alone.
Parameter for_bench(Parameter parameter);

class Bench {
 public:
  /// Its testbench is rtl/tests/<module>_tb.sv.
  explicit Bench(std::string module);
  ~Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  /// Puts a file where the runs find it; its name there.
  std::string add_file(const std::string& content);

  /// One instance of the testbench; it must say that it compared `values` values.
  void add_run(std::vector<Parameter> parameters, std::int64_t values);

  /// Simulates all runs as they stand, and the first `netlists` of them as netlists too. Failures are those
  /// of the test that calls.
  void check(int netlists);

 private:
  struct Run {
    std::vector<Parameter> parameters;
    std::int64_t values = 0;
  };

  void check_sources();
  void check_netlist(std::size_t run);
  void check_lint(std::size_t run);
  bool check_slang();
  void simulate(const std::vector<std::string>& sources, std::size_t first, std::size_t count);
  void write(const std::string& name, const std::string& content) const;

  std::string module_;
  std::filesystem::path folder_;
  std::vector<Run> runs_;
  int files_ = 0;
};

/// Where the hardware library stands.
std::filesystem::path library_folder();

/// True: the test cannot run without `program`, and says so.
bool is_missing(const std::string& program);

}  // namespace fixgate::rtl
