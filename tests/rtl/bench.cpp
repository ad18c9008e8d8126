#include "rtl/bench.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <sstream>

#include "files/write.h"
#include "lint/slang.h"
#include "tools/program.h"

namespace fixgate::rtl {
namespace {

const std::filesystem::path kSource = FIXGATE_SOURCE_DIR;
constexpr int kLints = 4;  // parameter sets that Verilator looks at

std::string as_verilog(const Parameter& parameter) {
  return parameter.is_text ? '"' + parameter.value + '"' : parameter.value;
}

// Yosys takes neither a sign nor a text: bits instead.
std::string as_yosys(const Parameter& parameter) {
  if (parameter.value.starts_with('-')) return Word().add(std::stoi(parameter.value), 32).literal();
  if (!parameter.is_text) return parameter.value;
  std::string digits;
  for (const char c : parameter.value) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return fmt::format("{}'h{}", 8 * parameter.value.size(), digits);
}

std::string instance(const std::string& module, std::size_t index, const std::vector<Parameter>& parameters) {
  std::string list;
  for (const Parameter& parameter : parameters)
    list += fmt::format("{}\n    .{}({})", list.empty() ? "" : ",", parameter.name, as_verilog(parameter));
  return fmt::format("  {}_tb #({}\n  ) u_run{} ();\n", module, list, index);
}

std::string synthesis_script(const std::string& module, const std::vector<Parameter>& parameters) {
  std::string script = "read_verilog -sv -defer " + (library_folder() / "fg_pkg.sv").string() + '\n';
  for (const auto& entry : std::filesystem::directory_iterator(library_folder()))
    if (entry.path().filename() != "fg_pkg.sv" && entry.path().extension() == ".sv")
      script += "read_verilog -sv -defer " + entry.path().string() + '\n';
  script += "hierarchy -check -top " + module;
  for (const Parameter& parameter : parameters)
    if (!parameter.of_bench) script += fmt::format(" -chparam {} {}", parameter.name, as_yosys(parameter));
  return script +
         fmt::format("\nsynth -flatten -top {}\ncheck -assert\nwrite_verilog -noattr netlist.v\n", module);
}

/// Values compared, by the run's index; what went wrong is a failure of the test.
std::map<std::size_t, std::int64_t> read_verdicts(const std::string& output) {
  std::map<std::size_t, std::int64_t> compared;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string verdict;
    std::string path;
    std::int64_t values = -1;
    words >> verdict >> path >> values;
    const std::size_t at = path.find("u_run");
    if (verdict == "PASS" && at != std::string::npos)
      compared[std::stoul(path.substr(at + 5))] = values;
    else
      ADD_FAILURE() << line;
  }
  return compared;
}

}  // namespace

Parameter number(const std::string& name, int value) {
  return {name, std::to_string(value)};
}
Parameter flag(const std::string& name, bool value) {
  return {name, value ? "1'b1" : "1'b0"};
}
Parameter bits(const std::string& name, const Word& value) {
  return {name, value.literal()};
}
Parameter text(const std::string& name, const std::string& value) {
  return {name, value, true};
}
Parameter for_bench(Parameter parameter) {
  parameter.of_bench = true;
  return parameter;
}

std::filesystem::path library_folder() {
  return kSource / "rtl" / "lib";
}

bool is_missing(const std::string& program) {
  return !find_program(program);
}

Bench::Bench(std::string module) : module_(std::move(module)) {
  std::string name = (std::filesystem::temp_directory_path() / "fixgate_rtl_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "cannot make " << name;
  folder_ = name;
}

Bench::~Bench() {
  std::error_code ignored;
  if (!::testing::Test::HasFailure()) std::filesystem::remove_all(folder_, ignored);
}

void Bench::write(const std::string& name, const std::string& content) const {
  const Result<void> written = write_file(folder_ / name, content);
  if (!written) ADD_FAILURE() << written.error().message;
}

std::string Bench::add_file(const std::string& content) {
  const std::string name = fmt::format("{}.hex", files_++);
  write(name, content);
  return name;
}

void Bench::add_run(std::vector<Parameter> parameters, std::int64_t values) {
  runs_.push_back({std::move(parameters), values});
}

void Bench::check(int netlists) {
  check_sources();
  const std::size_t in_slang = check_slang() ? runs_.size() : 0;
  if (is_missing("yosys")) netlists = 0;
  for (int run = 0; run < netlists; ++run) check_netlist(static_cast<std::size_t>(run));
  const int lints = is_missing("verilator") ? 0 : std::min(kLints, static_cast<int>(runs_.size()));
  for (int run = 0; run < lints; ++run) check_lint(static_cast<std::size_t>(run));
  std::int64_t values = 0;
  for (const Run& run : runs_) values += run.values;
  fmt::print(
      "[    RTL   ] {}: {} parameter sets, {} values compared; {} of the sets as netlists too, {} linted, {} "
      "in slang\n",
      module_, runs_.size(), values, netlists, lints, in_slang);
  if (::testing::Test::HasFailure()) fmt::print("[    RTL   ] files left in {}\n", folder_.string());
}

void Bench::check_sources() {
  simulate({"-y", library_folder().string()}, 0, runs_.size());
}

void Bench::check_netlist(std::size_t run) {
  write("netlist.ys", synthesis_script(module_, runs_[run].parameters));
  const auto synthesised = run_program_well({"yosys", {"-q", "-s", "netlist.ys"}, folder_, {}});
  if (!synthesised) {
    ADD_FAILURE() << "run " << run << ": " << synthesised.error().message;
    return;
  }
  simulate({"netlist.v", "-y", library_folder().string()}, run, 1);
}

void Bench::check_lint(std::size_t run) {
  const std::string library = library_folder().string();
  std::vector<std::string> arguments{"--lint-only",          "-Wall", "--top-module", module_,
                                     library + "/fg_pkg.sv", "-y",    library};
  for (const Parameter& parameter : runs_[run].parameters)
    if (!parameter.of_bench) arguments.push_back("-G" + parameter.name + '=' + as_verilog(parameter));
  arguments.push_back(library + '/' + module_ + ".sv");
  const auto linted = run_program({"verilator", arguments, folder_, {}});
  if (!linted) FAIL() << linted.error().message;
  EXPECT_EQ(linted->exit_code, 0) << "lint of run " << run << ":\n" << linted->error;
}

// All runs as check_sources left them. False: slang is not installed.
bool Bench::check_slang() {
  const std::string library = library_folder().string();
  const SlangVerdict verdict =
      lint_with_slang({"--top", "runs", "--timescale", "1ns/1ns", library + "/fg_pkg.sv", "runs.sv", "-y",
                       library, "-y", (kSource / "rtl" / "tests").string(), "--libext", ".sv"},
                      folder_);
  if (!verdict.is_installed) return false;
  EXPECT_TRUE(verdict.is_clean) << verdict.text;
  return true;
}

void Bench::simulate(const std::vector<std::string>& sources, std::size_t first, std::size_t count) {
  std::string top = "module runs;\n";
  for (std::size_t run = first; run < first + count; ++run)
    top += instance(module_, run, runs_[run].parameters);
  write("runs.sv", top + "endmodule\n");
  const std::filesystem::path benches = kSource / "rtl" / "tests";
  std::vector<std::string> compile{"-g2012", "-Wimplicit", "-o",  "runs.vvp", "-s",
                                   "runs",   "-Y",         ".sv", "-y",       benches.string()};
  compile.push_back((library_folder() / "fg_pkg.sv").string());
  compile.emplace_back("runs.sv");
  compile.insert(compile.end(), sources.begin(), sources.end());
  const auto compiled = run_program_well({"iverilog", compile, folder_, {}});
  if (!compiled) FAIL() << compiled.error().message;
  // Icarus makes such a wire, without a driver, of a genvar in an expression at a port.
  EXPECT_EQ(compiled->error.find("implicit definition"), std::string::npos) << compiled->error;
  // It only warns of a parameter that a module does not have, and goes on with the default. Netlists have
  // none.
  const bool is_netlist = sources[0] == "netlist.v";
  if (!is_netlist) {
    EXPECT_EQ(compiled->error.find("warning: parameter"), std::string::npos) << compiled->error;
  }
  const auto simulated = run_program_well({"vvp", {"-n", "runs.vvp"}, folder_, {}});
  if (!simulated) FAIL() << simulated.error().message;
  const auto compared = read_verdicts(simulated->output);
  for (std::size_t run = first; run < first + count; ++run) {
    const auto found = compared.find(run);
    EXPECT_EQ(found == compared.end() ? -1 : found->second, runs_[run].values)
        << module_ << ", run " << run << (is_netlist ? " as a netlist" : "");
  }
}

}  // namespace fixgate::rtl
