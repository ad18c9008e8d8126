// No output falls on an input: every output of every command with every file that the command reads, under
// its own name, a symbolic and a hard link.
#include <functional>

#include "cli_test_case.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

struct Input {
  std::string file;
  std::string what;  // as the message names it
};

using Inputs = std::vector<Input>;

class Overwrite : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    store_model();
    for (const char* file : {"train.npz", "validation.npz", "test.npz", "reviews.tar.gz", "words.txt"})
      (void)store(file, std::string("the data of ") + file);
    store_task("npz.toml",
               "kind = \"npz\"\ntrain = \"train.npz\"\nvalidation = \"validation.npz\"\ntest = \"test.npz\"",
               "sequences = 1");
    store_task("imdb.toml", "kind = \"imdb\"\narchive = \"reviews.tar.gz\"\nvocabulary = \"words.txt\"",
               "sequences = 1");
    run_well({"quantize", kWritten, "--plan", kPlan, "-o", "net.fxg"});
  }

  /// The same network with its weights in the file and outside it.
  void store_model() {
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(bytes_of(test_model("written_lstm_forward_1x_last_op11"))));
    (void)store(kWritten, model.SerializeAsString());
    auto& weights = *model.mutable_graph()->mutable_initializer(0);
    (void)store("weights.bin", weights.raw_data());
    weights.clear_raw_data();
    weights.set_data_location(onnx::TensorProto::EXTERNAL);
    auto* entry = weights.add_external_data();
    entry->set_key("location");
    entry->set_value("weights.bin");
    (void)store("net.onnx", model.SerializeAsString());
  }

  void store_task(const std::string& name, const std::string& data, const std::string& calibration) const {
    (void)store(name, "version = 1\nname = \"t\"\n[data]\n" + data + "\n[calibration]\n" + calibration +
                          "\n[metric]\nkind = \"accuracy\"\n");
  }

  static Arguments joined(Arguments arguments, const Arguments& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  /// Runs `test` with each name that the input's file has.
  void with_every_name(const Input& input, const std::function<void(const std::string&)>& test) const {
    test(input.file);
    test("./" + input.file);
    const fs::path link = folder_ / "link";
    fs::create_symlink(folder_ / input.file, link);
    test("link");
    fs::remove(link);
    fs::create_hard_link(folder_ / input.file, link);
    test("link");
    fs::remove(link);
  }

  /// `arguments` with `option` naming each of the inputs.
  void expect_spared(const Arguments& arguments, const std::string& option, const std::string& shown,
                     const Inputs& inputs) const {
    for (const Input& input : inputs)
      with_every_name(input, [&](const std::string& name) {
        SCOPED_TRACE(option + " " + name);
        expect_refused(joined(arguments, {option, name}),
                       {shown + " " + name, "would overwrite", input.what});
      });
  }

  /// A command that writes `names` into the folder "out", where each is another name of each of the inputs.
  void expect_spared_in_folder(const Arguments& arguments, const std::vector<std::string>& names,
                               const Inputs& inputs) const {
    for (const std::string& name : names) {
      const fs::path path = folder_ / "out" / name;
      for (const Input& input : inputs)
        for (const bool is_hard : {false, true}) {
          SCOPED_TRACE(name + " is " + input.file);
          fs::create_directories(path.parent_path());
          if (is_hard)
            fs::create_hard_link(folder_ / input.file, path);
          else
            fs::create_symlink(folder_ / input.file, path);
          expect_refused(arguments, {"out/" + name, "would overwrite", input.what});
          fs::remove(path);
        }
    }
  }

  static constexpr const char* kWritten = "whole.onnx";
  const Inputs model_ = {{"net.onnx", "the model"}, {"weights.bin", "the model's external data"}};
  const Inputs task_ = {{"npz.toml", "the task"},
                        {"train.npz", "the task's training data"},
                        {"validation.npz", "the task's validation data"},
                        {"test.npz", "the task's test data"}};
  const Inputs reviews_ = {{"imdb.toml", "the task"},
                           {"reviews.tar.gz", "the task's archive"},
                           {"words.txt", "the task's vocabulary"}};
};

TEST_F(Overwrite, Quantize) {
  for (const auto& [option, shown] :
       {std::pair{"-o", "--output"}, {"--plan-output", "--plan-output"}, {"--histograms", "--histograms"}}) {
    Arguments npz{"quantize", "net.onnx", "-t", "npz.toml"};
    Arguments reviews{"quantize", "net.onnx", "-t", "imdb.toml"};
    Arguments planned{"quantize", "net.onnx", "--plan", kPlan, "-t", "npz.toml"};
    if (option != std::string("-o"))
      for (Arguments* arguments : {&npz, &reviews, &planned})
        *arguments = joined(*arguments, {"-o", "new.fxg"});
    expect_spared(npz, option, shown, model_);
    expect_spared(npz, option, shown, task_);
    expect_spared(reviews, option, shown, reviews_);
    expect_spared(planned, option, shown, {{kPlan, "the plan"}});
  }
}

TEST_F(Overwrite, OneOutputByAnother) {
  const Arguments arguments{"quantize", "net.onnx", "-t", "npz.toml", "-o", "x"};
  expect_refused(joined(arguments, {"--plan-output", "x"}), {"--plan-output x", "--output, x"});
  expect_refused(joined(arguments, {"--plan-output", "y", "--histograms", "./y"}),
                 {"--histograms ./y", "--plan-output, y"});
  fs::create_symlink("x", folder_ / "link");
  expect_refused(joined(arguments, {"--histograms", "link"}), {"--histograms link", "--output, x"});
}

TEST_F(Overwrite, Evaluate) {
  const Arguments fixed{"evaluate", "net.fxg", "--float", "net.onnx", "-t", "npz.toml"};
  expect_spared(fixed, "--json", "--json", {{"net.fxg", "the network"}});
  expect_spared(fixed, "--json", "--json", model_);
  expect_spared(fixed, "--json", "--json", task_);
  expect_spared({"evaluate", "net.onnx", "-t", "imdb.toml"}, "--json", "--json", model_);
  expect_spared({"evaluate", "net.onnx", "-t", "imdb.toml"}, "--json", "--json", reviews_);
}

TEST_F(Overwrite, QuantizeWithoutATask) {
  const Arguments arguments{"quantize", "net.onnx", "--calibrate", "test.npz"};
  expect_spared(arguments, "-o", "--output", model_);
  expect_spared(arguments, "-o", "--output", {{"test.npz", "the calibration data"}});
}

TEST_F(Overwrite, Run) {
  (void)store("state.npz", "a state");
  const Inputs data{{"test.npz", "the data"}, {"state.npz", "the state"}};
  const Arguments fixed{"run", "net.fxg", "-i", "test.npz", "--state-input", "state.npz"};
  const Arguments real{"run", "net.onnx", "-i", "test.npz", "--state-input", "state.npz"};
  for (const auto& [option, shown] : {std::pair{"-o", "--output"}, {"--state-output", "--state-output"}}) {
    const Arguments more = option == std::string("-o") ? Arguments{} : Arguments{"-o", "y.npz"};
    expect_spared(joined(fixed, more), option, shown, {{"net.fxg", "the network"}});
    expect_spared(joined(fixed, more), option, shown, data);
    expect_spared(joined(real, more), option, shown, model_);
    expect_spared(joined(real, more), option, shown, data);
  }
  expect_refused(joined(fixed, {"-o", "y", "--state-output", "y"}), {"--state-output y", "--output, y"});
}

TEST_F(Overwrite, Explore) {
  const Arguments arguments{"explore", "net.onnx", "-t", "npz.toml", "-o", "out"};
  expect_spared(arguments, "--study", "--study", model_);
  expect_spared(arguments, "--study", "--study", task_);
  const std::vector<std::string> names{"front.md", "front.json",  "trials.csv",   "tradeoff.svg",   "grid.md",
                                       "grid.svg", "chosen.toml", "study.sqlite", "sensitivity.svg"};
  expect_spared_in_folder(arguments, names, model_);
  expect_spared_in_folder(arguments, names, task_);
  expect_spared_in_folder({"explore", "net.onnx", "-t", "imdb.toml", "-o", "out"}, {"front.md"}, reviews_);
  expect_spared_in_folder(joined(arguments, {"--plan", kPlan}), names, {{kPlan, "the plan"}});
  expect_refused(joined(arguments, {"--study", "out/front.md"}), {"out/front.md", "--study"});
}

TEST_F(Overwrite, Sweep) {
  (void)store("suite.toml",
              "version = 1\n[[network]]\nname = \"n\"\nmodel = \"net.onnx\"\ntask = \"npz.toml\"\n"
              "plans = [{file = \"stated.toml\"}, {preset = \"default\", weights = 4, activations = 8}]\n");
  const Arguments arguments{"sweep", "suite.toml", "-o", "out"};
  const std::vector<std::string> names{"results.json", "table.md", "n.svg", "n-stated.fxg",
                                       "n-default-4-8.fxg"};
  expect_spared_in_folder(arguments, names, {{"suite.toml", "the suite"}, {kPlan, "a plan of the suite"}});
  expect_spared_in_folder(arguments, names, model_);
  expect_spared_in_folder(arguments, names, task_);
}

TEST_F(Overwrite, SweepFromADataRoot) {
  fs::create_directory(folder_ / "root");
  for (const char* file : {"net.onnx", "weights.bin", "train.npz", "validation.npz", "test.npz"})
    fs::rename(folder_ / file, folder_ / "root" / file);
  (void)store("suite.toml",
              "version = 1\n[[network]]\nname = \"n\"\nmodel = \"net.onnx\"\ntask = \"npz.toml\"\n"
              "needs_data_root = true\nplans = [{preset = \"default\", weights = 4, activations = 8}]\n");
  expect_spared_in_folder({"sweep", "suite.toml", "-o", "out", "--data-root", "root"},
                          {"results.json", "n-default-4-8.fxg"},
                          {{"root/net.onnx", "the model"},
                           {"root/weights.bin", "the model's external data"},
                           {"npz.toml", "the task"},
                           {"root/train.npz", "the task's training data"},
                           {"root/test.npz", "the task's test data"}});
}

TEST_F(Overwrite, Rtl) {
  fs::create_directory(folder_ / "out");
  fs::rename(folder_ / "net.fxg", folder_ / "out" / "net.fxg");
  for (const char* folder : {"out", ".", "out/", "./out/."})
    expect_refused({"rtl", "out/net.fxg", "-o", folder},
                   {std::string("--output-folder ") + folder, "holds the network, out/net.fxg"});
  fs::create_directory_symlink("out", folder_ / "link");
  expect_refused({"rtl", "out/net.fxg", "-o", "link"}, {"--output-folder link", "holds the network"});
}

TEST_F(Overwrite, RtlOntoTheAcceleratorThatHoldsTheNetwork) {
  run_well({"rtl", "net.fxg", "--name", "top", "-o", "accel"});
  expect_refused({"rtl", "accel/network.fxg", "--name", "top", "-o", "accel"}, {"holds the network"});
}

TEST_F(Overwrite, Verify) {
  run_well({"rtl", "net.fxg", "--name", "top", "-o", "accel"});
  const Arguments arguments{"verify", "accel", "-t", "npz.toml"};
  expect_spared(arguments, "--waveform", "--waveform", task_);
  expect_spared({"verify", "accel", "-t", "imdb.toml"}, "--waveform", "--waveform", reviews_);
  expect_spared(arguments, "--waveform", "--waveform", {{"accel/accelerator.json", "the accelerator"}});
  for (const auto& [path, bytes] : files())
    if (path.starts_with("accel/") && path != "accel/accelerator.json")
      expect_refused(joined(arguments, {"--waveform", path}),
                     {"--waveform " + path, "would overwrite a file of the accelerator"});
}

TEST_F(Overwrite, VerifyASuite) {
  (void)store("suite.toml",
              "version = 1\n[[network]]\nname = \"n\"\nmodel = \"net.onnx\"\ntask = \"npz.toml\"\nlanes = 1\n"
              "plan = {file = \"stated.toml\"}\n");
  const Arguments arguments{"verify", "--suite", "suite.toml", "-o", "out"};
  expect_spared_in_folder(arguments, {"results.json"},
                          {{"suite.toml", "the suite"}, {kPlan, "a plan of the suite"}});
  expect_spared_in_folder(arguments, {"results.json"}, model_);
  expect_spared_in_folder(arguments, {"results.json"}, task_);
  Arguments with_waveform = arguments;
  with_waveform.insert(with_waveform.end(), {"--waveform", "suite.toml"});
  expect_refused(with_waveform, {"--waveform excludes --suite"});
  fs::create_directories(folder_ / "out/accelerators/n");
  fs::rename(folder_ / "net.onnx", folder_ / "out/accelerators/n/net.onnx");
  fs::create_symlink("out/accelerators/n/net.onnx", folder_ / "net.onnx");
  expect_refused(arguments, {"out/accelerators/n", "holds the model"});
}

// Files whose names the user does not state: what somebody else put there is not lost.
TEST_F(Overwrite, ForeignFilesInAFolderOfResults) {
  (void)store("suite.toml",
              "version = 1\n[[network]]\nname = \"n\"\nmodel = \"net.onnx\"\ntask = \"npz.toml\"\n"
              "plans = [{preset = \"default\", weights = 4, activations = 8}]\n");
  (void)store("verified.toml",
              "version = 1\n[[network]]\nname = \"n\"\nmodel = \"net.onnx\"\ntask = \"npz.toml\"\nlanes = 1\n"
              "plan = {file = \"stated.toml\"}\n");
  const auto expect_kept = [&](const Arguments& arguments, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      fs::create_directories(folder_ / "out");
      (void)store("out/" + name, "version = 1\n# of somebody else\n");
      expect_refused(arguments, {"out/" + name, "move it away"});
      fs::remove(folder_ / "out" / name);
    }
  };
  expect_kept({"explore", "net.onnx", "-t", "npz.toml", "-o", "out"},
              {"front.md", "front.json", "trials.csv", "tradeoff.svg", "grid.md", "grid.svg", "chosen.toml",
               "sensitivity.svg"});
  expect_kept({"sweep", "suite.toml", "-o", "out"},
              {"results.json", "table.md", "n.svg", "n-default-4-8.fxg"});
  expect_kept({"verify", "--suite", "verified.toml", "-o", "out"}, {"results.json"});
}

}  // namespace
}  // namespace fixgate
