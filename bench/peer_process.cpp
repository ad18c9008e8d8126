#include "bench/peer_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace fixgate::bench {
namespace {

// Only calls that a forked child may make.
[[noreturn]] void become(const std::string& python, const std::string& script, int in, int out) {
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  execlp(python.c_str(), python.c_str(), script.c_str(), static_cast<char*>(nullptr));
  _exit(127);
}

}  // namespace

PeerProcess::PeerProcess(const std::string& python, const std::filesystem::path& script) {
  std::array<int, 2> down{};
  std::array<int, 2> up{};
  std::signal(SIGPIPE, SIG_IGN);
  const std::string path = script.string();
  // Closed in children: a peer ends when the last writer of its input is gone.
  if (pipe2(down.data(), O_CLOEXEC) != 0 || pipe2(up.data(), O_CLOEXEC) != 0) return;
  child_ = fork();
  if (child_ == 0) {
    close(down[1]);
    close(up[0]);
    become(python, path, down[0], up[1]);
  }
  close(down[0]);
  close(up[1]);
  to_ = fdopen(down[1], "w");
  from_ = fdopen(up[0], "r");
}

PeerProcess::~PeerProcess() {
  if (to_ != nullptr) std::fclose(to_);
  if (from_ != nullptr) std::fclose(from_);
  if (child_ > 0) waitpid(child_, nullptr, 0);
}

Result<nlohmann::json> PeerProcess::ask(const nlohmann::json& request) {
  if (to_ == nullptr || std::fputs((request.dump() + "\n").c_str(), to_) < 0 || std::fflush(to_) != 0)
    return fail("its process does not run");
  char* line = nullptr;
  std::size_t size = 0;
  const ssize_t length = getline(&line, &size, from_);
  const std::string text = length > 0 ? std::string(line, static_cast<std::size_t>(length)) : "";
  std::free(line);  // NOLINT: getline's
  const nlohmann::json reply = nlohmann::json::parse(text, nullptr, false);
  if (!reply.is_object()) return fail("its process has ended: is it a Python interpreter?");
  if (reply.contains("missing")) return fail("{}", reply["missing"].get<std::string>());
  return reply;
}

}  // namespace fixgate::bench
